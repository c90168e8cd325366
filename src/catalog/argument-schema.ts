import { isJsonObject, type Json, type JsonObject, type JsonSchema } from './json.ts';

/** References that are followed one after the other; more are a circle, or an attack. */
const MAX_REFERENCES = 32;

/** Keywords whose schemas are about the same value as the one they stand in. */
const LISTS = ['allOf', 'anyOf', 'oneOf'] as const;
const SINGLES = ['if', 'then', 'else'] as const;

/** Keywords that say nothing about a value. */
const ANNOTATIONS = new Set([
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
]);

/**
 * The schemas that an argument is declared with, by the names of members from the arguments' root; empty where none declares it.
 * Follows `properties`, local references and `allOf anyOf oneOf if then else`.
 */
export function schemasOfArgument(root: JsonSchema, path: readonly string[]): readonly Json[] {
  return find(root, root, path, 0);
}

function find(root: JsonSchema, schema: Json, path: readonly string[], references: number): Json[] {
  const [name, ...rest] = path;
  if (name === undefined) return [schema];
  if (!isJsonObject(schema)) return [];
  const { properties } = schema;
  const own = isJsonObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
  const referred = references < MAX_REFERENCES ? definitionAt(root, schema) : undefined;
  return [
    ...(own === undefined ? [] : find(root, own, rest, references)),
    ...(referred ? find(root, referred, path, references + 1) : []),
    ...alternativesOf(schema).flatMap((one) => find(root, one, path, references)),
  ];
}

function alternativesOf(schema: JsonObject): Json[] {
  return [
    ...LISTS.flatMap((keyword) => {
      const list = schema[keyword];
      return Array.isArray(list) ? list : [];
    }),
    ...SINGLES.flatMap((keyword) => schema[keyword] ?? []),
  ];
}

/**
 * The schema without one argument, by the names of members from the arguments' root: neither a property nor required. The same object
 * where it declares no such argument. For showing: what else it says is not made to fit.
 */
export function withoutArgument(root: JsonSchema, path: readonly string[]): JsonSchema {
  return withArgument(root, path, () => undefined);
}

/** What is said of an argument where it is declared, as it is to be said; undefined: it is not declared there. */
type Change = (declared: Json) => Json | undefined;

/**
 * The schema with an argument declared otherwise, wherever it is declared, as {@link schemasOfArgument} finds it. The same object where
 * nothing changes.
 */
export function withArgument(root: JsonSchema, path: readonly string[], change: Change): JsonSchema {
  const changed = rewrite({ root, change }, root, path, 0);
  return isJsonObject(changed) ? changed : root;
}

interface Rewriting {
  readonly root: JsonSchema;
  readonly change: Change;
}

function rewrite(task: Rewriting, schema: Json, path: readonly string[], references: number): Json {
  if (!isJsonObject(schema) || path.length === 0) return schema;
  const here = rewriteProperty(task, schema, path, references);
  const within = rewriteAlternatives(task, here, path, references);
  const referred = references < MAX_REFERENCES ? definitionAt(task.root, within) : undefined;
  if (!referred) return within;
  const changed = rewrite(task, referred, path, references + 1);
  return changed === referred ? within : inPlaceOfReference(within, changed);
}

function rewriteProperty(
  task: Rewriting,
  schema: JsonObject,
  [name = '', ...rest]: readonly string[],
  references: number,
): JsonObject {
  const { properties, required } = schema;
  const own = isJsonObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (rest.length > 0) {
    if (own === undefined || !isJsonObject(properties)) return schema;
    const changed = rewrite(task, own, rest, references);
    return changed === own ? schema : { ...schema, properties: withMember(properties, name, changed) };
  }
  // An argument may be required here and declared elsewhere: it is to go from here, too, where it goes.
  const changed = task.change(own ?? true);
  if (changed !== undefined) {
    return own === undefined || changed === own || !isJsonObject(properties)
      ? schema
      : { ...schema, properties: withMember(properties, name, changed) };
  }
  const isRequired = Array.isArray(required) && required.includes(name);
  if (own === undefined && !isRequired) return schema;
  const { required: _required, ...others } = schema;
  const needed = Array.isArray(required) ? required.filter((one) => one !== name) : [];
  return {
    ...others,
    ...(isJsonObject(properties) && { properties: withMember(properties, name, undefined) }),
    ...(needed.length > 0 && { required: needed }),
  };
}

function rewriteAlternatives(
  task: Rewriting,
  schema: JsonObject,
  path: readonly string[],
  references: number,
): JsonObject {
  const changed: JsonObject = {};
  for (const keyword of LISTS) {
    const list = schema[keyword];
    if (!Array.isArray(list)) continue;
    const rewritten = list.map((one) => rewrite(task, one, path, references));
    if (rewritten.some((one, index) => one !== list[index])) changed[keyword] = rewritten;
  }
  for (const keyword of SINGLES) {
    const one = schema[keyword];
    const rewritten = one === undefined ? undefined : rewrite(task, one, path, references);
    if (rewritten !== undefined && rewritten !== one) changed[keyword] = rewritten;
  }
  return Object.keys(changed).length === 0 ? schema : { ...schema, ...changed };
}

/** Others may refer to the same definition, so it is written out where it is another now. */
function inPlaceOfReference({ $ref: _reference, ...beside }: JsonObject, definition: Json): JsonObject {
  const isPlain = Object.keys(beside).every((keyword) => ANNOTATIONS.has(keyword) || keyword === '$defs');
  if (isPlain && isJsonObject(definition)) return { ...definition, ...beside };
  const all = Array.isArray(beside['allOf']) ? beside['allOf'] : [];
  return { ...beside, allOf: [...all, definition] };
}

/** What a schema's own local reference leads to. */
function definitionAt(root: JsonSchema, { $ref: reference }: JsonObject): JsonObject | undefined {
  const name = typeof reference === 'string' ? /^#\/\$defs\/([^/]+)$/.exec(reference)?.[1] : undefined;
  const { $defs: definitions } = root;
  if (name === undefined || !isJsonObject(definitions)) return undefined;
  const own = name.replaceAll('~1', '/').replaceAll('~0', '~');
  const definition = Object.hasOwn(definitions, own) ? definitions[own] : undefined;
  return isJsonObject(definition) ? definition : undefined;
}

/** Entries, because `__proto__` is a name like any other here; in place, so that the order stays. */
function withMember(members: JsonObject, name: string, value: Json | undefined): JsonObject {
  return Object.fromEntries(
    Object.entries(members).flatMap(([key, member]): [string, Json][] =>
      key !== name ? [[key, member]] : value === undefined ? [] : [[key, value]],
    ),
  );
}
