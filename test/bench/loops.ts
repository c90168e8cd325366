/** Latencies in milliseconds, in the order in which the calls ended, and how long the whole loop took. */
export interface LoopResult {
  readonly latencies: readonly number[];
  readonly elapsedMs: number;
}

interface LoopDeps {
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** One call; rejects when the answer is not the expected one. */
  readonly call: () => Promise<void>;
  readonly durationMs: number;
}

/** Each of `callers` calls again as soon as its last call was answered: shows how much a party can do. */
export async function runClosedLoop(deps: LoopDeps & { readonly callers: number }): Promise<LoopResult> {
  const { now, call, durationMs, callers } = deps;
  const latencies: number[] = [];
  const start = now();
  const caller = async (): Promise<void> => {
    while (now() - start < durationMs) {
      const before = now();
      // oxlint-disable-next-line no-await-in-loop -- one call at a time is what a caller is
      await call();
      latencies.push(now() - before);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return { latencies, elapsedMs: now() - start };
}

/**
 * Calls at a fixed rate, whether the answers keep up or not: shows what a caller feels.
 *
 * Each latency counts from the moment at which the call *should* have started. A party that stalls therefore pays for
 * all the calls that had to wait, and not only for the one that it held up (no coordinated omission).
 */
export async function runOpenLoop(
  deps: LoopDeps & {
    readonly ratePerSecond: number;
    /** Resolves at that time of the clock, or at once when it has passed. */
    readonly sleepUntil: (time: number) => Promise<void>;
  },
): Promise<LoopResult> {
  const { now, call, durationMs, ratePerSecond, sleepUntil } = deps;
  const latencies: number[] = [];
  const interval = 1000 / ratePerSecond;
  const count = Math.floor(durationMs / interval);
  const start = now();
  const calls: Promise<void>[] = [];
  for (let index = 0; index < count; index += 1) {
    const intended = start + index * interval;
    // oxlint-disable-next-line no-await-in-loop -- the schedule
    await sleepUntil(intended);
    const measured = call().then(() => void latencies.push(now() - intended));
    // A failure is reported at the end; until then it must not count as unhandled.
    measured.catch(() => {});
    calls.push(measured);
  }
  await Promise.all(calls);
  return { latencies, elapsedMs: now() - start };
}
