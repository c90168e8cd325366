import { BailiwickError } from '../errors.ts';
import type { Trace } from './trace.ts';
import { CredentialError } from './unauthenticated.ts';

/**
 * What vouches for a credential is away. `detail` is for the operator.
 *
 * @param more.trace told of the step `more.name` first
 */
export function unavailable(
  detail: string,
  more: { readonly trace?: Trace | undefined; readonly name?: string; readonly cause?: unknown } = {},
): BailiwickError {
  const { trace, name = 'key set', cause } = more;
  trace?.({ name, ok: false, detail });
  return new BailiwickError(
    'IDENTITY_UNAVAILABLE',
    'whether the credential is good cannot be known now; try again later',
    { cause: new Error(detail, { cause }), data: { retryAfterMs: 5000 } },
  );
}

/** More tokens come in than are checked at a time. */
export function tooMany(detail: string, trace?: Trace): BailiwickError {
  trace?.({ name: 'load', ok: false, detail });
  return new BailiwickError(
    'IDENTITY_UNAVAILABLE',
    'too many credentials are being checked; try again later',
    { cause: new CredentialError('too-many', detail), data: { retryAfterMs: 1000 } },
  );
}
