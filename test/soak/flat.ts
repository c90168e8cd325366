/** What a process held at one moment, in bytes, after so many rounds. */
export interface MemorySample {
  readonly heapUsed: number;
  readonly rss: number;
}

/** How memory went on after the warm-up. Bytes over the whole of it, by the line that fits best. */
export interface Growth {
  readonly heap: number;
  readonly rss: number;
}

/** The first rounds fill caches, pools and compiled code. */
const WARM_UP_SHARE = 1 / 3;

/** Caches fill for longer than that, and a collector leaves some over: so much is no leak. */
const HEAP_BOUND = 6 * 1024 * 1024;
const RSS_BOUND = 40 * 1024 * 1024;

export function growthOf(samples: readonly MemorySample[]): Growth {
  const rest = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  return {
    heap: riseOf(rest.map(({ heapUsed }) => heapUsed)),
    rss: riseOf(rest.map(({ rss }) => rss)),
  };
}

export function isFlat({ heap, rss }: Growth): boolean {
  return heap <= HEAP_BOUND && rss <= RSS_BOUND;
}

/** How far the line of least squares rises from the first value to the last. */
function riseOf(values: readonly number[]): number {
  const count = values.length;
  if (count < 2) return 0;
  const middle = (count - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  let together = 0;
  let alone = 0;
  for (const [index, value] of values.entries()) {
    together += (index - middle) * (value - mean);
    alone += (index - middle) ** 2;
  }
  return (together / alone) * (count - 1);
}
