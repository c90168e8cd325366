import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../../catalog/json.ts';
import { annotate, isAnnotatedOnly, unwrapSingle } from '../../../compile/present/annotations.ts';
import {
  definitionAt,
  definitionsOf,
  escapePointer,
  isPosition,
  referenceOf,
  schemasBelow,
} from '../../../compile/present/positions.ts';

/** References that are followed one after the other; more are a circle. */
const MAX_REFERENCES = 32;

/** Where something stands in a schema, with the definitions that it may refer to. */
export interface Place {
  readonly root: JsonSchema;
  readonly schema: Json;
  /**
   * JSON Pointer from the root, through what is referred to as if it were written there, and without `properties` where that is clear:
   * `/spec/containers/items`.
   */
  readonly pointer: string;
}

/** The pointer to what stands below a place. */
export function pointerBelow(pointer: string, keyword: string, key: string | undefined): string {
  if (key === undefined) return `${pointer}/${keyword}`;
  const isClear = keyword === 'properties' && !isPosition(key) && key !== '';
  return `${pointer}${isClear ? '' : `/${keyword}`}/${escapePointer(key)}`;
}

/** A schema as it is read: what it refers to in the place of the reference, and nothing around it that says nothing. */
export function follow(root: JsonSchema, schema: Json): Json {
  let at = schema;
  for (let count = 0; count < MAX_REFERENCES && isJsonObject(at); count += 1) {
    const name = referenceOf(at);
    const target = definitionAt(definitionsOf(root), name);
    if (target === undefined) return unwrapSingle(at);
    const { $ref: _reference, ...beside } = at;
    at = join(target, beside);
  }
  return at;
}

function join(target: Json, beside: JsonObject): Json {
  if (!isJsonObject(target) || Object.keys(beside).length === 0) return target;
  if (isAnnotatedOnly(beside)) return annotate(target, beside);
  const { allOf } = beside;
  return { ...beside, allOf: [target, ...(Array.isArray(allOf) ? allOf : [])] };
}

/** What a pointer leads to, or where it leads nowhere any more. */
export type Looked =
  | { readonly place: Place }
  | { readonly nowhere: { readonly pointer: string; readonly members: readonly string[] } };

/**
 * The place that a JSON Pointer names in a schema. Names of arguments alone will do (`/spec/replicas`), with or without the keywords
 * between them. Definitions are reached by where they are used only: what is said of one place may be narrowed there.
 */
export function lookAt(root: JsonSchema, path: readonly string[]): Looked {
  const [first = '', ...rest] = path;
  const looked = walk(root, path);
  return 'nowhere' in looked && looked.nowhere.pointer === '' && AROUND.has(first)
    ? walk(root, rest)
    : looked;
}

/** What a pointer may begin with that is meant from outside of the schema, or from the body of the request that a tool makes. */
const AROUND = new Set(['inputSchema', 'input_schema', 'schema', 'arguments', 'parameters', 'body']);

function walk(root: JsonSchema, path: readonly string[]): Looked {
  let place: Place = { root, schema: root, pointer: '' };
  let rest = path;
  while (rest.length > 0) {
    const step = byKeyword(place, rest) ?? byName(place, rest[0] ?? '', []);
    if (!step) return { nowhere: { pointer: place.pointer, members: membersOf(place) } };
    place = step.place;
    rest = rest.slice(step.used);
  }
  return { place };
}

interface Step {
  readonly place: Place;
  /** Parts of the path that it took. */
  readonly used: number;
}

function byKeyword({ root, schema, pointer }: Place, [keyword, key]: readonly string[]): Step | undefined {
  const read = follow(root, schema);
  if (!isJsonObject(read)) return undefined;
  for (const below of schemasBelow(read)) {
    if (below.keyword !== keyword || (below.key !== undefined && below.key !== key)) continue;
    return {
      place: { root, schema: below.schema, pointer: pointerBelow(pointer, keyword, below.key) },
      used: below.key === undefined ? 1 : 2,
    };
  }
  return undefined;
}

/** Alternatives that are looked into for a name, one in the other. */
const MAX_NESTING = 4;

const COMPOSED = ['allOf', 'anyOf', 'oneOf'] as const;

function byName(place: Place, name: string, inside: readonly string[]): Step | undefined {
  const direct = byKeyword(place, ['properties', name]);
  if (direct) return { ...direct, used: 1 };
  const read = follow(place.root, place.schema);
  if (!isJsonObject(read) || inside.length >= MAX_NESTING) return undefined;
  for (const keyword of COMPOSED) {
    const list = read[keyword];
    for (const index of Array.isArray(list) ? list.keys() : []) {
      const next = byKeyword(place, [keyword, String(index)]);
      const found = next && byName(next.place, name, [...inside, keyword]);
      if (found) return found;
    }
  }
  // Who names a member of a list's items means the items.
  const items = byKeyword(place, ['items']);
  if (!items) return undefined;
  if (/^(?:\d+|\*|-)$/.test(name)) return items;
  return byName(items.place, name, [...inside, 'items']);
}

function membersOf({ root, schema }: Place): string[] {
  const read = follow(root, schema);
  if (!isJsonObject(read)) return [];
  const below = schemasBelow(read).filter((one) => isJsonObject(one.schema));
  return below.map(({ keyword, key }) =>
    key === undefined ? keyword : keyword === 'properties' ? key : `${keyword}/${key}`,
  );
}
