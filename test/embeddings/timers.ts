import type { Schedule } from '../../src/search/reading.ts';

/** A clock and timers that a test moves. */
export interface Timers {
  readonly schedule: Schedule;
  readonly clock: () => number;
  /** Moves the clock, and runs what is due, in order. */
  advance(milliseconds: number): void;
  /** How far away what is waited for is, in milliseconds, sorted. */
  waiting(): number[];
}

export function createTimers(): Timers {
  let now = 0;
  const due: { at: number; callback: () => void }[] = [];
  return {
    clock: () => now,
    schedule(callback, milliseconds) {
      const one = { at: now + milliseconds, callback };
      due.push(one);
      return () => {
        const index = due.indexOf(one);
        if (index !== -1) due.splice(index, 1);
      };
    },
    advance(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        const next = due.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
        if (!next) break;
        due.splice(due.indexOf(next), 1);
        now = Math.max(now, next.at);
        next.callback();
      }
      now = end;
    },
    waiting: () => due.map(({ at }) => at - now).toSorted((a, b) => a - b),
  };
}
