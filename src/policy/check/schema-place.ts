import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { fromPointer, valueAt } from '../../text/pointer.ts';
import { ITEM, type ArgumentPath } from './argument-uses.ts';

/** What a schema says of one place in the arguments. */
export type SchemaPlace =
  /** It has it, as any of these schemas. `optional`: arguments without it are valid. */
  | { readonly kind: 'has'; readonly schemas: readonly JsonObject[]; readonly optional: boolean }
  /** It lists what there is, and this is not among it. `depth`: how many steps of the path there are. */
  | { readonly kind: 'lacks'; readonly depth: number; readonly known: readonly string[] }
  /** Anything may be there. */
  | { readonly kind: 'open' };

/** Deeper than a schema is read, references included. */
const MAX_STEPS = 64;

const OPEN: SchemaPlace = { kind: 'open' };

/**
 * What an input schema says of a path. Schemas that list properties and say nothing about others are taken at their word: their
 * authors mean what they list.
 */
export function placeIn(root: JsonObject, path: ArgumentPath): SchemaPlace {
  let schemas: readonly JsonObject[] = partsOf(root, root);
  let optional = false;
  for (const [depth, step] of path.entries()) {
    const found = step === ITEM ? itemsOf(schemas, root) : memberOf(schemas, step, root);
    if (found === 'open') return OPEN;
    if (found === 'lacks') return { kind: 'lacks', depth, known: namesIn(schemas) };
    if (step === ITEM || !schemas.some(({ required }) => Array.isArray(required) && required.includes(step)))
      optional = true;
    schemas = found;
  }
  return { kind: 'has', schemas, optional };
}

/** The types of JSON that a value there may have; undefined where that is not said. */
export function typesOf(schemas: readonly JsonObject[]): ReadonlySet<string> | undefined {
  const types = new Set<string>();
  for (const schema of schemas) {
    if (schema['anyOf'] !== undefined || schema['oneOf'] !== undefined || schema['allOf'] !== undefined)
      continue;
    if (schema['$ref'] !== undefined) continue;
    const { type, enum: choices, const: only } = schema;
    if (typeof type === 'string') types.add(type);
    else if (Array.isArray(type)) for (const one of type) types.add(typeof one === 'string' ? one : '');
    else if (Array.isArray(choices)) for (const one of choices) types.add(typeName(one));
    else if (only !== undefined) types.add(typeName(only));
    else return undefined;
  }
  return types.size === 0 ? undefined : types;
}

/** A schema, and those that it is made of: what holds at once, and alternatives. */
function partsOf(schema: Json | undefined, root: JsonObject, steps = 0): JsonObject[] {
  if (!isJsonObject(schema) || steps > MAX_STEPS) return [];
  const { $ref } = schema;
  const target =
    typeof $ref === 'string' && $ref.startsWith('#')
      ? valueAt(root, fromPointer(decode($ref.slice(1))))
      : undefined;
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((key) => {
    const list = schema[key];
    return Array.isArray(list) ? list : [];
  });
  return [
    schema,
    ...(isJsonObject(target) ? partsOf(target, root, steps + 1) : []),
    ...parts.flatMap((part) => partsOf(part, root, steps + 1)),
  ].slice(0, 1000);
}

function memberOf(
  schemas: readonly JsonObject[],
  name: string,
  root: JsonObject,
): readonly JsonObject[] | 'lacks' | 'open' {
  const found = schemas.flatMap(({ properties }) =>
    isJsonObject(properties) && Object.hasOwn(properties, name) ? [properties[name]] : [],
  );
  if (found.length > 0) {
    const parts = found.flatMap((schema) => partsOf(schema, root));
    return parts.length > 0 ? parts : [{}];
  }
  const hasMore = schemas.some(
    ({ additionalProperties: more, patternProperties, $ref, unevaluatedProperties }) =>
      more === true ||
      isJsonObject(more) ||
      isJsonObject(patternProperties) ||
      isJsonObject(unevaluatedProperties) ||
      (typeof $ref === 'string' && !$ref.startsWith('#')),
  );
  if (hasMore) return 'open';
  const isListed = schemas.some(
    ({ properties, additionalProperties }) =>
      additionalProperties === false || (isJsonObject(properties) && Object.keys(properties).length > 0),
  );
  if (isListed) return 'lacks';
  const types = typesOf(schemas);
  return types === undefined || types.has('object') || types.has('array') ? 'open' : 'lacks';
}

function itemsOf(schemas: readonly JsonObject[], root: JsonObject): readonly JsonObject[] | 'open' {
  const found = schemas.flatMap(({ items }) => (isJsonObject(items) ? partsOf(items, root) : []));
  return found.length > 0 ? found : 'open';
}

function namesIn(schemas: readonly JsonObject[]): string[] {
  return schemas.flatMap(({ properties }) => (isJsonObject(properties) ? Object.keys(properties) : []));
}

function typeName(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
