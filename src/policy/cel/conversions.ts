import { type Apply, noFunction } from './function.ts';
import { toInt, toUint } from './operators.ts';
import { EXHAUSTED, Failure } from './outcome.ts';
import {
  floorDivide,
  parseDuration,
  parseTimestamp,
  toTimestamp,
  writeDuration,
  writeTimestamp,
} from './time.ts';
import { Duration, fromJson, kindOf, Timestamp, TypeName, Uint } from './value.ts';

const NANOSECONDS_PER_SECOND = 1_000_000_000n;

const BOOLEANS: Readonly<Record<string, boolean>> = {
  1: true,
  t: true,
  true: true,
  TRUE: true,
  True: true,
  0: false,
  f: false,
  false: false,
  FALSE: false,
  False: false,
};

/** Go's decimal notation: what the CEL specification has `double(string)` read. */
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** By name, the functions of one value that make another type of it. */
export const CONVERSIONS: Readonly<Record<string, Apply>> = {
  dyn: ([value]) => value,
  type: ([value]) => new TypeName(kindOf(value)),
  bool: (values, _evaluation, at) => {
    const [value] = values;
    if (typeof value === 'boolean') return value;
    if (typeof value !== 'string') return noFunction(values, at);
    return Object.hasOwn(BOOLEANS, value)
      ? BOOLEANS[value]
      : new Failure('bool() takes "true" or "false"', at);
  },
  int: (values, _evaluation, at) => {
    const [value] = values;
    if (typeof value === 'bigint') return value;
    if (value instanceof Uint) return toInt(value.value, at);
    if (value instanceof Timestamp) return floorDivide(value.nanoseconds, NANOSECONDS_PER_SECOND);
    const whole = toWhole(value);
    if (whole === undefined) return noFunction(values, at);
    return whole === null ? new Failure('int() takes a whole number', at) : toInt(whole, at);
  },
  uint: (values, _evaluation, at) => {
    const [value] = values;
    if (value instanceof Uint) return value;
    if (typeof value === 'bigint') return toUint(value, at);
    const whole = toWhole(value);
    if (whole === undefined) return noFunction(values, at);
    return whole === null ? new Failure('uint() takes a whole number', at) : toUint(whole, at);
  },
  double: (values, _evaluation, at) => {
    const [value] = values;
    if (typeof value === 'number') return value;
    if (typeof value === 'bigint') return Number(value);
    if (value instanceof Uint) return Number(value.value);
    if (typeof value !== 'string') return noFunction(values, at);
    return toDouble(value) ?? new Failure('double() takes a number', at);
  },
  string: (values, evaluation, at) => {
    const [value] = values;
    if (typeof value === 'string') return value;
    if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
    if (typeof value === 'number') return Number.isFinite(value) ? String(value) : writeUnbounded(value);
    if (value instanceof Uint) return String(value.value);
    if (value instanceof Timestamp) return writeTimestamp(value);
    if (value instanceof Duration) return writeDuration(value);
    if (!(value instanceof Uint8Array)) return noFunction(values, at);
    return evaluation.read(value.length) ? toText(value, at) : EXHAUSTED;
  },
  bytes: (values, evaluation, at) => {
    const [value] = values;
    if (value instanceof Uint8Array) return value;
    if (typeof value !== 'string') return noFunction(values, at);
    return evaluation.read(value.length) ? new TextEncoder().encode(value) : EXHAUSTED;
  },
  timestamp: (values, _evaluation, at) => {
    const [value] = values;
    if (value instanceof Timestamp) return value;
    if (typeof value === 'bigint') return toTimestamp(value * NANOSECONDS_PER_SECOND, at);
    return typeof value === 'string' ? parseTimestamp(value, at) : noFunction(values, at);
  },
  duration: (values, _evaluation, at) => {
    const [value] = values;
    if (value instanceof Duration) return value;
    return typeof value === 'string' ? parseDuration(value, at) : noFunction(values, at);
  },
};

/** Text or a double as a whole number; `null` where it is none, `undefined` for other values. */
function toWhole(value: unknown): bigint | null | undefined {
  if (typeof value === 'number') {
    const whole = fromJson(Math.trunc(value));
    if (typeof whole === 'bigint') return whole;
    return Number.isFinite(value) ? BigInt(Math.trunc(value)) : null;
  }
  if (typeof value !== 'string') return undefined;
  return value.length <= 40 && /^[+-]?\d+$/.test(value) ? BigInt(value.replace(/^\+/, '')) : null;
}

function toDouble(text: string): number | undefined {
  if (text.length > 400) return undefined;
  if (DECIMAL.test(text)) return Number(text);
  const unbounded = /^([+-]?)(?:inf(?:inity)?|(nan))$/i.exec(text);
  if (unbounded === null) return undefined;
  if (unbounded[2] !== undefined) return NaN;
  return unbounded[1] === '-' ? -Infinity : Infinity;
}

function writeUnbounded(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

/** UTF-8 as text; a failure where the bytes are none. */
export function toText(bytes: Uint8Array, at: Parameters<Apply>[2]): string | Failure {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new Failure('these bytes are no text in UTF-8', at);
  }
}
