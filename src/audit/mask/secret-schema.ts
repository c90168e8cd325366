import { isJsonObject, type Json, type JsonSchema } from '../../catalog/json.ts';

/** What a JSON Schema says about one place of a value. */
export interface SchemaPlace {
  /** True where a schema of this place says `format: password` or `writeOnly: true`. */
  readonly isSecret: boolean;
  member(name: string): SchemaPlace | undefined;
  item(index: number): SchemaPlace | undefined;
}

/** Schemas that may describe one place; beyond it the rest is not looked at. */
const MAX_SCHEMAS = 64;

/** Subschemas of one tool that are searched for a mark. */
const MAX_SEARCHED = 100_000;

const marked = new WeakMap<JsonSchema, boolean>();

/**
 * The root of the values that a schema describes; undefined where the schema marks nothing as secret, which costs one look
 * at the schema, once.
 *
 * References inside the schema, `allOf`, `anyOf`, `oneOf`, `if`, `properties`, `additionalProperties`, `items` and
 * `prefixItems` are followed: whichever alternative a value is of, a mark in any of them counts.
 */
export function secretPlaces(schema: JsonSchema): SchemaPlace | undefined {
  let isMarked = marked.get(schema);
  if (isMarked === undefined) {
    isMarked = holdsMark(schema);
    marked.set(schema, isMarked);
  }
  return isMarked ? placeOf([schema], schema) : undefined;
}

function isMark(schema: JsonSchema): boolean {
  return schema['writeOnly'] === true || schema['format'] === 'password';
}

function holdsMark(root: JsonSchema): boolean {
  const waiting: Json[] = [root];
  for (let searched = 0; waiting.length > 0; searched += 1) {
    // More than can be searched: the walk beside the value finds out.
    if (searched > MAX_SEARCHED) return true;
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (isJsonObject(next) && isMark(next)) return true;
    for (const value of Object.values(next)) if (typeof value === 'object') waiting.push(value);
  }
  return false;
}

function placeOf(schemas: readonly Json[], root: JsonSchema): SchemaPlace | undefined {
  const all = expand(schemas, root);
  if (all.length === 0) return undefined;
  return {
    isSecret: all.some(isMark),
    member: (name) =>
      placeOf(
        all.flatMap((schema) => memberOf(schema, name)),
        root,
      ),
    item: (index) =>
      placeOf(
        all.flatMap((schema) => itemOf(schema, index)),
        root,
      ),
  };
}

/** The schemas themselves and all that they refer to or are combined of. */
function expand(schemas: readonly Json[], root: JsonSchema): JsonSchema[] {
  const found = new Set<JsonSchema>();
  const waiting = [...schemas];
  while (waiting.length > 0 && found.size < MAX_SCHEMAS) {
    const next = waiting.pop();
    if (!isJsonObject(next) || found.has(next)) continue;
    found.add(next);
    for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
      const parts = own(next, keyword);
      if (Array.isArray(parts)) waiting.push(...parts.slice(0, MAX_SCHEMAS));
    }
    for (const keyword of ['if', 'then', 'else']) waiting.push(own(next, keyword) ?? null);
    const reference = own(next, '$ref');
    if (typeof reference === 'string') waiting.push(resolve(root, reference) ?? null);
  }
  return [...found];
}

function memberOf(schema: JsonSchema, name: string): Json[] {
  const properties = own(schema, 'properties');
  const member = isJsonObject(properties) ? own(properties, name) : undefined;
  return member === undefined ? some(own(schema, 'additionalProperties')) : [member];
}

function itemOf(schema: JsonSchema, index: number): Json[] {
  const prefix = own(schema, 'prefixItems');
  const item = Array.isArray(prefix) ? prefix[index] : undefined;
  return some(item ?? own(schema, 'items'));
}

function some(value: Json | undefined): Json[] {
  return value === undefined ? [] : [value];
}

/** A JSON pointer in a fragment (RFC 6901, section 6). */
function resolve(root: JsonSchema, reference: string): Json | undefined {
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return undefined;
  let at: Json | undefined = root;
  for (const part of reference.slice(2).split('/')) {
    const name = decode(part).replaceAll('~1', '/').replaceAll('~0', '~');
    at = Array.isArray(at) ? at[Number(name)] : isJsonObject(at) ? own(at, name) : undefined;
  }
  return at;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function own(object: JsonSchema, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
