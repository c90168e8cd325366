import { BailiwickError } from '../errors.ts';

/** Why a credential was not accepted. For the operator's log; no client is told. */
type CredentialFault = 'missing' | 'oversized' | 'not-bearer' | 'malformed' | 'unknown-key' | 'expired-key';

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
    'authentication required: send a valid key as "Authorization: Bearer <key>"',
    { cause: new CredentialError(fault, detail) },
  );
}

/** True for the refusal of a key whose time is over. */
export function isExpired(error: unknown): boolean {
  const cause = error instanceof BailiwickError ? error.cause : undefined;
  return cause instanceof CredentialError && cause.fault === 'expired-key';
}
