import { isJsonObject } from '../../catalog/json.ts';
import { UNKNOWN } from '../cel/evaluate.ts';
import type { Facts } from '../facts.ts';

/** The values that arguments had in the calls of one caller, or of several. */
export interface Observed {
  add(args: Facts['args']): void;
  merge(other: Observed): void;
  /** By name: what was seen; undefined where some value is not known, or is neither text, number nor truth value. */
  seen(name: string): Seen | undefined;
}

export interface Seen {
  /** Each once. */
  readonly values: ReadonlySet<string | number | boolean>;
  /** Some call left it out. */
  readonly isOptional: boolean;
}

/** Different texts of one argument that a condition lists. */
const MAX_TEXTS = 50;

/** @param names Like `amount`, or `metadata.namespace`. */
export function createObserved(names: readonly string[]): Observed {
  const seen = new Map<string, { values: Set<string | number | boolean>; isOptional: boolean } | undefined>(
    names.map((name) => [name, { values: new Set(), isOptional: false }]),
  );

  function note(name: string, value: unknown): void {
    const one = seen.get(name);
    if (one === undefined) return;
    if (value === undefined) one.isOptional = true;
    else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      one.values.add(value);
      if (one.values.size > MAX_TEXTS) keepBounds(seen, name, one.values);
    } else seen.set(name, undefined);
  }

  return {
    add: (args) => {
      for (const name of names) note(name, args === undefined ? null : read(args, name.split('.')));
    },
    merge: (other) => {
      for (const name of names) {
        const theirs = other.seen(name);
        if (theirs === undefined) {
          seen.set(name, undefined);
          continue;
        }
        if (theirs.isOptional) note(name, undefined);
        for (const value of theirs.values) note(name, value);
      }
    },
    seen: (name) => seen.get(name),
  };
}

/** Of many numbers only the least and the greatest matter; many texts are no list that anybody reviews. */
function keepBounds(
  seen: Map<string, { values: Set<string | number | boolean>; isOptional: boolean } | undefined>,
  name: string,
  values: Set<string | number | boolean>,
): void {
  const numbers = [...values].filter((value) => typeof value === 'number');
  if (numbers.length < values.size) {
    seen.set(name, undefined);
    return;
  }
  const bounds = [Math.min(...numbers), Math.max(...numbers)];
  values.clear();
  for (const bound of bounds) values.add(bound);
}

/** `undefined` where it was left out; `null` where it is not known, or something else is in its way. */
function read(args: unknown, path: readonly string[]): unknown {
  let value: unknown = args;
  for (const part of path) {
    if (value === UNKNOWN || !isJsonObject(value)) return null;
    if (!Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value === UNKNOWN ? null : value;
}
