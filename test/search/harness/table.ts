import { formatMarkdownTable } from '../../bench/markdown-table.ts';
import { BASELINES } from './baselines.ts';
import { toRatios, type Cost } from './cost.ts';
import type { SetResult, TaskResult } from './evaluate.ts';
import { meanOf, type Figures } from './scoring.ts';

const HEAD = ['queries', 'R@1', 'R@5', 'R@10', 'nDCG@10', 'hit@1'];

/** Everything that was measured, for people. */
export function describeResults(measured: {
  readonly own: readonly SetResult[];
  readonly union: readonly SetResult[];
  readonly tasks: readonly TaskResult[];
  readonly cost: Cost | undefined;
}): string {
  const { own, union, tasks, cost } = measured;
  return [
    figuresTable('each set on its own catalogue', own),
    ...(tasks.length > 0 ? [tasksTable(tasks)] : []),
    ...(union.length > 0 ? [figuresTable(`all sets in one index of ${cost?.tools} tools`, union)] : []),
    ...(cost ? [describeCost(cost)] : []),
    '',
  ].join('\n\n');
}

function figuresTable(title: string, results: readonly SetResult[]): string {
  const rows = results.flatMap(({ name, tools, figures, parts }) => [
    [name, String(tools), ...cells(figures)],
    ...parts.map((part) => [`  ${part.name}`, '', ...cells(part.figures)]),
  ]);
  const macro = ['macro', '', ...cells(meanOf(results.map(({ figures }) => figures)))];
  return formatMarkdownTable([title, 'tools', ...HEAD], [...rows, macro]);
}

function cells({ queries, r1, r5, r10, ndcg10, hit1 }: Figures): string[] {
  return [String(queries), ...[r1, r5, r10, ndcg10, hit1].map(percent)];
}

function tasksTable(results: readonly TaskResult[]): string {
  const rows = results.map(({ name, who, k, queries, tasks, queryHit, coverage }) => [
    name,
    who,
    ...[k, queries, tasks].map(String),
    ...[queryHit, coverage].map(percent),
  ]);
  return formatMarkdownTable(
    ['queries of agents', 'ranker', 'results', 'queries', 'tasks', 'query hit', 'task coverage'],
    rows,
  );
}

function describeCost(cost: Cost): string {
  const { tools, queries, latencyMs, buildMs, memoryMb, baselineMs, load } = cost;
  const ratios = toRatios(cost);
  const row = (what: string, ms: number, against: keyof typeof BASELINES, ratio: number): string[] => [
    what,
    ms.toFixed(3),
    BASELINES[against],
    baselineMs[against].toFixed(3),
    ratio.toFixed(3),
  ];
  const title = `an index of ${tools} tools, ${queries} queries, load ${load.toFixed(1)}`;
  const table = formatMarkdownTable(
    [title, 'ms CPU', 'beside', 'ms CPU', 'ratio'],
    [
      row('a query, p50', latencyMs.p50, 'question', ratios.p50),
      row('a query, p99', latencyMs.p99, 'question', ratios.p99),
      row('build', buildMs, 'build', ratios.build),
    ],
  );
  return `${table}\n\n${memoryMb.toFixed(1)} MB over the tools themselves`;
}

/** The questions of a set that miss a group among the first ten, for people who improve hints. */
export function describeErrors({ name, answers }: SetResult): string {
  const missed = answers.filter(({ ranks }) => ranks.includes(Number.POSITIVE_INFINITY));
  const lines = missed.flatMap(({ query, found, ranks }) => [
    `${query.id}: ${query.text.slice(0, 300)}`,
    ...query.groups.map((group, at) => {
      const rank = ranks[at] ?? Number.POSITIVE_INFINITY;
      const place = Number.isFinite(rank) ? `found at ${rank + 1}` : 'missed';
      return `    ${place}: ${[...group].slice(0, 4).join(', ')}${group.size > 4 ? ', …' : ''}`;
    }),
    `    instead: ${found.slice(0, 5).join(', ')}`,
  ]);
  return `${name}: ${missed.length} of ${answers.length} queries miss a group\n${lines.join('\n')}\n`;
}

function percent(share: number): string {
  return (share * 100).toFixed(1);
}
