import { isJsonObject, type Json, type JsonSchema } from '../../catalog/json.ts';
import type { CleanText } from './clean-text.ts';

/** Keywords of JSON Schema that hold prose for whoever reads it, and nothing that is validated. */
const TEXTS: ReadonlyMap<string, 'title' | 'description'> = new Map([
  ['title', 'title'],
  ['description', 'description'],
  ['$comment', 'description'],
]);

/** Keywords whose members are schemas by name: a property may well be called `description`. */
const SCHEMA_MAPS = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);

/** Keywords whose members are data that a call may have to repeat exactly. */
const DATA = new Set(['const', 'enum', 'default', 'examples', 'example']);

/** The schema with clean texts, and nothing else changed; the schema itself where they were clean. */
export function cleanSchemaTexts(schema: JsonSchema, pointer: string, clean: CleanText): JsonSchema {
  return mapMembers(schema, pointer, (keyword, value, at) => {
    const kind = TEXTS.get(keyword);
    if (kind && typeof value === 'string') return clean(value, at, kind);
    if (DATA.has(keyword)) return value;
    if (SCHEMA_MAPS.has(keyword) && isJsonObject(value)) {
      return mapMembers(value, at, (_name, child, childAt) => cleanNode(child, childAt, clean));
    }
    return cleanNode(value, at, clean);
  });
}

function cleanNode(node: Json, pointer: string, clean: CleanText): Json {
  if (isJsonObject(node)) return cleanSchemaTexts(node, pointer, clean);
  if (!Array.isArray(node)) return node;
  const cleaned = node.map((item, index) => cleanNode(item, `${pointer}/${index}`, clean));
  return cleaned.every((item, index) => item === node[index]) ? node : cleaned;
}

/** The object with each member changed; the object itself where none was. */
function mapMembers<T extends { [key: string]: Json }>(
  object: T,
  pointer: string,
  change: (name: string, value: Json, pointer: string) => Json,
): T {
  const entries = Object.entries(object);
  const changed = entries.map(([name, value]) => [name, change(name, value, `${pointer}/${name}`)] as const);
  if (changed.every(([, value], index) => value === entries[index]?.[1])) return object;
  // `Object.fromEntries` defines members, so that one called `__proto__` stays one.
  return Object.fromEntries(changed) as T;
}
