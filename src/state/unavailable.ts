import { BailiwickError, tellSending } from '../errors.ts';

/** The home cannot be reached, or is not answered in time. */
export function stateUnavailable(message: string, cause?: unknown): BailiwickError {
  return new BailiwickError('STATE_UNAVAILABLE', message, cause === undefined ? {} : { cause });
}

/** The same error, saying that the step was certainly not taken. */
export function notTaken(error: BailiwickError): BailiwickError {
  return tellSending(error, true);
}

/** True where a step of a store failed and certainly was not taken: nothing of it has to be undone. */
export function wasNotTaken(error: unknown): boolean {
  return error instanceof BailiwickError && error.code === 'STATE_UNAVAILABLE' && error.nothingSent;
}

/** What every method of a closed store rejects with. */
export function storeClosed(): BailiwickError {
  return stateUnavailable('the store is closed');
}
