/**
 * True where a number that was read from a decimal text is the number that was written, digit by digit, and not the nearest
 * one that a computer has. True for text that is no decimal number.
 */
export function isSameDecimal(text: string, value: number): boolean {
  const written = toDigits(text);
  const read = toDigits(String(value));
  if (written === undefined || read === undefined) return true;
  return written.digits === read.digits && written.exponent === read.exponent;
}

/** Without its sign, a decimal is `digits` × 10^`exponent`, `digits` without zeros at either end. */
function toDigits(text: string): { digits: string; exponent: number } | undefined {
  const [, whole = '', fraction = '', power = '0'] =
    /^[-+]?(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/.exec(text) ?? [];
  const all = whole + fraction;
  if (all === '') return undefined;
  const significant = all.replace(/^0+/, '');
  let end = significant.length;
  while (significant[end - 1] === '0') end--;
  const digits = significant.slice(0, end);
  const exponent = Number(power) - fraction.length + significant.length - end;
  return { digits, exponent: digits === '' ? 0 : exponent };
}
