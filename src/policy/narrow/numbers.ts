import { subtractCuts, type Cuts } from './cuts.ts';

/**
 * A set of JSON numbers, which are doubles. Whole numbers and others are kept apart, because a schema tells them apart: nothing is
 * between 3 and 4 for an integer. In `whole` cuts are whole, in `fraction` no cut is.
 */
export interface NumberSet {
  readonly whole: Cuts<number>;
  readonly fraction: Cuts<number>;
}

/** Numbers from `least` on. */
export function numbersFrom(least: number): NumberSet {
  if (!Number.isFinite(least)) {
    return least > 0 ? { whole: [], fraction: [] } : { whole: [-Infinity], fraction: [-Infinity] };
  }
  return { whole: [Math.ceil(least) + 0], fraction: fractionsFrom(least) };
}

/** From 2^52 on every double is whole. */
const ALL_WHOLE = 2 ** 52;

function fractionsFrom(least: number): Cuts<number> {
  if (least >= ALL_WHOLE) return [];
  if (least <= -ALL_WHOLE) return [-Infinity];
  return [Number.isInteger(least) ? nextUp(least) : least];
}

/** Numbers above `bound`. */
export function numbersAbove(bound: number): NumberSet {
  return numbersFrom(nextUp(bound));
}

export function singleNumber(value: number): NumberSet {
  const [from, above] = [numbersFrom(value), numbersAbove(value)];
  return {
    whole: subtractCuts(from.whole, above.whole),
    fraction: subtractCuts(from.fraction, above.fraction),
  };
}

const bits = new DataView(new ArrayBuffer(8));

/** The least double above a finite one. */
export function nextUp(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  if (value === Infinity) return Infinity;
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? 1n : -1n));
  // Not minus zero, which is no value of its own.
  return bits.getFloat64(0) + 0;
}

/** The least whole number above a whole one: from 2^53 on, adding 1 leads nowhere. */
export function wholeAbove(value: number): number {
  return value + 1 > value ? value + 1 : nextUp(value);
}

/** The greatest double below a finite one. */
export function nextDown(value: number): number {
  return -nextUp(-value) + 0;
}
