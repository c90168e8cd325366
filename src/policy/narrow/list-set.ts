import type { Json } from '../../catalog/json.ts';
import { keyOfJson } from '../key-of-json.ts';
import { combineCuts, isInCuts, type Cuts } from './cuts.ts';
import { numbersAbove, numbersFrom } from './numbers.ts';

/** A set of JSON lists: those of some lengths, but for a few single lists with which it is the other way round. */
export interface ListSet {
  /** Whole, from 0. */
  readonly sizes: Cuts<number>;
  /** By canonical form. */
  readonly exceptions: ReadonlyMap<string, readonly Json[]>;
}

const NO_EXCEPTIONS: ListSet['exceptions'] = new Map();

export const NO_LISTS: ListSet = { sizes: [], exceptions: NO_EXCEPTIONS };
export const ALL_LISTS: ListSet = { sizes: [0], exceptions: NO_EXCEPTIONS };

export function singleLists(lists: readonly (readonly Json[])[]): ListSet {
  return { sizes: [], exceptions: new Map(lists.map((list) => [keyOfJson(list), list])) };
}

/** Lists whose length is one of these numbers. */
export function listsOfSizes(whole: Cuts<number>): ListSet {
  return { sizes: combineCuts(whole, ALL_LISTS.sizes, (a, b) => a && b), exceptions: NO_EXCEPTIONS };
}

export function hasList(set: ListSet, list: readonly Json[]): boolean {
  const isException = set.exceptions.size > 0 && set.exceptions.has(keyOfJson(list));
  return isInCuts(set.sizes, list.length) !== isException;
}

export function combineLists(a: ListSet, b: ListSet, keep: (inA: boolean, inB: boolean) => boolean): ListSet {
  const sizes = combineCuts(a.sizes, b.sizes, keep);
  if (a.exceptions.size === 0 && b.exceptions.size === 0) return { sizes, exceptions: NO_EXCEPTIONS };
  const exceptions = new Map(
    [...a.exceptions, ...b.exceptions].filter(
      ([, list]) => keep(hasList(a, list), hasList(b, list)) !== isInCuts(sizes, list.length),
    ),
  );
  return { sizes, exceptions };
}

export function isNoList(set: ListSet): boolean {
  for (const list of set.exceptions.values()) if (!isInCuts(set.sizes, list.length)) return false;
  if (set.sizes.length === 0) return true;
  // Of lists of one length there is no end, except that only one has none.
  return set.sizes[0] === 0 && set.sizes[1] === 1 && set.sizes.length === 2 && set.exceptions.has('[]');
}

/** The lists of a set that has an end. */
export function listsOf(set: ListSet): (readonly Json[])[] | undefined {
  if (set.sizes.length === 0) return [...set.exceptions.values()];
  if (set.sizes[0] !== 0 || set.sizes[1] !== 1 || set.sizes.length !== 2) return undefined;
  const rest = [...set.exceptions.values()].filter((list) => list.length > 0);
  return set.exceptions.has('[]') ? rest : [[], ...rest];
}

/** Lengths of a list in the set. */
export function sizesOf(set: ListSet): Cuts<number> {
  let sizes = set.sizes;
  for (const list of set.exceptions.values()) {
    if (isInCuts(set.sizes, list.length)) continue;
    const from = numbersFrom(list.length).whole;
    const above = numbersAbove(list.length).whole;
    const single = combineCuts(from, above, (a, b) => a && !b);
    sizes = combineCuts(sizes, single, (a, b) => a || b);
  }
  return sizes;
}
