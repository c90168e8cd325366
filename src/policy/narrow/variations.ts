import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import type { Expression } from '../cel/expression.ts';
import { mapParts } from '../cel/substitute.ts';
import { mentionedPathsOf } from './argument-path.ts';
import { isPlain, literalOf } from './literal.ts';
import type { SchemaNode } from './schema-node.ts';
import { mayBe } from './may-be.ts';
import { ABSENT } from './value-set.ts';

/** How many paths, values for one, and expressions are looked at for ideas. */
const MAX_PATHS = 8;
const MAX_VALUES = 24;
const MAX_EXPRESSIONS = 2_000;

/**
 * Arguments like `start` with other values where conditions look: one argument changed, then two. What a schema plainly does not let
 * through is left out.
 */
export function* variationsOf(
  start: JsonObject,
  conditions: readonly Expression[],
  node: SchemaNode,
): Generator<JsonObject> {
  const paths = pathsOf(conditions);
  const constants = constantsOf(conditions);
  const changes = paths.map((path) => {
    const others = paths.map((other) => valueAt(start, other)).filter((value) => value !== undefined);
    const values = [undefined, ...others, ...constants, ...BASIC, ...constants.flatMap(variantsOf)];
    const unique = [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
    return unique
      .filter((value) => mayBeAt(node, path, value))
      .slice(0, MAX_VALUES)
      .map((value) => ({ path, value }));
  });
  const single = changes.flat();
  for (const { path, value } of single) yield withValue(start, path, value);
  for (const [index, first] of changes.entries()) {
    for (const second of changes.slice(index + 1)) {
      for (const one of first) {
        const changed = withValue(start, one.path, one.value);
        for (const other of second) yield withValue(changed, other.path, other.value);
      }
    }
  }
}

const BASIC: readonly Json[] = ['a', 'b', 1, 2, 0, true, false, '', [], {}, null];

/** A list of it, a longer text, the numbers beside it. */
function variantsOf(value: Json): Json[] {
  if (typeof value === 'string') return [[value], `${value}a`, `a${value}`, { [value]: value }];
  return typeof value === 'number' ? [value + 1, value - 1, [value]] : [];
}

function pathsOf(conditions: readonly Expression[]): (readonly string[])[] {
  const paths = new Map<string, readonly string[]>();
  for (const condition of conditions.slice(0, MAX_EXPRESSIONS)) {
    for (const path of mentionedPathsOf(condition)) if (path.length > 0) paths.set(path.join('\0'), path);
    if (paths.size >= MAX_PATHS) break;
  }
  return [...paths.values()].slice(0, MAX_PATHS);
}

function constantsOf(conditions: readonly Expression[]): Json[] {
  const values = new Set<Json>();
  let visited = 0;
  const visit = (expression: Expression): Expression => {
    visited += 1;
    const literal = literalOf(expression);
    if (visited > MAX_EXPRESSIONS || literal === undefined) {
      return visited > MAX_EXPRESSIONS ? expression : mapParts(expression, visit);
    }
    const items: readonly unknown[] = Array.isArray(literal) ? literal.slice(0, 3) : [literal];
    for (const item of items) if (isPlain(item as Json)) values.add(item as Json);
    return expression;
  };
  for (const condition of conditions) visit(condition);
  return [...values].slice(0, MAX_VALUES);
}

function valueAt(args: JsonObject, path: readonly string[]): Json | undefined {
  let at: Json | undefined = args;
  for (const name of path) at = isJsonObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  return at;
}

function mayBeAt(root: SchemaNode, path: readonly string[], value: Json | undefined): boolean {
  const node = path.reduce((at, name) => at.member(name), root);
  if (value === undefined) return (node.values.flags & ABSENT) !== 0;
  return mayBe(node, value);
}

/** A copy with another value at a path; undefined takes it away. */
function withValue(
  args: JsonObject,
  [name = '', ...rest]: readonly string[],
  value: Json | undefined,
): JsonObject {
  const { [name]: before, ...others } = args;
  const inner = rest.length === 0 ? value : withValue(isJsonObject(before) ? before : {}, rest, value);
  return inner === undefined ? others : { ...others, [name]: inner };
}
