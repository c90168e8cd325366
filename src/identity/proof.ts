import type { Principal } from './principal.ts';

/** What a caller proved itself with. */
type CredentialKind = 'none' | 'static-key' | 'virtual-key' | 'jwt' | 'opaque-token';

/** A principal, and what is known of the credential that it was proven with. Never the credential itself. */
export interface Proof {
  readonly principal: Principal;
  readonly kind: CredentialKind;
  /** From this instant on it proves nothing: milliseconds since the epoch, `Infinity` where it does not expire. */
  readonly expiresAt: number;
  /** When the credential was made, in milliseconds since the epoch, where it says so. */
  readonly issuedAt?: number;
  /** The `jti` of a token. */
  readonly tokenId?: string;
  /** What the credential is bound to (RFC 7800): whoever shows it has to prove that it holds this as well. */
  readonly confirmation?: Confirmation;
  /** All scopes that its person could get with a further credential of this kind. Absent: whoever issued it knows. */
  readonly obtainable?: readonly string[];
}

/** `jkt`: the thumbprint of a DPoP key (RFC 9449, section 6.1). `other`: a binding that cannot be checked here. */
export type Confirmation = { readonly jkt: string } | { readonly other: readonly string[] };

/** The proof of a caller that shows no credential. */
export function unprovenOf(principal: Principal): Proof {
  return { principal, kind: 'none', expiresAt: Infinity };
}
