/*
 * Money is a whole number of nano-USD: 10^-9 USD, from 0 to 2^53 - 1 (9,007,199.254740991 USD). It is read and written
 * digit by digit; no fraction is ever a floating-point number on the way.
 */

const DECIMALS = 9;
const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * USD as nano-USD, exactly. A number counts as the shortest decimal that stands for it, as it was written.
 *
 * @throws RangeError for what is not a decimal number, is negative, has more than 9 decimals or is too large. Its message
 *   completes "an amount of money …".
 */
export function toNanoUsd(usd: number | string): number {
  const { digits, exponent } = parseDecimal(String(usd));
  const shift = exponent + DECIMALS;
  if (shift < 0) throw new RangeError(`must have at most ${DECIMALS} decimals`);
  return toAmount(digits, shift);
}

/**
 * What so many units come to in nano-USD, rounded up: a part of a nano-USD is charged as one.
 *
 * @throws RangeError as {@link toNanoUsd}, but for the number of decimals.
 */
export function multiplyNanoUsd(units: number, nanoUsdPerUnit: number): number {
  const { digits, exponent } = parseDecimal(String(units));
  const product = digits * BigInt(nanoUsdPerUnit);
  if (exponent >= 0) return toAmount(product, exponent);
  if (-exponent > MAX_EXPONENT) return product === 0n ? 0 : 1;
  const divisor = 10n ** BigInt(-exponent);
  return toAmount((product + divisor - 1n) / divisor, 0);
}

/** Nano-USD as a decimal number of USD without superfluous zeros: `0.002`. */
export function toUsdText(nanoUsd: number | bigint): string {
  const digits = String(nanoUsd).padStart(DECIMALS + 1, '0');
  const decimals = digits.slice(-DECIMALS).replace(/0+$/, '');
  return digits.slice(0, -DECIMALS) + (decimals === '' ? '' : `.${decimals}`);
}

/** The value is `digits` × 10^`exponent`, `digits` without zeros at its end. */
interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** Beyond this no number of a computer's is, and no text is taken. */
const MAX_EXPONENT = 400;
const MAX_LENGTH = 400;

function parseDecimal(text: string): Decimal {
  if (text.length > MAX_LENGTH) throw new RangeError('must be a decimal number');
  const form = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (form === null) throw new RangeError('must be a decimal number');
  const [, sign, whole = '', fraction = '', power = '0'] = form;
  const significant = (whole + fraction).replace(/0+$/, '');
  const digits = BigInt(significant === '' ? '0' : significant);
  if (sign === '-' && digits !== 0n) throw new RangeError('must not be negative');
  const dropped = whole.length + fraction.length - significant.length;
  return { digits, exponent: digits === 0n ? 0 : Number(power) - fraction.length + dropped };
}

function toAmount(digits: bigint, shift: number): number {
  if (digits === 0n) return 0;
  if (shift > MAX_EXPONENT || digits * 10n ** BigInt(shift) > LARGEST) {
    throw new RangeError(`must be at most ${toUsdText(Number.MAX_SAFE_INTEGER)}`);
  }
  return Number(digits * 10n ** BigInt(shift));
}
