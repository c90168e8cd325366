import { CONVERSIONS, toText } from './conversions.ts';
import { isList, isMap, keysOf, sizeOf } from './equal.ts';
import { type Apply, noFunction } from './function.ts';
import { EXHAUSTED, Failure } from './outcome.ts';
import { join, lengthOf, TEXT_METHODS } from './text-functions.ts';
import { TIME_METHODS } from './time-functions.ts';

/** A function or method that conditions may call, and with how many arguments beside the receiver. */
export interface KnownFunction {
  readonly arities: readonly number[];
  readonly apply: Apply;
}

const size: Apply = (values, evaluation, at) => {
  const [value] = values;
  if (typeof value === 'string') return evaluation.read(value.length) ? BigInt(lengthOf(value)) : EXHAUSTED;
  if (isList(value)) return BigInt(sizeOf(value));
  if (value instanceof Uint8Array) return BigInt(value.length);
  if (!isMap(value)) return noFunction(values, at);
  const { length } = keysOf(value);
  return evaluation.list(length) ? BigInt(length) : EXHAUSTED;
};

function onBytes(apply: (bytes: Uint8Array, at: Parameters<Apply>[2]) => unknown): Apply {
  return (values, evaluation, at) => {
    const [bytes] = values;
    if (!(bytes instanceof Uint8Array)) return noFunction(values, at);
    return evaluation.read(bytes.length) ? apply(bytes, at) : EXHAUSTED;
  };
}

const BYTES_METHODS: Readonly<Record<string, Apply>> = {
  hex: onBytes((bytes) => Buffer.from(bytes).toString('hex')),
  base64: onBytes((bytes) => Buffer.from(bytes).toString('base64')),
  string: onBytes(toText),
};

const at: Apply = (values, _evaluation, span) => {
  const [bytes, index] = values;
  if (!(bytes instanceof Uint8Array) || typeof index !== 'bigint') return noFunction(values, span);
  const byte = index >= 0n && index < bytes.length ? bytes[Number(index)] : undefined;
  return byte === undefined ? new Failure(`at(${index}): out of range`, span) : BigInt(byte);
};

const ARITIES: Readonly<Record<string, readonly number[]>> = {
  startsWith: [1],
  endsWith: [1],
  contains: [1],
  matches: [1],
  indexOf: [1, 2],
  lastIndexOf: [1, 2],
  substring: [1, 2],
  split: [1, 2],
};

function withArities(
  table: Readonly<Record<string, Apply>>,
  otherwise: readonly number[],
): [string, KnownFunction][] {
  return Object.entries(table).map(([name, apply]) => [name, { apply, arities: ARITIES[name] ?? otherwise }]);
}

/** By name. */
export const FUNCTIONS: ReadonlyMap<string, KnownFunction> = new Map([
  ...withArities(CONVERSIONS, [1]),
  ['size', { arities: [1], apply: size }],
]);

/** By name. */
export const METHODS: ReadonlyMap<string, KnownFunction> = new Map([
  ...withArities(TEXT_METHODS, [0]),
  ...withArities(TIME_METHODS, [0, 1]),
  ...withArities(BYTES_METHODS, [0]),
  ['at', { arities: [1], apply: at }],
  ['join', { arities: [0, 1], apply: join }],
  ['size', { arities: [0], apply: size }],
]);

const BOOLEAN = new Set(['bool', 'startsWith', 'endsWith', 'contains', 'matches']);

/** Whether a function gives true, false or an error, and nothing else. */
export function isTest(name: string): boolean {
  return BOOLEAN.has(name);
}
