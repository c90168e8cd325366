import { pad, widthOf } from '../audit/safe-text.ts';
import { paint } from '../terminal.ts';
import { toCount, toMoney } from './cells.ts';
import { describeDoubts, toLines, type SpendText } from './spend-text.ts';
import type { Spend } from './read-spend.ts';
import { NO_SUMS } from './read-row.ts';

/** Columns of a chart that nobody looks at in a terminal, so that it is the same everywhere. */
export const PLAIN_WIDTH = 80;

const LEAST_BAR = 10;

/** Bars, one for each group, as long as what was spent; of calls where no money was. */
export function chartSpend(text: SpendText, width: number): string {
  const { spend, by, when } = text;
  const isMoney = spend.total.nanoUsd > 0n;
  const lines = toLines(text);
  const amounts = lines.map(({ sums }) => (isMoney ? sums.nanoUsd : sums.calls));
  const shown = isMoney ? toMoney(amounts) : amounts.map(toCount);
  const names = lines.map(({ labels }) => labels.filter((label) => label !== '').join(' · '));
  const nameWidth = widest(names);
  const amountWidth = widest(shown);
  const room = Math.max(LEAST_BAR, width - nameWidth - amountWidth - 4);
  // What is added up at the end would make every other bar short.
  const drawn = amounts.slice(0, text.top);
  const most = drawn.reduce((a, b) => (a > b ? a : b), 0n);
  return [
    `Spent ${when}, ${isMoney ? 'in USD' : 'in calls'} by ${by.join(' and ')}`,
    '',
    ...lines.map((_, index) => {
      const bar = toBar(drawn[index] ?? 0n, most, room);
      const amount = pad(shown[index] ?? '', amountWidth, 'right');
      return `${pad(names[index] ?? '', nameWidth)}  ${amount}  ${bar === '' ? '' : paint('cyan', bar)}`.trimEnd();
    }),
    ...describeDoubts(spend),
  ].join('\n');
}

/** Spend by day with the days on which nothing was spent, which a chart must not leave out. */
export function withEmptyDays(spend: Spend, days: readonly string[]): Spend {
  const groups = new Map(spend.groups.map((group) => [group.labels[0], group]));
  return {
    ...spend,
    groups: days.map((day) => groups.get(day) ?? { values: { day }, labels: [day], sums: NO_SUMS }),
  };
}

/** Eighths of a column, from one to seven. */
const PARTS = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** What is more than nothing is never an empty bar. */
function toBar(amount: bigint, most: bigint, columns: number): string {
  if (amount === 0n || most === 0n) return '';
  const exact = (amount * BigInt(columns) * 8n) / most;
  const eighths = exact === 0n ? 1 : Number(exact);
  return '█'.repeat(Math.floor(eighths / 8)) + (PARTS[(eighths % 8) - 1] ?? '');
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, widthOf(text)), 0);
}
