import { isList, itemOf, keysOf, sizeOf, valueOf } from './equal.ts';
import type { Expression, Span } from './expression.ts';
import { type Evaluation, Failure, type Outcome, Residual } from './outcome.ts';
import { writeDuration, writeTimestamp } from './time.ts';
import { Dictionary, Duration, isObject, List, Timestamp, TypeName, Uint, type Value } from './value.ts';
import { UNKNOWN } from './variables.ts';

/** An outcome as an expression; `undefined` for a value that is unknown in part. */
export function lift(outcome: Outcome, at: Span, evaluation: Evaluation): Expression | undefined {
  if (outcome instanceof Residual) return outcome.expression;
  if (outcome instanceof Failure) return { kind: 'error', message: outcome.message, at: outcome.at };
  if (outcome === UNKNOWN) return undefined;
  if (isLiteral(outcome)) return { kind: 'constant', value: outcome, at };
  return hasUnknown(outcome, evaluation) ? undefined : liftValue(outcome, at);
}

function isLiteral(value: Value): value is null | boolean | bigint | string | number | Uint | Uint8Array {
  if (typeof value === 'number') return Number.isFinite(value);
  return value === null || typeof value !== 'object' || value instanceof Uint || value instanceof Uint8Array;
}

function liftValue(value: Value, at: Span): Expression {
  if (typeof value === 'number') return liftCall('double', String(value), at);
  if (value instanceof Timestamp) return liftCall('timestamp', writeTimestamp(value), at);
  if (value instanceof Duration) return liftCall('duration', writeDuration(value), at);
  if (value instanceof TypeName) return { kind: 'name', name: value.name, at };
  if (value instanceof List)
    return { kind: 'list', items: value.items.map((item) => liftPart(item, at)), at };
  if (value instanceof Dictionary) {
    const entries = [...value.entries.values()].map(
      ([key, part]) => [liftPart(key, at), liftPart(part, at)] as const,
    );
    return { kind: 'map', entries, at };
  }
  return { kind: 'known', value, at };
}

function liftPart(value: Value, at: Span): Expression {
  return isLiteral(value) ? { kind: 'constant', value, at } : liftValue(value, at);
}

function liftCall(name: string, text: string, at: Span): Expression {
  return { kind: 'call', name, isMethod: false, args: [{ kind: 'constant', value: text, at }], at };
}

/** Whether UNKNOWN stands anywhere in a value; true as well where there are no steps left to find out. */
function hasUnknown(value: Value, evaluation: Evaluation): boolean {
  const open = [value];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (part === UNKNOWN) return true;
    const size = isList(part) ? sizeOf(part) : isObject(part) ? keysOf(part).length : 0;
    if (!evaluation.list(size)) return true;
    pushParts(part, open);
  }
  return false;
}

function pushParts(value: Value, open: Value[]): void {
  if (isList(value)) {
    for (let index = 0; index < sizeOf(value); index++) pushContainer(itemOf(value, index), open);
  } else if (value instanceof Dictionary || isObject(value)) {
    for (const key of keysOf(value)) pushContainer(valueOf(value, key), open);
  }
}

function pushContainer(value: Value, open: Value[]): void {
  if (value === UNKNOWN || (typeof value === 'object' && value !== null)) open.push(value);
}
