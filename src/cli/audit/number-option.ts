import { BailiwickError } from '../../errors.ts';

/**
 * A whole number as people type it.
 *
 * @throws BailiwickError `USAGE`.
 */
export function toCount(
  option: string,
  text: string,
  { least, most }: { least: number; most: number },
): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (count >= least && count <= most) return count;
  throw new BailiwickError('USAGE', `${option}: ${text} is no whole number from ${least} to ${most}`);
}
