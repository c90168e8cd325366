/** Lets answers that are worth nothing through at a bounded pace. */
export interface FloodGate {
  isOpen(now: number): boolean;
  /** One more answer that was worth nothing. */
  note(now: number): void;
}

/** @param burst that many at once, and after it `perSecond`. */
export function createFloodGate({
  burst,
  perSecond,
}: {
  readonly burst: number;
  readonly perSecond: number;
}): FloodGate {
  let level = 0;
  let since = 0;
  const drain = (now: number): void => {
    // A clock that is put back drains nothing.
    level = Math.max(0, level - (Math.max(0, now - since) / 1_000) * perSecond);
    since = now;
  };
  return {
    isOpen(now) {
      drain(now);
      return level < burst;
    },
    note(now) {
      drain(now);
      level += 1;
    },
  };
}
