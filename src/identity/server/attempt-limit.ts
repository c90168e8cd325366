/** Holds back who tries too often. Only failures count. */
export interface AttemptLimit {
  isOpen(from: string): boolean;
  failed(from: string): void;
}

const WINDOW_MS = 60_000;
const MAX_ADDRESSES = 10_000;

/** @param limits failures in a minute: of one address, and of all together */
export function createAttemptLimit(
  now: () => number,
  limits: { readonly each: number; readonly all: number } = { each: 20, all: 200 },
): AttemptLimit {
  let window = 0;
  let all = 0;
  let byAddress = new Map<string, number>();
  const turn = (): void => {
    const current = Math.floor(now() / WINDOW_MS);
    if (current === window) return;
    window = current;
    all = 0;
    byAddress = new Map();
  };
  return {
    isOpen(from) {
      turn();
      return all < limits.all && (byAddress.get(from) ?? 0) < limits.each;
    },
    failed(from) {
      turn();
      all += 1;
      if (byAddress.has(from) || byAddress.size < MAX_ADDRESSES) {
        byAddress.set(from, (byAddress.get(from) ?? 0) + 1);
      }
    },
  };
}
