import type { Report } from './report.ts';

/** What a run has to reach, in percent, milliseconds and megabytes; by the flags of the command line. */
export const BOUNDS = {
  'min-macro-r5': { of: ({ macro }: Report) => macro.r5, isLeast: true },
  'min-macro-ndcg': { of: ({ macro }: Report) => macro.ndcg10, isLeast: true },
  'min-k8s-r5': { of: ({ sets }: Report) => sets['k8s']?.r5, isLeast: true },
  'max-p50': { of: ({ latencyMs }: Report) => latencyMs?.p50, isLeast: false },
  'max-p99': { of: ({ latencyMs }: Report) => latencyMs?.p99, isLeast: false },
  'max-build': { of: ({ buildMs }: Report) => buildMs, isLeast: false },
  'max-memory': { of: ({ memoryMb }: Report) => memoryMb, isLeast: false },
} as const;

export type Bounds = Partial<Record<keyof typeof BOUNDS, number>>;

/** What was missed, one sentence each. What was not measured is missed. */
export function missedBounds(report: Report, bounds: Bounds): string[] {
  return Object.entries(BOUNDS).flatMap(([name, { of, isLeast }]) => {
    const bound = bounds[name as keyof typeof BOUNDS];
    const value = of(report);
    if (bound === undefined) return [];
    if (value === undefined) return [`--${name} ${bound}: not measured`];
    const holds = isLeast ? value >= bound : value <= bound;
    return holds ? [] : [`--${name} ${bound}: it is ${value}`];
  });
}
