import { toCanonicalJson } from '../../catalog/canonical.ts';
import { toSpendTable } from '../../gateway/ledger/spend-table.ts';
import type { Store } from '../../state/store.ts';
import { labelsOf, valuesOf, type DayRow, type Dimension } from './dimensions.ts';
import { addRow, addSums, isNothing, NO_SUMS, readRow, type Sums } from './read-row.ts';

/** What was spent by one of those that are told apart. */
export interface Group {
  /** By the names that documents use. */
  readonly values: Readonly<Record<string, string | undefined>>;
  /** As people read it, one for each dimension. */
  readonly labels: readonly (string | undefined)[];
  readonly sums: Sums;
}

export interface Spend {
  /** The most spent first, or by day. */
  readonly groups: readonly Group[];
  readonly total: Sums;
  /** Rows of the store that are none of this version's. */
  readonly unreadable: number;
}

export interface SpendQuery {
  /** `YYYY-MM-DD`, in order. */
  readonly days: readonly string[];
  readonly by: readonly Dimension[];
  readonly isWanted: (row: DayRow) => boolean;
  readonly now: number;
}

/** Adds up what the store holds of these days, row by row: in memory is what is told apart, and no more. */
export async function readSpend(store: Store, query: SpendQuery): Promise<Spend> {
  const groups = new Map<string, { -readonly [member in keyof Group]: Group[member] }>();
  let unreadable = 0;
  for await (const { day, stored } of rowsOf(store, query)) {
    const row = readRow(stored);
    if (row === undefined) unreadable++;
    else if (query.isWanted({ row, day })) {
      const values = valuesOf(query.by, { row, day });
      const key = toCanonicalJson(values);
      const group = groups.get(key);
      if (group === undefined) {
        const labels = labelsOf(query.by, { row, day });
        groups.set(key, { values, labels, sums: addRow(NO_SUMS, stored) });
      } else group.sums = addRow(group.sums, stored);
    }
  }
  const spent = [...groups.values()].filter(({ sums }) => !isNothing(sums));
  return {
    groups: spent.toSorted(query.by[0] === 'day' ? byDayThenSpend : bySpend),
    total: spent.map(({ sums }) => sums).reduce(addSums, NO_SUMS),
    unreadable,
  };
}

/** Every row of some days. */
export async function* rowsOf(
  store: Store,
  { days, now }: Pick<SpendQuery, 'days' | 'now'>,
): AsyncGenerator<{ day: string; stored: Awaited<ReturnType<Store['rows']>>['rows'][number] }> {
  for (const day of days) {
    let cursor: string | undefined;
    do {
      // oxlint-disable-next-line no-await-in-loop -- the next page begins where this one ends
      const page = await store.rows(toSpendTable(day), { now, ...(cursor !== undefined && { cursor }) });
      for (const stored of page.rows) yield { day, stored };
      cursor = page.cursor;
    } while (cursor !== undefined);
  }
}

function byDayThenSpend(a: Group, b: Group): number {
  return compareText(a.labels[0], b.labels[0]) || bySpend(a, b);
}

function bySpend(a: Group, b: Group): number {
  return (
    compareDown(a.sums.nanoUsd, b.sums.nanoUsd) ||
    compareDown(tokensOf(a.sums), tokensOf(b.sums)) ||
    compareDown(a.sums.calls, b.sums.calls) ||
    compareText(a.labels.join('\n'), b.labels.join('\n'))
  );
}

export function tokensOf({ inputTokens, outputTokens }: Sums): bigint {
  return inputTokens + outputTokens;
}

function compareDown(a: bigint, b: bigint): number {
  return a > b ? -1 : a < b ? 1 : 0;
}

function compareText(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
