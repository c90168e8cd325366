import type { Ratios } from './cost.ts';
import type { Report } from './report.ts';

/** A report, and what is held against baselines beside it. */
export interface Measured extends Report {
  readonly ratios?: Ratios | undefined;
}

/**
 * What a run has to reach, in percent, milliseconds, megabytes and times its baseline; by the flags of the command line. Milliseconds are
 * of one machine: what watches changes on any bounds the ratios.
 */
export const BOUNDS = {
  'min-macro-r5': { of: ({ macro }: Measured) => macro.r5, isLeast: true },
  'min-macro-ndcg': { of: ({ macro }: Measured) => macro.ndcg10, isLeast: true },
  'min-k8s-r5': { of: ({ sets }: Measured) => sets['k8s']?.r5, isLeast: true },
  'max-p50': { of: ({ latencyMs }: Measured) => latencyMs?.p50, isLeast: false },
  'max-p99': { of: ({ latencyMs }: Measured) => latencyMs?.p99, isLeast: false },
  'max-build': { of: ({ buildMs }: Measured) => buildMs, isLeast: false },
  'max-p50-ratio': { of: ({ ratios }: Measured) => ratios?.p50, isLeast: false },
  'max-p99-ratio': { of: ({ ratios }: Measured) => ratios?.p99, isLeast: false },
  'max-build-ratio': { of: ({ ratios }: Measured) => ratios?.build, isLeast: false },
  'max-memory': { of: ({ memoryMb }: Measured) => memoryMb, isLeast: false },
} as const;

export type Bounds = Partial<Record<keyof typeof BOUNDS, number>>;

/** What was missed, one sentence each. What was not measured is missed. */
export function missedBounds(measured: Measured, bounds: Bounds): string[] {
  return Object.entries(BOUNDS).flatMap(([name, { of, isLeast }]) => {
    const bound = bounds[name as keyof typeof BOUNDS];
    const value = of(measured);
    if (bound === undefined) return [];
    if (value === undefined) return [`--${name} ${bound}: not measured`];
    const holds = isLeast ? value >= bound : value <= bound;
    return holds ? [] : [`--${name} ${bound}: it is ${Number(value.toFixed(3))}`];
  });
}
