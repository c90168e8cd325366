import { expect, test } from 'vitest';
import { growthOf, isFlat } from './flat.ts';

const MEBIBYTE = 1024 * 1024;

function samples(heap: (index: number) => number) {
  return Array.from({ length: 30 }, (_, index) => ({
    heapUsed: heap(index) * MEBIBYTE,
    rss: (heap(index) + 100) * MEBIBYTE,
  }));
}

test('memory that rises with every round is not flat, and what only fills or swings is', () => {
  expect(isFlat(growthOf(samples((index) => 40 + index)))).toBe(false);
  expect(isFlat(growthOf(samples(() => 40)))).toBe(true);
  expect(isFlat(growthOf(samples((index) => Math.min(40 + index * 5, 80))))).toBe(true);
  expect(isFlat(growthOf(samples((index) => 40 + (index % 2) * 4)))).toBe(true);
  expect(growthOf(samples((index) => index)).heap).toBeCloseTo(19 * MEBIBYTE, 0);
});
