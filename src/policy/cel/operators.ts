import { isList, itemOf, sizeOf } from './equal.ts';
import type { Span } from './expression.ts';
import { EXHAUSTED, type Evaluation, Failure, type Outcome } from './outcome.ts';
import { addTimes, subtractTimes } from './time.ts';
import { Duration, kindOf, List, MAX_INT, MAX_UINT, MIN_INT, Timestamp, Uint, type Value } from './value.ts';

export type OrderOperator = '<' | '<=' | '>' | '>=';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';

export function noOverload(left: Value, operator: string, right: Value, at: Span): Failure {
  return new Failure(`no such overload: ${kindOf(left)} ${operator} ${kindOf(right)}`, at);
}

/** Numbers are ordered by their value whatever their type; strings by their code points; NaN is in no order. */
export function order(
  left: Value,
  operator: OrderOperator,
  right: Value,
  evaluation: Evaluation,
  at: Span,
): Outcome {
  const a = toOrdered(left);
  const b = toOrdered(right);
  if (typeof a === 'string' && typeof b === 'string') {
    if (!evaluation.read(Math.min(a.length, b.length))) return EXHAUSTED;
    return holds(compareText(a, b), operator, 0);
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    if (!evaluation.read(Math.min(left.length, right.length))) return EXHAUSTED;
    return holds(Buffer.compare(left, right), operator, 0);
  }
  const areNumbers = isNumeric(left) && isNumeric(right);
  if (a === undefined || b === undefined || !(areNumbers || kindOf(left) === kindOf(right))) {
    return noOverload(left, operator, right, at);
  }
  return holds(a, operator, b);
}

function holds<T extends string | number | bigint | boolean>(
  a: T,
  operator: OrderOperator,
  b: T | number,
): boolean {
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

function isNumeric(value: Value): boolean {
  return typeof value === 'bigint' || typeof value === 'number' || value instanceof Uint;
}

function toOrdered(value: Value): string | number | bigint | boolean | undefined {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
      return value;
    default:
      if (value instanceof Uint) return value.value;
      return value instanceof Timestamp || value instanceof Duration ? value.nanoseconds : undefined;
  }
}

/** JavaScript orders code units, in which the code points above U+FFFF come before those from U+E000 on. */
function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index);
    const y = b.charCodeAt(index);
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : rankOf(x) - rankOf(y);
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

function rankOf(unit: number): number {
  return isSurrogate(unit) ? 0x1_0000 : unit;
}

/** CEL's arithmetic: on two of a type only, and an error where the result does not fit. */
export function calculate(
  left: Value,
  operator: ArithmeticOperator,
  right: Value,
  evaluation: Evaluation,
  at: Span,
): Outcome {
  if (typeof left === 'bigint' && typeof right === 'bigint') {
    const result = calculateWhole(left, operator, right, at);
    return typeof result === 'bigint' ? toInt(result, at) : result;
  }
  if (typeof left === 'number' && typeof right === 'number' && operator !== '%') {
    return calculateDouble(left, operator, right);
  }
  if (left instanceof Uint && right instanceof Uint) {
    const result = calculateWhole(left.value, operator, right.value, at);
    return typeof result === 'bigint' ? toUint(result, at) : result;
  }
  if (operator === '+') return add(left, right, evaluation, at);
  const result = operator === '-' ? subtractTimes(left, right, at) : undefined;
  return result ?? noOverload(left, operator, right, at);
}

export function toInt(value: bigint, at: Span): bigint | Failure {
  return value > MAX_INT || value < MIN_INT ? new Failure('int overflow', at) : value;
}

export function toUint(value: bigint, at: Span): Uint | Failure {
  return value > MAX_UINT || value < 0n ? new Failure('uint overflow', at) : new Uint(value);
}

function calculateWhole(a: bigint, operator: ArithmeticOperator, b: bigint, at: Span): bigint | Failure {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0n ? new Failure('division by zero', at) : a / b;
    case '%':
      return b === 0n ? new Failure('modulo by zero', at) : a % b;
  }
}

function calculateDouble(a: number, operator: Exclude<ArithmeticOperator, '%'>, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
  }
}

function add(left: Value, right: Value, evaluation: Evaluation, at: Span): Outcome {
  if (typeof left === 'string' && typeof right === 'string') {
    return evaluation.read(left.length + right.length) ? left + right : EXHAUSTED;
  }
  if (isList(left) && isList(right)) {
    evaluation.steps -= sizeOf(left) + sizeOf(right);
    if (evaluation.steps < 0) return EXHAUSTED;
    return new List([...toItems(left), ...toItems(right)]);
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    if (!evaluation.read(left.length + right.length)) return EXHAUSTED;
    return Uint8Array.from([...left, ...right]);
  }
  return addTimes(left, right, at) ?? noOverload(left, '+', right, at);
}

export function toItems(list: List | readonly unknown[]): readonly Value[] {
  return list instanceof List ? list.items : list.map((_, index) => itemOf(list, index));
}

/** `-x` */
export function negate(value: Value, at: Span): Outcome {
  if (typeof value === 'bigint') return toInt(-value, at);
  if (typeof value === 'number') return -value;
  return new Failure(`no such overload: -${kindOf(value)}`, at);
}
