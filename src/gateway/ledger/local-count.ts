/** What this process counted for each counter while the store was away: enough to say when its share is used up. */
export interface LocalCount {
  /** Adds what a call may take; answers what the counter holds. */
  reserve(counter: string, amount: number): number;
  clear(): void;
}

/** Counters beyond `capacity` are not counted, and give no alerts. */
export function createLocalCount(capacity: number): LocalCount {
  const totals = new Map<string, number>();
  return {
    reserve(counter, amount) {
      const total = Math.min((totals.get(counter) ?? 0) + amount, Number.MAX_SAFE_INTEGER);
      if (totals.has(counter) || totals.size < capacity) totals.set(counter, total);
      return total;
    },
    clear: () => totals.clear(),
  };
}
