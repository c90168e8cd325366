import type { Summary } from './summary.ts';

/** What a run has to reach beside having no crash, no unaccounted operation and no violation. Absent: not asked. */
export interface Bounds {
  readonly minCompiled?: number;
  readonly minEquality?: number;
  readonly maxTokens?: number;
  readonly maxP95?: number;
  readonly maxExcluded?: number;
}

/** What was missed, one sentence each. */
export function missedBounds(total: Summary, bounds: Bounds): string[] {
  const {
    minCompiled = 0,
    minEquality = 0,
    maxTokens = Number.POSITIVE_INFINITY,
    maxP95 = Number.POSITIVE_INFINITY,
    maxExcluded = 1,
  } = bounds;
  const misses: [boolean, string][] = [
    [total.crashes > 0, `${total.crashes} crashes`],
    [total.unaccounted > 0, `${total.unaccounted} operations are neither a tool nor a named skip`],
    [
      total.violations > 0,
      `${total.violations} tools that a strict client refuses, or that refuse what they allow`,
    ],
    [total.compiledRatio < minCompiled, `compiled ${total.compiledRatio}, at least ${minCompiled} wanted`],
    [
      total.requestEquality < minEquality,
      `request equality ${total.requestEquality}, at least ${minEquality} wanted`,
    ],
    [total.maxToolTokens > maxTokens, `a tool of ${total.maxToolTokens} tokens, at most ${maxTokens} wanted`],
    [total.p95ToolTokens > maxP95, `${total.p95ToolTokens} tokens at p95, at most ${maxP95} wanted`],
    [total.excludedRatio > maxExcluded, `${total.excludedRatio} excluded, at most ${maxExcluded} wanted`],
  ];
  return misses.filter(([isMissed]) => isMissed).map(([, sentence]) => sentence);
}
