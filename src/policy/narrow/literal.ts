import type { Json } from '../../catalog/json.ts';
import type { Expression } from '../cel/expression.ts';
import { Uint } from '../cel/value.ts';

/** A constant of a condition as JSON; a bigint for a whole number that no JSON number is. */
export type Literal = Json | bigint | readonly Literal[];

/** What a constant, a known value or a list of them is; undefined for what depends on anything, and for what JSON has no word for. */
export function literalOf(expression: Expression): Literal | undefined {
  switch (expression.kind) {
    case 'constant': {
      const { value } = expression;
      if (value instanceof Uint) return toNumber(value.value);
      if (value instanceof Uint8Array) return undefined;
      if (typeof value === 'bigint') return toNumber(value);
      return typeof value === 'number' && !Number.isFinite(value) ? undefined : value;
    }
    case 'known':
      return isJson(expression.value) ? expression.value : undefined;
    case 'negate': {
      const value = literalOf(expression.operand);
      if (typeof value === 'bigint') return toNumber(-value);
      return typeof value === 'number' ? -value + 0 : undefined;
    }
    case 'list': {
      const items: Literal[] = [];
      for (const item of expression.items) {
        const value = literalOf(item);
        if (value === undefined) return undefined;
        items.push(value);
      }
      return items;
    }
    default:
      return undefined;
  }
}

function toNumber(value: bigint): number | bigint {
  const number = Number(value);
  return BigInt(number) === value ? number : value;
}

/** How deep a known value may be that is looked at. */
const MAX_DEPTH = 32;

function isJson(value: unknown, depth = 0): value is Json {
  if (depth > MAX_DEPTH) return false;
  return (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value)) ||
    (typeof value === 'object' && Object.values(value).every((part) => isJson(part, depth + 1)))
  );
}

/** Whether it is JSON, wholly. */
export function isPlain(literal: Literal): literal is Json {
  if (typeof literal === 'bigint') return false;
  return !Array.isArray(literal) || literal.every(isPlain);
}
