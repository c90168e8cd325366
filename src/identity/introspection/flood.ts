/** Counts questions about tokens that turned out to be none, and says when they are too many. */
export interface Flood {
  note(now: number): void;
  isHigh(now: number): boolean;
}

const WINDOW_MS = 10_000;
const MAX_UNKNOWN = 500;

/** While it is high, no issuer is asked about tokens that are new; those that are known go on. */
export function createFlood(limit = MAX_UNKNOWN): Flood {
  let start = 0;
  let count = 0;
  const turn = (now: number): void => {
    if (now - start < WINDOW_MS && now >= start) return;
    start = now;
    count = 0;
  };
  return {
    note(now) {
      turn(now);
      count += 1;
    },
    isHigh(now) {
      turn(now);
      return count >= limit;
    },
  };
}
