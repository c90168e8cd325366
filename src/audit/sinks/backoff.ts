/** How long to wait before what failed is tried again. */
export interface Backoff {
  /** Milliseconds to wait after one more failure. A sink that says when to come back is heeded, up to an hour. */
  next(retryAfterMs?: number): number;
  reset(): void;
}

const FIRST_MS = 1000;
const LONGEST_MS = 60_000;
const LONGEST_ASKED_MS = 3_600_000;

/** Twice as long after each failure, up to a minute; half of it by chance, so that many processes do not come at once. */
export function createBackoff(random: () => number): Backoff {
  let failures = 0;
  return {
    next(retryAfterMs = 0) {
      const most = Math.min(FIRST_MS * 2 ** failures, LONGEST_MS);
      failures = Math.min(failures + 1, 30);
      const own = Math.round(most / 2 + random() * (most / 2));
      return Math.max(own, Math.min(retryAfterMs, LONGEST_ASKED_MS));
    },
    reset() {
      failures = 0;
    },
  };
}
