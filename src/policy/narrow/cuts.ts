/**
 * A set of numbers, or of strings, as a rising list of cuts: values below the first cut are outside it, from each cut on it is the
 * other way round. Equal sets are equal lists. Strings are in the order of their UTF-16 code units.
 *
 * Every set is closed under union, intersection and complement, which is what the whole of the solver rests on. It works because what
 * follows a value is known: after a number comes the next double, after `s` comes `s` with a NUL, and after everything that
 * begins with `s` comes `s` with its last unit raised by one.
 */
export type Cuts<T extends number | string> = readonly T[];

export const NO_NUMBERS: Cuts<number> = [];
export const ALL_NUMBERS: Cuts<number> = [-Infinity];
export const NO_STRINGS: Cuts<string> = [];
export const ALL_STRINGS: Cuts<string> = [''];

/** The values that are in the sets which `keep` says, in one pass over both. `keep(false, false)` has to be false. */
export function combineCuts<T extends number | string>(
  a: Cuts<T>,
  b: Cuts<T>,
  keep: (inA: boolean, inB: boolean) => boolean,
): Cuts<T> {
  const cuts: T[] = [];
  let isKept = false;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = a[i];
    const right = b[j];
    const takesLeft = right === undefined || (left !== undefined && left <= right);
    const takesRight = left === undefined || (right !== undefined && right <= left);
    const at = takesLeft ? left : right;
    if (takesLeft) i += 1;
    if (takesRight) j += 1;
    const keeps = keep(i % 2 === 1, j % 2 === 1);
    if (keeps !== isKept) cuts.push(at as T);
    isKept = keeps;
  }
  return cuts;
}

/** What is in the one and not in the other. */
export function subtractCuts<T extends number | string>(a: Cuts<T>, b: Cuts<T>): Cuts<T> {
  return combineCuts(a, b, (inA, inB) => inA && !inB);
}

/** @param least the least value there is */
export function complementCuts<T extends number | string>(cuts: Cuts<T>, least: T): Cuts<T> {
  return cuts[0] === least ? cuts.slice(1) : [least, ...cuts];
}

export function isInCuts<T extends number | string>(cuts: Cuts<T>, value: T): boolean {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((cuts[middle] as T) <= value) low = middle + 1;
    else high = middle;
  }
  return low % 2 === 1;
}

/** The pieces of a set, each from a first value up to a value that is not in it any more; undefined: without an end. */
export function* piecesOf<T extends number | string>(
  cuts: Cuts<T>,
): Generator<readonly [first: T, end: T | undefined]> {
  for (let index = 0; index < cuts.length; index += 2) yield [cuts[index] as T, cuts[index + 1]];
}

/** The cuts of a set of single strings. */
export function cutsOfStrings(values: Iterable<string>): Cuts<string> {
  const sorted = [...new Set(values)].toSorted(byOrder);
  const cuts: string[] = [];
  for (const value of sorted) {
    // The end of one piece may be the beginning of the next.
    if (cuts.at(-1) === value) cuts.pop();
    else cuts.push(value);
    cuts.push(`${value}\0`);
  }
  return cuts;
}

/** Every string that begins with `prefix`. */
export function cutsOfPrefix(prefix: string): Cuts<string> {
  const end = afterPrefix(prefix);
  return end === undefined ? [prefix] : [prefix, end];
}

/** The first string after all that begin with `prefix`; undefined where there is none. */
export function afterPrefix(prefix: string): string | undefined {
  for (let length = prefix.length; length > 0; length -= 1) {
    const unit = prefix.charCodeAt(length - 1);
    if (unit < 0xff_ff) return prefix.slice(0, length - 1) + String.fromCharCode(unit + 1);
  }
  return undefined;
}

/** The string that a piece consists of, if it is one. */
export function singleOf(first: string, end: string | undefined): string | undefined {
  return end === `${first}\0` ? first : undefined;
}

export function byOrder<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
