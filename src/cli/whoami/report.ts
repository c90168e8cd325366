import type { ErrorCode } from '../../errors.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Proof } from '../../identity/proof.ts';
import type { Step } from '../../identity/trace.ts';
import type { CredentialFault } from '../../identity/unauthenticated.ts';
import type { TokenFacts } from './token-facts.ts';

/** What `bailiwick whoami --json` prints. */
export interface Report {
  readonly known: boolean;
  readonly principal?: Principal;
  /** What was shown, where it is good. Times are RFC 3339. */
  readonly credential?: {
    readonly kind: Proof['kind'];
    readonly expires?: string;
    readonly issuedAt?: string;
    readonly tokenId?: string;
    /** The thumbprint of the DPoP key that it is bound to. */
    readonly boundTo?: string;
  };
  readonly steps: readonly Pick<Step, 'name' | 'ok' | 'detail'>[];
  readonly refusal?: {
    readonly code: ErrorCode;
    readonly fault?: CredentialFault;
    readonly detail: string;
    readonly advice?: string;
  };
  /** What a JWT that is refused states about itself; nobody vouches for it. */
  readonly stated?: TokenFacts;
  /** The rules of the policies that are about this principal. */
  readonly rules?: readonly { readonly id: string; readonly effect: string }[];
}

export function describeCredential(proof: Proof): NonNullable<Report['credential']> {
  const { kind, expiresAt, issuedAt, tokenId, confirmation } = proof;
  return {
    kind,
    ...(Number.isFinite(expiresAt) && { expires: new Date(expiresAt).toISOString() }),
    ...(issuedAt !== undefined && { issuedAt: new Date(issuedAt).toISOString() }),
    ...(tokenId !== undefined && { tokenId }),
    ...(confirmation && 'jkt' in confirmation && { boundTo: confirmation.jkt }),
  };
}
