/** A literal of a condition: null, bool, int (bigint), double (number), string, uint or bytes. */
export type Constant = null | boolean | bigint | number | string | Uint | Uint8Array;

/**
 * A value while a condition is evaluated. A {@link Constant}, a {@link Typed} value, or JSON as it came (lists and maps only: their
 * numbers are made int or double by {@link fromJson} when they are read). In lists and maps may stand `UNKNOWN`.
 */
export type Value = unknown;

/** What is neither a primitive nor JSON. */
// The class itself is what tells them from JSON.
// oxlint-disable-next-line typescript/no-extraneous-class
export abstract class Typed {}

/** CEL's `uint`. */
export class Uint extends Typed {
  readonly value: bigint;

  constructor(value: bigint) {
    super();
    this.value = value;
  }
}

/** `google.protobuf.Timestamp`, in nanoseconds since the epoch. */
export class Timestamp extends Typed {
  readonly nanoseconds: bigint;

  constructor(nanoseconds: bigint) {
    super();
    this.nanoseconds = nanoseconds;
  }
}

/** `google.protobuf.Duration`. */
export class Duration extends Typed {
  readonly nanoseconds: bigint;

  constructor(nanoseconds: bigint) {
    super();
    this.nanoseconds = nanoseconds;
  }
}

/** What `type(x)` gives and names like `int` mean. */
export class TypeName extends Typed {
  readonly name: string;

  constructor(name: string) {
    super();
    this.name = name;
  }
}

/** A list that a condition made. */
export class List extends Typed {
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    super();
    this.items = items;
  }
}

/** A map that a condition made: by {@link keyOf} its keys, with the keys as written. */
export class Dictionary extends Typed {
  readonly entries: ReadonlyMap<string, readonly [key: Value, value: Value]>;

  constructor(entries: ReadonlyMap<string, readonly [key: Value, value: Value]>) {
    super();
    this.entries = entries;
  }
}

export const TYPE_NAMES = [
  'bool',
  'int',
  'uint',
  'double',
  'string',
  'bytes',
  'list',
  'map',
  'null_type',
  'type',
  'google.protobuf.Timestamp',
  'google.protobuf.Duration',
] as const;

export const MIN_INT = -(2n ** 63n);
export const MAX_INT = 2n ** 63n - 1n;
export const MAX_UINT = 2n ** 64n - 1n;

const BEYOND_INT = 2 ** 63;

/** JSON as a value: whole numbers that fit are int, others double. */
export function fromJson(json: unknown): Value {
  if (typeof json !== 'number') return json;
  return Number.isInteger(json) && json >= -BEYOND_INT && json < BEYOND_INT ? BigInt(json) : json;
}

/** A map of JSON. */
export function isObject(value: Value): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  if (Object.getPrototypeOf(value) === Object.prototype) return true;
  return !Array.isArray(value) && !(value instanceof Typed) && !(value instanceof Uint8Array);
}

/** A member of JSON; `undefined` where there is none of its own. */
export function memberOf(object: Readonly<Record<string, unknown>>, name: string): Value {
  return Object.hasOwn(object, name) ? fromJson(object[name]) : undefined;
}

/** A key of a map, so that keys that are equal are the same text: numbers are by their value, whatever their type. */
export function keyOf(key: Value): string | undefined {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'boolean') return `b${key}`;
  if (typeof key === 'bigint') return `n${key}`;
  if (key instanceof Uint) return `n${key.value}`;
  return typeof key === 'number' && Number.isInteger(key) ? `n${BigInt(key)}` : undefined;
}

/** The name of a value's type, as `type(x)` gives it. */
export function kindOf(value: Value): (typeof TYPE_NAMES)[number] {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    default:
      return value === null ? 'null_type' : kindOfObject(value);
  }
}

function kindOfObject(value: Value): (typeof TYPE_NAMES)[number] {
  if (Array.isArray(value) || value instanceof List) return 'list';
  if (value instanceof Uint) return 'uint';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof TypeName) return 'type';
  return 'map';
}
