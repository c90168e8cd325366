import { BailiwickError } from '../errors.ts';

/** The home cannot be reached, or is not answered in time. */
export function stateUnavailable(message: string, cause?: unknown): BailiwickError {
  return new BailiwickError('STATE_UNAVAILABLE', message, cause === undefined ? {} : { cause });
}

/** What every method of a closed store rejects with. */
export function storeClosed(): BailiwickError {
  return stateUnavailable('the store is closed');
}
