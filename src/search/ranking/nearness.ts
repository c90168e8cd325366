import type { Closeness } from '../search-index.ts';
import type { Seen } from './sights.ts';

/**
 * Adds nearness in meaning to likeness in words by weight, so that what is sure of itself decides (ranks alone would not tell). Whose
 * nearness is not known counts as the others do on average: half of a catalog may be embedded when somebody asks. Who shares no word
 * and is not near enough is not found: its fit stays 0.
 *
 * @param fits - By place in `slots`; changed.
 */
export function addNearness(
  fits: Float64Array,
  slots: readonly number[],
  { placeOf, entries }: Seen,
  { weight, least, of }: Closeness,
): void {
  const near = slots.map((slot) => of(entries[placeOf[slot] ?? -1]?.key ?? ''));
  const known = near.filter((closeness) => closeness !== undefined);
  if (known.length === 0) return;
  const farthest = known.reduce((a, b) => Math.min(a, b), 1);
  // In whole millionths: their sum is the same in whatever order they come.
  const average = known.reduce((sum, closeness) => sum + Math.round(closeness * 1e6), 0) / known.length / 1e6;
  const most = fits.reduce((a, b) => Math.max(a, b), 0);
  for (const [at, closeness] of near.entries()) {
    const inWords = fits[at] ?? 0;
    if (inWords === 0 && (closeness ?? -1) < least) continue;
    const share = most === 0 ? 0 : inWords / most;
    fits[at] = share + weight * Math.max(0, (closeness ?? average) - farthest);
  }
}
