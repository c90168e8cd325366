import { count } from '../lock-text.ts';
import { pad, widthOf } from '../audit/safe-text.ts';
import { paint } from '../terminal.ts';
import { toCell, toCount, toMoney, toShare } from './cells.ts';
import type { Dimension } from './dimensions.ts';
import { addSums, NO_SUMS, type Sums } from './read-row.ts';
import { tokensOf, type Group, type Spend } from './read-spend.ts';

/** What a table or a chart of spend is about. */
export interface SpendText {
  readonly spend: Spend;
  readonly by: readonly Dimension[];
  /** `2026-11-01 to 2026-11-21 (UTC)`. */
  readonly when: string;
  /** Groups that are shown by themselves; the others are added up. */
  readonly top: number;
  /** The most that a name takes. */
  readonly nameColumns: number;
}

const HEADINGS: Readonly<Record<Dimension, string>> = {
  team: 'TEAM',
  principal: 'PRINCIPAL',
  key: 'KEY',
  client: 'CLIENT',
  source: 'SOURCE',
  tool: 'TOOL',
  model: 'MODEL',
  day: 'DAY',
};

/** One line of a table or a chart. */
export interface Line {
  readonly labels: readonly string[];
  readonly sums: Sums;
}

/** The groups as lines: the first ones, and the rest as one. */
export function toLines({ spend, by, top, nameColumns }: SpendText): Line[] {
  const lines = spend.groups.slice(0, top).map(({ labels, sums }: Group) => ({
    labels: labels.map((label) => toCell(label, nameColumns)),
    sums,
  }));
  const rest = spend.groups.slice(top);
  if (rest.length === 0) return lines;
  const labels = by.map((_, index) => (index === 0 ? `(${toCount(BigInt(rest.length))} more)` : ''));
  return [...lines, { labels, sums: rest.map(({ sums }) => sums).reduce(addSums, NO_SUMS) }];
}

/** Columns on a line: names on the left, numbers on the right. */
export function describeSpend(text: SpendText): string {
  const { spend, by, when } = text;
  const lines = toLines(text);
  const totals: Line = { labels: by.map((_, index) => (index === 0 ? 'total' : '')), sums: spend.total };
  const all = [...lines, totals];
  const money = toMoney(all.map(({ sums }) => sums.nanoUsd));
  const rows = all.map(({ labels, sums }, index) => [
    ...labels,
    toCount(sums.calls),
    toCount(tokensOf(sums)),
    money[index] ?? '',
    shareOf(sums, spend.total),
  ]);
  const heading = [...by.map((dimension) => HEADINGS[dimension]), 'CALLS', 'TOKENS', 'USD', 'SHARE'];
  const [head = '', ...body] = align([heading, ...rows], by.length);
  return [
    `Spent ${when}`,
    '',
    paint('bold', head),
    ...body.slice(0, -1),
    paint('bold', body.at(-1) ?? ''),
    ...describeDoubts(spend),
  ].join('\n');
}

/** Of the money; where none was spent, of the calls. */
function shareOf(sums: Sums, total: Sums): string {
  return total.nanoUsd > 0n ? toShare(sums.nanoUsd, total.nanoUsd) : toShare(sums.calls, total.calls);
}

/** What the numbers do not say by themselves. */
export function describeDoubts({ total, unreadable }: Spend): string[] {
  const { bound, lost } = total;
  const notes = [
    ...(bound > 0n
      ? [
          `${plural(bound, 'call')} ${bound === 1n ? 'is' : 'are'} charged at the most that ${bound === 1n ? 'it' : 'they'} can cost, because what ${bound === 1n ? 'it' : 'they'} did cost is not known.`,
        ]
      : []),
    ...(lost > 0n
      ? [
          `${plural(lost, 'call')} ended with the process that made ${lost === 1n ? 'it' : 'them'}, and ${lost === 1n ? 'counts as made' : 'count as made'}${bound > 0n ? '; those with a price are among the calls above' : ''}.`,
        ]
      : []),
    ...(unreadable > 0
      ? [`${count(unreadable, 'row')} of the store cannot be read by this version, and are not counted.`]
      : []),
  ];
  return notes.length === 0 ? [] : ['', ...notes];
}

function plural(number: bigint, noun: string): string {
  return `${toCount(number)} ${noun}${number === 1n ? '' : 's'}`;
}

/** Rows as lines of columns: the first `left` ones begin on the left, the others end on the right. */
export function align(rows: readonly (readonly string[])[], left: number): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, widthOf(row[column] ?? '')), 0),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0, column < left ? 'left' : 'right'))
      .join('  ')
      .trimEnd(),
  );
}
