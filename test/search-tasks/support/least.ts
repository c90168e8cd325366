import { isJsonObject, type Json, type JsonObject } from '../../../src/catalog/json.ts';

/** How deep objects are filled in. */
const MAX_DEPTH = 4;

/** The least that a media type and its schema say of an answer: the first example, or what the schema requires. */
export function leastOf(
  media: JsonObject,
  schema: Json,
  resolve: (value: Json | undefined) => JsonObject,
): Json {
  const [first] = Object.values(resolve(media['examples']));
  return media['example'] ?? resolve(first)['value'] ?? fill(schema, resolve, 0);
}

function fill(schema: Json, resolve: (value: Json | undefined) => JsonObject, depth: number): Json {
  const one = resolve(schema);
  const { example, type, required, properties, allOf } = one;
  if (example !== undefined) return example;
  const values = one['enum'];
  if (Array.isArray(values)) return values[0] ?? null;
  const choice = [one['oneOf'], one['anyOf']].find(Array.isArray)?.[0];
  if (choice !== undefined) return fill(choice, resolve, depth);
  if (Array.isArray(allOf)) {
    return Object.assign({}, ...allOf.map((part) => fill(part, resolve, depth))) as Json;
  }
  const kind = Array.isArray(type) ? type[0] : type;
  if (kind === 'string') return one['format'] === 'date-time' ? '2026-01-01T00:00:00Z' : 'text';
  if (kind === 'integer' || kind === 'number') return 1;
  if (kind === 'boolean') return true;
  if (kind === 'array') return [];
  const names = Array.isArray(required) && depth < MAX_DEPTH ? required.map(String) : [];
  const members = isJsonObject(properties) ? properties : {};
  return Object.fromEntries(names.map((name) => [name, fill(members[name] ?? {}, resolve, depth + 1)]));
}
