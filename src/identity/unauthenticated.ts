import { BailiwickError } from '../errors.ts';

/** Why a credential was not accepted. For the operator's log; no client is told. */
export type CredentialFault =
  | 'missing'
  | 'oversized'
  | 'other-scheme'
  | 'malformed'
  | 'unknown-key'
  | 'expired-key'
  | 'revoked'
  | 'unknown-issuer'
  | 'algorithm'
  | 'signing-key'
  | 'signature'
  | 'token-type'
  | 'audience'
  | 'expired'
  | 'not-yet-valid'
  | 'claims'
  | 'inactive'
  | 'binding'
  | 'proof-of-possession'
  | 'proof-nonce'
  | 'too-many';

/** The `cause` of an `UNAUTHENTICATED` error. It names the fault and, where known, the principal; never the credential. */
export class CredentialError extends Error {
  readonly fault: CredentialFault;

  constructor(fault: CredentialFault, detail: string) {
    super(detail);
    this.name = 'CredentialError';
    this.fault = fault;
  }
}

/**
 * The one refusal of every credential. Its message is the same whatever is wrong, so that it tells nobody which keys
 * exist, existed or expired.
 */
export function unauthenticated(fault: CredentialFault, detail: string): BailiwickError {
  return new BailiwickError(
    'UNAUTHENTICATED',
    'authentication required: send a valid key or token as "Authorization: Bearer <token>"',
    { cause: new CredentialError(fault, detail) },
  );
}

/** Why a credential was refused, where it was. */
export function faultOf(error: unknown): CredentialFault | undefined {
  const cause = error instanceof BailiwickError ? error.cause : undefined;
  return cause instanceof CredentialError ? cause.fault : undefined;
}
