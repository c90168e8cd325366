import { isJsonObject, type Json } from '../../catalog/json.ts';
import { isInCuts, piecesOf, type Cuts } from './cuts.ts';
import { hasList, listsOf, sizesOf } from './list-set.ts';
import { nextDown, wholeAbove } from './numbers.ts';
import { domainOf, restrict } from './restrict.ts';
import type { SchemaNode } from './schema-node.ts';
import { ANY_SHAPE, shapeOf, type Shape } from './shape.ts';
import { lengthOf, shortStringsOf, stringPiecesOf, type Lengths } from './strings.ts';
import { ABSENT, hasObjects, hasValue, intersectionOf, PRESENCE } from './value-set.ts';

/** How deep an instance may be. */
const MAX_DEPTH = 24;

/** The longest list that is made up. */
const MAX_ITEMS = 32;

/**
 * A value of a shape that a schema lets through, the plainest one: what may be left out is. Undefined for absence, and where none is found.
 *
 * @param shape within the schema
 */
export function instanceOf(shape: Shape, node: SchemaNode, depth = 0): Json | undefined {
  const { values } = shape;
  if ((values.flags & ABSENT) !== 0 || depth > MAX_DEPTH) return undefined;
  const listed = node.listed?.find((value) => hasValue(values, value) && !isJsonObject(value));
  if (listed !== undefined) return listed;
  if (hasObjects(values)) {
    const object = objectOf(shape, node, depth);
    if (object !== undefined) return object;
  }
  const single = [true, false].find((value) => hasValue(values, value));
  return (
    textOf(values.strings, node.lengths) ??
    numberOf(values.numbers.whole) ??
    single ??
    listOf(shape, node, depth) ??
    fractionOf(values.numbers.fraction) ??
    (hasValue(values, null) ? null : undefined)
  );
}

function objectOf(shape: Shape, node: SchemaNode, depth: number): Json | undefined {
  const object: Record<string, Json> = {};
  for (const name of new Set([...node.required, ...shape.members.keys()])) {
    const inner = node.member(name);
    const member = restrict(shape.members.get(name) ?? ANY_SHAPE, inner);
    const value = instanceOf(member, inner, depth + 1);
    if (value === undefined && (member.values.flags & ABSENT) === 0) return undefined;
    if (value === undefined) continue;
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  }
  const { listed } = node;
  // Where objects are listed, one of them it has to be.
  return listed?.some(isJsonObject) ? listed.find((one) => isJsonObject(one)) : object;
}

function textOf(strings: Cuts<string>, { least, most }: Lengths): string | undefined {
  if (strings.length === 0) return undefined;
  const short = [...piecesOf(strings)].slice(0, 64).flatMap(([first, end]) => shortStringsOf(first, end));
  const prefixes = [...stringPiecesOf(strings)].slice(0, 64).map(({ text }) => text);
  for (const beginning of ['', ...prefixes, ...short]) {
    const padded = beginning + 'a'.repeat(Math.max(0, Math.min(least, MAX_PADDED) - lengthOf(beginning)));
    // What is not empty tells more.
    for (const text of [padded === '' ? 'a' : padded, `${padded}a`, `${padded}0`, `${padded}\0`, padded]) {
      const length = lengthOf(text);
      if (length >= least && length <= most && isInCuts(strings, text)) return text;
    }
  }
  return undefined;
}

/** The longest text that is made up. */
const MAX_PADDED = 10_000;

function numberOf(whole: Cuts<number>): number | undefined {
  for (const value of [1, 0]) if (isInCuts(whole, value)) return value;
  for (const [first, end] of piecesOf(whole)) {
    if (Number.isFinite(first)) return first;
    if (end !== undefined) return -wholeAbove(-end) + 0;
  }
  return undefined;
}

function fractionOf(fraction: Cuts<number>): number | undefined {
  if (isInCuts(fraction, 0.5)) return 0.5;
  for (const [first, end] of piecesOf(fraction)) {
    const bounds = [first, end === undefined ? undefined : nextDown(end)].filter(
      (bound) => bound !== undefined && Number.isFinite(bound),
    ) as number[];
    const middle = bounds.length === 2 ? (bounds[0] as number) / 2 + (bounds[1] as number) / 2 : undefined;
    const found = [
      ...bounds,
      middle,
      ...bounds.map((bound) => bound + 0.5),
      ...bounds.map((bound) => bound - 0.5),
    ].find((value) => value !== undefined && !Number.isInteger(value) && isInCuts(fraction, value));
    if (found !== undefined) return found;
  }
  return undefined;
}

function listOf({ values }: Shape, node: SchemaNode, depth: number): Json | undefined {
  const single = listsOf(values.lists)?.[0];
  if (single !== undefined) return [...single];
  const item = node.item();
  for (const [first, end] of piecesOf(sizesOf(values.lists))) {
    for (let size = first; size < (end ?? Infinity) && size <= MAX_ITEMS; size += 1) {
      const shape = shapeOf(intersectionOf(domainOf(item), PRESENCE));
      const value = size === 0 ? null : instanceOf(shape, item, depth + 1);
      if (value === undefined) break;
      const list = Array.from({ length: size }, () => value);
      if (hasList(values.lists, list)) return list;
    }
  }
  return undefined;
}
