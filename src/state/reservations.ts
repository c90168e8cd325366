import type { Reaped, ReservationEntry, ReservedItem, Shelves } from './shelves.ts';
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
} from './store.ts';
import { bounded, change, counterKey, counts, forgetAt, roomAt, slotAt, sumUp } from './windows.ts';

/*
 * What reserving, settling and losing do to counters and rows, for the homes that live in this process. Each function is
 * one step: the home sees to it that all of it happens, or nothing. What comes in was checked by `bounds.ts`.
 */

/** How long a lost reservation is remembered, so that a late settlement can correct what it was charged. */
const LOST_KEPT_MS = 86_400_000;

/** More lost reservations than this are ended in several steps, so that nobody waits long for one. */
const REAPED_AT_ONCE = 128;

/** What a reservation came to, beside what was reaped for it. */
type Answer = WithoutLost<ReserveAnswer>;
type WithoutLost<Each> = Each extends { readonly lost: unknown } ? Omit<Each, 'lost'> : never;

/** Reserves, once leases that are over have been reaped. */
export function reserveNow(shelves: Shelves, reservation: Reservation): Answer {
  const { id, now, leaseUntil, items, tally } = reservation;
  const before = items.map((item) => {
    const cells = shelves.counter(counterKey(item));
    const { spent, held } = sumUp(item.window, cells, now);
    return { cells, total: bounded(spent + held) };
  });
  if (find(shelves, id, now)) return { outcome: 'reserved', totals: before.map(({ total }) => total) };

  const exceeded: Exceeded[] = [];
  for (const [index, item] of items.entries()) {
    const { cells, total } = before[index]!;
    if (item.mode === 'soft' || item.amount === 0 || total + item.amount <= item.limit) continue;
    const retryAt = roomAt(item.window, cells, { amount: item.amount, limit: item.limit, now });
    exceeded.push({ counter: item.counter, total, ...(retryAt === undefined ? {} : { retryAt }) });
  }
  if (exceeded.length > 0) return { outcome: 'exceeded', exceeded };

  for (const [index, item] of items.entries()) {
    const by = { slot: slotAt(item.window, now), spent: 0, held: item.amount };
    const cells = change(item.window, before[index]!.cells, by, now);
    shelves.setCounter(counterKey(item), cells, forgetAt(item.window, now));
  }
  const reserved = items.map(toReserved);
  const kept = tally && { ...tally, add: { ...tally.add } };
  shelves.setReservation({ id, at: now, leaseUntil, items: reserved, ...(kept ? { tally: kept } : {}) });
  const totals = items.map((item, index) => bounded(before[index]!.total + item.amount));
  return { outcome: 'reserved', totals };
}

export function settleNow(shelves: Shelves, { id, now, amounts, add }: Settlement): 'settled' | 'unknown' {
  const entry = find(shelves, id, now);
  if (!entry) return 'unknown';
  for (const item of entry.items) {
    const actual = Object.hasOwn(amounts, item.counter) ? amounts[item.counter]! : item.amount;
    const isLost = entry.lostUntil !== undefined;
    const charged = isLost && item.onLoss === 'charge' ? item.amount : 0;
    const spent = item.window ? actual - charged : 0;
    count(shelves, entry, item, { spent, held: isLost ? 0 : -item.amount, now });
  }
  const { tally } = entry;
  if (tally) {
    if (entry.lostUntil === undefined) addToRow(shelves, { ...tally, add: add ?? {} }, now);
    else addToRow(shelves, { ...tally, add: difference(add ?? {}, tally.add) }, now);
  }
  shelves.removeReservation(id);
  return 'settled';
}

/** Answers the ids whose reservation is lost, settled or unknown. */
export function renewNow(
  shelves: Shelves,
  ids: readonly string[],
  leaseUntil: number,
  now: number,
): string[] {
  return ids.filter((id) => {
    const entry = shelves.reservation(id);
    if (!entry || entry.lostUntil !== undefined || entry.leaseUntil <= now) return true;
    if (entry.leaseUntil < leaseUntil) shelves.setReservation({ ...entry, leaseUntil });
    return false;
  });
}

/** Ends some of the reservations whose lease is over. */
export function reapSome(shelves: Shelves, now: number): Reaped {
  const lapsed = shelves.lapsed(now, REAPED_AT_ONCE);
  return { lost: lapsed.map((entry) => lose(shelves, entry, now)), more: lapsed.length === REAPED_AT_ONCE };
}

export function totalsNow(shelves: Shelves, counters: readonly CounterName[], now: number): CounterTotal[] {
  return counters.map((name) => sumUp(name.window, shelves.counter(counterKey(name)), now));
}

/** Adds to a row; what is added may be negative where it corrects. */
export function addToRow(shelves: Shelves, { table, row, add, expiresAt }: Tally, now: number): void {
  // The table is forgotten, or would be at once.
  if (expiresAt <= now) return;
  const sums = new Map(Object.entries(shelves.row(table, row, now)));
  for (const [name, amount] of Object.entries(add)) sums.set(name, bounded((sums.get(name) ?? 0) + amount));
  shelves.setRow({ table, row, add: Object.fromEntries(sums), expiresAt }, now);
}

function lose(shelves: Shelves, entry: ReservationEntry, now: number): LostReservation {
  const charged: [string, number][] = [];
  for (const item of entry.items) {
    const spent = item.window && item.onLoss === 'charge' ? item.amount : 0;
    if (item.window && item.onLoss === 'charge') charged.push([item.counter, item.amount]);
    count(shelves, entry, item, { spent, held: -item.amount, now });
  }
  if (entry.tally) addToRow(shelves, entry.tally, now);
  shelves.setReservation({ ...entry, lostUntil: now + LOST_KEPT_MS });
  return { id: entry.id, charged: Object.fromEntries(charged) };
}

function count(
  shelves: Shelves,
  { at }: ReservationEntry,
  item: ReservedItem,
  by: { readonly spent: number; readonly held: number; readonly now: number },
): void {
  const slot = slotAt(item.window, at);
  // What counts no more is not brought back.
  if (!counts(item.window, slot, by.now)) return;
  const key = counterKey(item);
  const cells = change(item.window, shelves.counter(key), { slot, spent: by.spent, held: by.held }, by.now);
  shelves.setCounter(key, cells, forgetAt(item.window, by.now));
}

function find(shelves: Shelves, id: string, now: number): ReservationEntry | undefined {
  const entry = shelves.reservation(id);
  return entry?.lostUntil !== undefined && entry.lostUntil <= now ? undefined : entry;
}

function difference(
  add: Readonly<Record<string, number>>,
  added: Readonly<Record<string, number>>,
): Record<string, number> {
  const sums = new Map(Object.entries(add));
  for (const [name, amount] of Object.entries(added)) sums.set(name, (sums.get(name) ?? 0) - amount);
  return Object.fromEntries(sums);
}

function toReserved({ counter, window, amount, onLoss }: ReserveItem): ReservedItem {
  return { counter, amount, onLoss, ...(window ? { window: { ...window } } : {}) };
}
