/** Keeps questions away from an endpoint that does not answer them. */
export interface Breaker {
  /** Whether to ask now. While it is open, one question in a while goes through, to see. */
  mayTry(): boolean;
  /** @returns true when this closed it */
  succeeded(): boolean;
  /** @returns true when this opened it */
  failed(): boolean;
  /** What was tried came to no end of its own: it counts for nothing. */
  abandoned(): void;
}

const MAX_FAILURES = 3;
const FIRST_MS = 10_000;
const LONGEST_MS = 300_000;

/**
 * Opens after three failures in a row; then one question is let through after ten seconds, and each time that fails it waits twice as
 * long, up to five minutes. One that succeeds closes it.
 */
export function createBreaker(clock: () => number): Breaker {
  let failures = 0;
  let waits = 0;
  let openUntil: number | undefined;
  let isProbing = false;
  return {
    mayTry() {
      if (openUntil === undefined) return true;
      if (isProbing || clock() < openUntil) return false;
      isProbing = true;
      return true;
    },
    succeeded() {
      const wasOpen = openUntil !== undefined;
      failures = 0;
      waits = 0;
      openUntil = undefined;
      isProbing = false;
      return wasOpen;
    },
    failed() {
      const wasOpen = openUntil !== undefined;
      failures += 1;
      // One that was under way when it opened says nothing new.
      if (wasOpen && !isProbing) return false;
      isProbing = false;
      if (failures < MAX_FAILURES) return false;
      openUntil = clock() + Math.min(FIRST_MS * 2 ** Math.min(waits, 10), LONGEST_MS);
      waits += 1;
      return !wasOpen;
    },
    abandoned() {
      isProbing = false;
    },
  };
}
