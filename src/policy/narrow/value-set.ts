import { isJsonObject, type Json } from '../../catalog/json.ts';
import {
  ALL_NUMBERS,
  ALL_STRINGS,
  combineCuts,
  cutsOfStrings,
  isInCuts,
  NO_NUMBERS,
  NO_STRINGS,
  type Cuts,
} from './cuts.ts';
import {
  ALL_LISTS,
  combineLists,
  hasList,
  isNoList,
  NO_LISTS,
  singleLists,
  type ListSet,
} from './list-set.ts';
import { singleNumber, type NumberSet } from './numbers.ts';

/**
 * What one argument may be: a set of JSON values and of its absence, closed under union, intersection and complement. Objects are in it
 * together or not at all; what their members may be is said of the members.
 */
export interface ValueSet {
  /** Of {@link ABSENT}, {@link NULL}, {@link FALSE}, {@link TRUE}, {@link OBJECT}. */
  readonly flags: number;
  readonly numbers: NumberSet;
  readonly strings: Cuts<string>;
  readonly lists: ListSet;
}

export const ABSENT = 1;
export const NULL = 2;
export const FALSE = 4;
export const TRUE = 8;
export const OBJECT = 16;
const ALL_FLAGS = 31;

const NONE: NumberSet = { whole: NO_NUMBERS, fraction: NO_NUMBERS };
const ANY_NUMBER: NumberSet = { whole: ALL_NUMBERS, fraction: ALL_NUMBERS };

export const NO_VALUE: ValueSet = { flags: 0, numbers: NONE, strings: NO_STRINGS, lists: NO_LISTS };
/** Absence included. */
export const ANYTHING: ValueSet = {
  flags: ALL_FLAGS,
  numbers: ANY_NUMBER,
  strings: ALL_STRINGS,
  lists: ALL_LISTS,
};
export const ABSENCE: ValueSet = ofFlags(ABSENT);
export const PRESENCE: ValueSet = { ...ANYTHING, flags: ALL_FLAGS & ~ABSENT };
export const OBJECTS: ValueSet = ofFlags(OBJECT);
export const NUMBERS: ValueSet = ofNumbers(ANY_NUMBER);
export const WHOLE_NUMBERS: ValueSet = ofNumbers({ whole: ALL_NUMBERS, fraction: NO_NUMBERS });
export const STRINGS: ValueSet = ofStrings(ALL_STRINGS);
export const LISTS: ValueSet = ofLists(ALL_LISTS);

export function ofFlags(flags: number): ValueSet {
  return { ...NO_VALUE, flags };
}

export function ofNumbers(numbers: NumberSet): ValueSet {
  return { ...NO_VALUE, numbers };
}

export function ofStrings(strings: Cuts<string>): ValueSet {
  return { ...NO_VALUE, strings };
}

export function ofLists(lists: ListSet): ValueSet {
  return { ...NO_VALUE, lists };
}

/** Exactly these values, objects left out. */
export function ofValues(values: readonly Json[]): ValueSet {
  const others = values.filter((value) => value === null || !['string', 'object'].includes(typeof value));
  return {
    ...others.reduce<ValueSet>((set, value) => unionOf(set, ofValue(value)), NO_VALUE),
    strings: cutsOfStrings(values.filter((value) => typeof value === 'string')),
    lists: singleLists(values.filter((value) => Array.isArray(value))),
  };
}

function ofValue(value: Json): ValueSet {
  if (value === null) return ofFlags(NULL);
  if (typeof value === 'boolean') return ofFlags(value ? TRUE : FALSE);
  if (typeof value === 'number') return ofNumbers(singleNumber(value));
  return NO_VALUE;
}

export function unionOf(a: ValueSet, b: ValueSet): ValueSet {
  return combine(a, b, a.flags | b.flags, (inA, inB) => inA || inB);
}

export function intersectionOf(a: ValueSet, b: ValueSet): ValueSet {
  if (a === ANYTHING) return b;
  if (b === ANYTHING) return a;
  return combine(a, b, a.flags & b.flags, (inA, inB) => inA && inB);
}

/** What is in the one and not in the other. */
export function differenceOf(a: ValueSet, b: ValueSet): ValueSet {
  return combine(a, b, a.flags & ~b.flags, (inA, inB) => inA && !inB);
}

export function isEmptySet({ flags, numbers, strings, lists }: ValueSet): boolean {
  return (
    flags === 0 &&
    strings.length === 0 &&
    numbers.whole.length === 0 &&
    numbers.fraction.length === 0 &&
    isNoList(lists)
  );
}

export function isSubset(a: ValueSet, b: ValueSet): boolean {
  if (b === ANYTHING || a === b) return true;
  if ((a.flags & ~b.flags) !== 0) return false;
  return (
    isSubsetOfCuts(a.strings, b.strings, '') &&
    isSubsetOfCuts(a.numbers.whole, b.numbers.whole, -Infinity) &&
    isSubsetOfCuts(a.numbers.fraction, b.numbers.fraction, -Infinity) &&
    (a.lists === b.lists || isNoList(combineLists(a.lists, b.lists, (inA, inB) => inA && !inB)))
  );
}

function isSubsetOfCuts<T extends number | string>(a: Cuts<T>, b: Cuts<T>, least: T): boolean {
  if (a.length === 0 || a === b || (b.length === 1 && b[0] === least)) return true;
  if (b.length === 0) return false;
  return combineCuts(a, b, (inA, inB) => inA && !inB).length === 0;
}

export function isSameSet(a: ValueSet, b: ValueSet): boolean {
  return a === b || (isSubset(a, b) && isSubset(b, a));
}

/** @param value undefined: absent */
export function hasValue(set: ValueSet, value: Json | undefined): boolean {
  if (value === undefined) return (set.flags & ABSENT) !== 0;
  if (value === null) return (set.flags & NULL) !== 0;
  if (typeof value === 'boolean') return (set.flags & (value ? TRUE : FALSE)) !== 0;
  if (typeof value === 'string') return isInCuts(set.strings, value);
  if (typeof value === 'number') {
    return isInCuts(Number.isInteger(value) ? set.numbers.whole : set.numbers.fraction, value);
  }
  return isJsonObject(value) ? hasObjects(set) : hasList(set.lists, value);
}

export function hasObjects(set: ValueSet): boolean {
  return (set.flags & OBJECT) !== 0;
}

function combine(
  a: ValueSet,
  b: ValueSet,
  flags: number,
  keep: (inA: boolean, inB: boolean) => boolean,
): ValueSet {
  return {
    flags,
    numbers: {
      whole: combineCuts(a.numbers.whole, b.numbers.whole, keep),
      fraction: combineCuts(a.numbers.fraction, b.numbers.fraction, keep),
    },
    strings: combineCuts(a.strings, b.strings, keep),
    lists: combineLists(a.lists, b.lists, keep),
  };
}
