import { MAX_COUNT } from './postings.ts';

/** What a term counts for being rare: inverse document frequency, never negative (Robertson & Zaragoza 2009, 3.2, with 1 added). */
export function rarity(size: number, documents: number): number {
  return Math.log(1 + (size - documents + 0.5) / (documents + 0.5));
}

/** The same of a run of letters. */
export function gramRarity(size: number, documents: number): number {
  return Math.log(1 + size / documents);
}

const LOGS = Float64Array.from({ length: MAX_COUNT + 1 }, (_, count) =>
  count === 0 ? 0 : 1 + Math.log(count),
);

/** What a number of occurrences counts. */
export function logOf(count: number): number {
  return LOGS[Math.min(count, MAX_COUNT)] as number;
}
