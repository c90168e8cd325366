import type {
  CounterName,
  CounterTotal,
  Exceeded,
  LostReservation,
  Reservation,
  ReserveAnswer,
  ReserveItem,
  Settlement,
  Tally,
  TallyRow,
} from '../store.ts';
import type { Connection } from './connection.ts';

/*
 * Counters, reservations and tables of sums: what the scripts take and answer. Numbers come back as texts of digits, because
 * a number of Lua that is answered as such loses nothing below 2^53, but is written in exponents by its JSON.
 */

/** How many leases one script ends: others wait while it runs. */
const REAPED_AT_ONCE = 100;
const ROWS_AT_ONCE = 200;

type Run = Connection['run'];

/** An item as the scripts read it; see `ledger-library.ts`. */
type Item = readonly [counter: string, kind: 'u' | 's' | 'h', window: number, ...unknown[]];

export async function reserve(run: Run, reservation: Reservation): Promise<ReserveAnswer> {
  const { id, now, leaseUntil, items, tally } = reservation;
  const record = JSON.stringify({ at: now, items: items.map(toReservedItem), tally });
  const lost: LostReservation[] = [];
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- again only after many leases were reaped
    const answer = (await run('reserve', [record, id, String(now), String(leaseUntil)])) as
      | ['reserved', string[], string[][]]
      | ['exceeded', [string, string, string][], string[][]]
      | ['more', [], string[][]];
    lost.push(...answer[2].map(toLost));
    if (answer[0] === 'reserved') return { outcome: 'reserved', totals: answer[1].map(Number), lost };
    if (answer[0] === 'exceeded') return { outcome: 'exceeded', exceeded: answer[1].map(toExceeded), lost };
  }
}

export async function settle(
  run: Run,
  { id, now, amounts, add = {} }: Settlement,
): Promise<'settled' | 'unknown'> {
  return (await run('settle', [JSON.stringify({ amounts, add }), id, String(now)])) as 'settled' | 'unknown';
}

export async function renew(
  run: Run,
  ids: readonly string[],
  leaseUntil: number,
  now: number,
): Promise<string[]> {
  if (ids.length === 0) return [];
  return (await run('renew', [JSON.stringify(ids), String(leaseUntil), String(now)])) as string[];
}

/** What was reaped is answered even where the rest could not be. */
export async function reap(run: Run, now: number): Promise<LostReservation[]> {
  const lost: LostReservation[] = [];
  for (;;) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- some at a time
      const some = (await run('reap', [String(now), String(REAPED_AT_ONCE)])) as string[][];
      lost.push(...some.map(toLost));
      if (some.length < REAPED_AT_ONCE) return lost;
    } catch (error) {
      if (lost.length === 0) throw error;
      return lost;
    }
  }
}

export async function totals(
  run: Run,
  counters: readonly CounterName[],
  now: number,
): Promise<CounterTotal[]> {
  if (counters.length === 0) return [];
  const flat = (await run('totals', [JSON.stringify(counters.map(toCounter)), String(now)])) as string[];
  return counters.map((_, index) => ({ spent: Number(flat[index * 2]), held: Number(flat[index * 2 + 1]) }));
}

export async function addTally(run: Run, sums: Tally, now: number): Promise<void> {
  await run('tally', [JSON.stringify(sums), String(now)]);
}

export async function rows(
  run: Run,
  table: string,
  { now, cursor }: { readonly now: number; readonly cursor?: string },
): Promise<{ readonly rows: readonly TallyRow[]; readonly cursor?: string }> {
  const begin = cursor === undefined ? ['', ''] : [cursor, '1'];
  const flat = (await run('rows', [table, String(now), ...begin, String(ROWS_AT_ONCE)])) as string[];
  const found = Array.from({ length: flat.length / 2 }, (_, index) => ({
    row: flat[index * 2]!,
    sums: toSums(flat[index * 2 + 1]!),
  }));
  const last = found.length < ROWS_AT_ONCE ? undefined : found.at(-1);
  return last === undefined ? { rows: found } : { rows: found, cursor: last.row };
}

function toCounter({ counter, window }: CounterName): Item {
  if (window === undefined) return [counter, 'h', 0];
  return 'until' in window ? [counter, 'u', window.until] : [counter, 's', window.sliding];
}

function toReservedItem(item: ReserveItem): Item {
  return [
    ...toCounter(item),
    item.amount,
    item.onLoss === 'charge' ? 'c' : 'r',
    item.limit,
    item.mode === 'hard' ? 'h' : 's',
  ];
}

function toLost([id = '', ...pairs]: readonly string[]): LostReservation {
  const charged: [string, number][] = [];
  for (let index = 0; index < pairs.length; index += 2)
    charged.push([pairs[index]!, Number(pairs[index + 1])]);
  return { id, charged: Object.fromEntries(charged) };
}

function toExceeded([counter, total, retryAt]: readonly [string, string, string]): Exceeded {
  return { counter, total: Number(total), ...(retryAt === '' ? {} : { retryAt: Number(retryAt) }) };
}

function toSums(json: string): Record<string, number> {
  const sums = JSON.parse(json) as Record<string, string>;
  return Object.fromEntries(Object.entries(sums).map(([name, digits]) => [name, Number(digits)]));
}
