import { EXHAUSTED, type Evaluation, type Failure } from './outcome.ts';
import {
  Dictionary,
  Duration,
  fromJson,
  isObject,
  List,
  keyOf,
  memberOf,
  Timestamp,
  TypeName,
  Uint,
  type Value,
} from './value.ts';
import { UNKNOWN } from './variables.ts';

type Equality = boolean | typeof UNKNOWN | Failure;

/**
 * CEL's `==`: numbers by their value whatever their type, what is of different types is different. `UNKNOWN` where what is known
 * is equal and the rest is not known. Goes as deep as the values do without recursion.
 */
export function isEqual(left: Value, right: Value, evaluation: Evaluation): Equality {
  const shallow = isSame(left, right, evaluation);
  if (shallow !== undefined) return shallow;
  const open: [Value, Value][] = [];
  let isUnknown = false;
  if (!pushParts(left, right, open, evaluation)) return false;
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    if (--evaluation.steps < 0) return EXHAUSTED;
    const [a, b] = pair;
    const same = isSame(a, b, evaluation);
    if (same === UNKNOWN) isUnknown = true;
    else if (same === undefined ? !pushParts(a, b, open, evaluation) : same !== true) return same ?? false;
  }
  if (evaluation.steps < 0) return EXHAUSTED;
  return isUnknown ? UNKNOWN : true;
}

/** `undefined` for two lists and for two maps. */
function isSame(a: Value, b: Value, evaluation: Evaluation): Equality | undefined {
  if (a === UNKNOWN || b === UNKNOWN) return UNKNOWN;
  if (typeof a === 'string' || typeof b === 'string') {
    if (typeof a !== 'string' || typeof b !== 'string' || a.length !== b.length) return false;
    return evaluation.read(a.length) ? a === b : EXHAUSTED;
  }
  const x = a instanceof Uint ? a.value : a;
  const y = b instanceof Uint ? b.value : b;
  if (isNumber(x) || isNumber(y)) {
    // Of an int and a double JavaScript compares the exact values.
    // oxlint-disable-next-line eqeqeq
    return isNumber(x) && isNumber(y) && x == y;
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanoseconds === b.nanoseconds;
  if (a instanceof Duration) return b instanceof Duration && a.nanoseconds === b.nanoseconds;
  if (a instanceof TypeName) return b instanceof TypeName && a.name === b.name;
  if (a instanceof Uint8Array) {
    if (!(b instanceof Uint8Array) || a.length !== b.length) return false;
    return evaluation.read(a.length) ? a.every((byte, index) => byte === b[index]) : EXHAUSTED;
  }
  return undefined;
}

function isNumber(value: Value): value is bigint | number {
  return typeof value === 'bigint' || typeof value === 'number';
}

/** What has to be equal pair by pair; false where they differ already. */
function pushParts(a: Value, b: Value, open: [Value, Value][], evaluation: Evaluation): boolean {
  if (isList(a)) {
    if (!isList(b) || sizeOf(a) !== sizeOf(b)) return false;
    if (!evaluation.list(sizeOf(a))) return true;
    for (let index = sizeOf(a) - 1; index >= 0; index--) open.push([itemOf(a, index), itemOf(b, index)]);
    return true;
  }
  if (isList(b) || !isMap(a) || !isMap(b)) return false;
  const keys = keysOf(a);
  const others = keysOf(b).length;
  evaluation.list(keys.length + others);
  if (keys.length !== others) return false;
  for (const key of keys) {
    const other = valueOf(b, key);
    if (other === undefined) return false;
    open.push([valueOf(a, key), other]);
  }
  return true;
}

export function isList(value: Value): value is List | readonly unknown[] {
  return Array.isArray(value) || value instanceof List;
}

export function isMap(value: Value): value is Dictionary | Readonly<Record<string, unknown>> {
  return isObject(value) || value instanceof Dictionary;
}

export function sizeOf(list: List | readonly unknown[]): number {
  return list instanceof List ? list.items.length : list.length;
}

export function itemOf(list: List | readonly unknown[], index: number): Value {
  return list instanceof List ? list.items[index] : fromJson(list[index]);
}

export function keysOf(map: Dictionary | Readonly<Record<string, unknown>>): Value[] {
  if (map instanceof Dictionary) return [...map.entries.values()].map(([key]) => key);
  return Object.keys(map).filter((key) => map[key] !== undefined);
}

/** The value of a key; `undefined` where there is none. The keys of JSON are strings. */
export function valueOf(map: Dictionary | Readonly<Record<string, unknown>>, key: Value): Value {
  if (map instanceof Dictionary) return map.entries.get(keyOf(key) ?? '')?.[1];
  return typeof key === 'string' ? memberOf(map, key) : undefined;
}
