import type { CounterName, CounterTotal, ReserveItem, Reservation, Store } from '../../../src/state/store.ts';

/** An instant at which nothing begins: 21 November 2026, 10:20:30.456 UTC. */
export const NOW = Date.UTC(2026, 10, 21, 10, 20, 30, 456);
export const SECOND = 1000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

/** A period that lasts for another hour. */
export const PERIOD = { until: NOW + HOUR } as const;

/** An item of a counter that belongs to {@link PERIOD}: hard, 100 at most, charged when lost. */
export function item(counter: string, amount: number, change: Partial<ReserveItem> = {}): ReserveItem {
  return { counter, window: PERIOD, amount, limit: 100, mode: 'hard', onLoss: 'charge', ...change };
}

/** An item that counts what is held at one moment. */
export function concurrent(counter: string, amount: number, limit: number): ReserveItem {
  return { counter, amount, limit, mode: 'hard', onLoss: 'release' };
}

/** A reservation at {@link NOW} for a minute. */
export function reservation(
  id: string,
  items: readonly ReserveItem[],
  change: Partial<Reservation> = {},
): Reservation {
  const now = change.now ?? NOW;
  return { id, now, leaseUntil: now + MINUTE, items, ...change };
}

/** What a counter of {@link PERIOD}, or of another window, holds. */
export async function totalOf(
  store: Store,
  counter: string,
  now: number = NOW,
  window: CounterName['window'] | 'none' = PERIOD,
): Promise<CounterTotal | undefined> {
  const name = window === 'none' || window === undefined ? { counter } : { counter, window };
  return (await store.totals([name], now))[0];
}

/** Every row of a table, by name. */
export async function rowsOf(
  store: Store,
  table: string,
  now: number = NOW,
): Promise<Record<string, Record<string, number>>> {
  const rows = new Map<string, Record<string, number>>();
  let cursor: string | undefined;
  do {
    const page = await store.rows(table, { now, ...(cursor === undefined ? {} : { cursor }) });
    for (const { row, sums } of page.rows) rows.set(row, { ...sums });
    cursor = page.cursor;
  } while (cursor !== undefined);
  return Object.fromEntries(rows);
}

/** Every key that begins with `prefix`, once and in order. `between` is called after each page. */
export async function keysOf(
  store: Store,
  prefix: string,
  now: number = NOW,
  between: () => Promise<unknown> = async () => {},
): Promise<string[]> {
  const keys = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await store.list(prefix, { now, ...(cursor === undefined ? {} : { cursor }) });
    for (const key of page.keys) keys.add(key);
    cursor = page.cursor;
    await between();
  } while (cursor !== undefined);
  return [...keys].toSorted();
}

/** Names that a home could trip over. */
export const ODD_NAMES: readonly string[] = [
  ' ',
  '0',
  '{tag}',
  'a{b}c}',
  '*',
  'a?[b]\\c%_',
  "'; drop table counters; --",
  '"quoted"',
  'line\nfeed',
  'nul\u0000inside',
  'nul\u0000',
  '\u0000',
  'é',
  'e\u0301',
  '日本語',
  '💶',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'x'.repeat(1024),
];
