import type { Json } from '../catalog/json.ts';
import type { CounterName, CounterWindow, Reservation, Settlement, Tally } from './store.ts';
import { MAX_NAME_BYTES, MAX_VALUE_BYTES } from './store.ts';

/*
 * The bounds that `store.ts` states, checked in one place for all homes. Each function throws a RangeError that says
 * which bound was left, and never repeats what was given: it may be a secret, or a megabyte long.
 */

/** More items than limits can apply to one call. */
export const MAX_ITEMS = 256;
/** More sums than a row has any use for. */
const MAX_SUMS = 64;

/** Keys, counters, tables, rows, topics, ids: 1 to {@link MAX_NAME_BYTES} bytes of UTF-8. */
export function checkName(what: string, name: string): void {
  if (name === '') throw new RangeError(`${what} is empty`);
  checkPrefix(what, name);
}

/** As a name, or empty. */
export function checkPrefix(what: string, text: string): void {
  if (typeof text !== 'string') throw new RangeError(`${what} is not a text`);
  // No UTF-8 without this: two texts would become one.
  if (!text.isWellFormed()) throw new RangeError(`${what} has half a surrogate pair in it`);
  // A code unit takes at most three bytes, so most texts need no counting.
  if (text.length * 3 > MAX_NAME_BYTES && Buffer.byteLength(text) > MAX_NAME_BYTES)
    throw new RangeError(`${what} is longer than ${MAX_NAME_BYTES} bytes`);
}

/** A whole number from 0 to 2^53 - 1. */
export function checkAmount(what: string, amount: number): void {
  if (!Number.isSafeInteger(amount) || amount < 0)
    throw new RangeError(`${what} is not a whole number from 0 to 2^53 - 1`);
}

/** Milliseconds since the epoch: a whole number, not before the epoch. */
export function checkTime(what: string, time: number): void {
  checkAmount(what, time);
}

/** The JSON text of a value. */
export function toBoundedText(what: string, value: Json): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new RangeError(`${what} is not JSON`);
  if (text.length * 3 > MAX_VALUE_BYTES && Buffer.byteLength(text) > MAX_VALUE_BYTES)
    throw new RangeError(`${what} is longer than ${MAX_VALUE_BYTES} bytes of JSON`);
  return text;
}

export function checkReservation({ id, now, leaseUntil, items, tally }: Reservation): void {
  checkName('the id', id);
  checkTime('now', now);
  checkTime('leaseUntil', leaseUntil);
  if (items.length > MAX_ITEMS) throw new RangeError(`more than ${MAX_ITEMS} items in one reservation`);
  for (const item of items) {
    checkCounter(item);
    checkAmount('the amount', item.amount);
    checkAmount('the limit', item.limit);
  }
  if (new Set(items.map(({ counter }) => counter)).size < items.length)
    throw new RangeError('a counter stands twice in one reservation');
  if (tally) checkTally(tally);
}

export function checkSettlement({ id, now, amounts, add }: Settlement): void {
  checkName('the id', id);
  checkTime('now', now);
  for (const [counter, amount] of Object.entries(amounts)) {
    checkName('the counter', counter);
    checkAmount('the amount', amount);
  }
  if (add) checkSums(add);
}

export function checkTally({ table, row, add, expiresAt }: Tally): void {
  checkName('the table', table);
  checkName('the row', row);
  checkTime('expiresAt', expiresAt);
  checkSums(add);
}

export function checkCounter({ counter, window }: CounterName): void {
  checkName('the counter', counter);
  if (window) checkWindow(window);
}

function checkWindow(window: CounterWindow): void {
  if ('until' in window) {
    checkTime('until', window.until);
    return;
  }
  checkAmount('sliding', window.sliding);
  if (window.sliding === 0) throw new RangeError('a window of no length');
}

function checkSums(add: Readonly<Record<string, number>>): void {
  const sums = Object.entries(add);
  if (sums.length > MAX_SUMS) throw new RangeError(`more than ${MAX_SUMS} sums in one row`);
  for (const [name, amount] of sums) {
    checkName('the sum', name);
    checkAmount('the sum', amount);
  }
}
