import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { pairRounds, percentile, relativeSpread, summarize } from './statistics.ts';

test('a percentile is the nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  expect([0, 0.5, 0.99, 1].map((fraction) => percentile(hundred, fraction))).toEqual([1, 50, 99, 100]);
  expect(percentile([7], 0.99)).toBe(7);
});

test('a percentile is a measured value that at least its share of the values does not exceed', () => {
  const values = fc.array(fc.double({ noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (unsorted, fraction) => {
      const sorted = unsorted.toSorted((left, right) => left - right);
      const value = percentile(sorted, fraction);
      expect(sorted).toContain(value);
      expect(sorted.filter((other) => other <= value).length).toBeGreaterThanOrEqual(
        fraction * sorted.length,
      );
    }),
  );
});

test('nothing measured has no percentile', () => {
  expect(() => percentile([], 0.5)).toThrow(RangeError);
});

test('a summary is the median and the ends, whatever the order', () => {
  expect(summarize([30, 10, 20])).toEqual({ median: 20, lowest: 10, highest: 30 });
  expect(summarize([4, 1, 3, 2])).toEqual({ median: 2.5, lowest: 1, highest: 4 });
});

test('a disturbance that lasts a round does not show in the paired difference', () => {
  const direct = [1, 10, 2];
  const relay = [3, 12, 4];
  expect(pairRounds(relay, direct, (value, base) => value - base)).toEqual([2, 2, 2]);
});

test('sides with different rounds are not paired', () => {
  expect(() => pairRounds([1, 2], [1], (value) => value)).toThrow(RangeError);
});

test('the spread is relative to the median', () => {
  expect(relativeSpread([9, 10, 12])).toBeCloseTo(0.3);
});
