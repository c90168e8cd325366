/** Holds back who does something too often. */
export interface AttemptLimit {
  isOpen(from: string): boolean;
  note(from: string): void;
}

const WINDOW_MS = 60_000;
const MAX_KNOWN = 10_000;

/** @param limits in a minute: of one, and of all together */
export function createAttemptLimit(
  now: () => number,
  limits: { readonly each: number; readonly all: number },
): AttemptLimit {
  let window = 0;
  let all = 0;
  let byName = new Map<string, number>();
  const turn = (): void => {
    const current = Math.floor(now() / WINDOW_MS);
    if (current === window) return;
    window = current;
    all = 0;
    byName = new Map();
  };
  return {
    isOpen(from) {
      turn();
      return all < limits.all && (byName.get(from) ?? 0) < limits.each;
    },
    note(from) {
      turn();
      all += 1;
      if (byName.has(from) || byName.size < MAX_KNOWN) {
        byName.set(from, (byName.get(from) ?? 0) + 1);
      }
    },
  };
}
