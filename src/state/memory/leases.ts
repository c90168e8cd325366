/** Which reservation's lease ends when, in seconds: coarse, so that a look at the clock is all that a step costs. */
export interface Leases {
  add(id: string, leaseUntil: number): void;
  remove(id: string, leaseUntil: number): void;
  /** Ids whose lease may be over, those that ended in an earlier second first. */
  candidates(now: number): Iterable<string>;
}

export function createLeases(): Leases {
  const seconds = new Map<number, Set<string>>();
  /** Nothing ends before this second. */
  let earliest = Infinity;
  return {
    add(id, leaseUntil) {
      const second = secondOf(leaseUntil);
      const ids = seconds.get(second);
      if (ids) ids.add(id);
      else seconds.set(second, new Set([id]));
      earliest = Math.min(earliest, second);
    },
    remove(id, leaseUntil) {
      const second = secondOf(leaseUntil);
      const ids = seconds.get(second);
      ids?.delete(id);
      if (ids?.size === 0) seconds.delete(second);
    },
    *candidates(now) {
      if (secondOf(now) < earliest) return;
      const ended = [...seconds.keys()].toSorted((left, right) => left - right);
      earliest = ended[0] ?? Infinity;
      for (const second of ended) {
        if (second > secondOf(now)) return;
        yield* seconds.get(second) ?? [];
      }
    },
  };
}

function secondOf(time: number): number {
  return Math.floor(time / 1000);
}
