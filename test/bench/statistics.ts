/** The middle and the ends of a handful of rounds. */
export interface Summary {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/**
 * The value that `fraction` (0 to 1) of the values do not exceed, by nearest rank: always one that was measured.
 *
 * `sorted` is ascending and not empty.
 */
export function percentile(sorted: ArrayLike<number>, fraction: number): number {
  const rank = Math.max(1, Math.ceil(fraction * sorted.length));
  const value = sorted[rank - 1];
  if (value === undefined)
    throw new RangeError('a percentile needs at least one value and a fraction up to 1');
  return value;
}

/** The median (of an even number of rounds, the mean of the middle two) and the extremes. */
export function summarize(values: readonly number[]): Summary {
  const sorted = values.toSorted((left, right) => left - right);
  const lower = percentile(sorted, 0.5);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? lower;
  return { median: (lower + upper) / 2, lowest: percentile(sorted, 0), highest: percentile(sorted, 1) };
}

/**
 * `values[i]` against `baseline[i]`, round by round: what disturbs one round disturbs both of its numbers, so the
 * difference within a round says more than the difference of two medians.
 */
export function pairRounds(
  values: readonly number[],
  baseline: readonly number[],
  compare: (value: number, base: number) => number,
): number[] {
  if (values.length !== baseline.length) throw new RangeError('both sides need the same rounds');
  return values.map((value, round) => compare(value, baseline[round] ?? Number.NaN));
}

/** From the lowest to the highest, as a share of the median: 0.2 is 20 %. */
export function relativeSpread(values: readonly number[]): number {
  const { median, lowest, highest } = summarize(values);
  return (highest - lowest) / median;
}
