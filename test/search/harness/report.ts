import type { SetResult } from './evaluate.ts';
import { meanOf, type Figures } from './scoring.ts';
import type { Cost } from './cost.ts';

/** Shares in percent. */
export interface Percentages {
  readonly r1: number;
  readonly r5: number;
  readonly r10: number;
  readonly ndcg10: number;
}

/** What `--json` prints. The last three are of all sets in one index, and absent where that was left out. */
export interface Report {
  /** The mean of the sets' figures, each set counting the same. */
  readonly macro: Percentages;
  readonly sets: Readonly<Record<string, Percentages & { readonly tools: number; readonly queries: number }>>;
  readonly latencyMs?: { readonly p50: number; readonly p99: number };
  readonly buildMs?: number;
  readonly memoryMb?: number;
}

export function toReport(results: readonly SetResult[], cost: Cost | undefined): Report {
  return {
    macro: toPercentages(meanOf(results.map(({ figures }) => figures))),
    sets: Object.fromEntries(
      results.map(({ name, tools, figures }) => [
        name,
        { tools, queries: figures.queries, ...toPercentages(figures) },
      ]),
    ),
    ...(cost && {
      latencyMs: { p50: round(cost.latencyMs.p50, 3), p99: round(cost.latencyMs.p99, 3) },
      buildMs: round(cost.buildMs, 0),
      memoryMb: round(cost.memoryMb, 1),
    }),
  };
}

function toPercentages({ r1, r5, r10, ndcg10 }: Figures): Percentages {
  return { r1: percent(r1), r5: percent(r5), r10: percent(r10), ndcg10: percent(ndcg10) };
}

function percent(share: number): number {
  return round(share * 100, 2);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
