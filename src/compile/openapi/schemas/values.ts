import { isJsonObject, type Json, type JsonObject } from '../../../catalog/json.ts';
import { sortMembers, withoutDuplicates } from './data.ts';

const TYPES = new Set(['null', 'boolean', 'object', 'array', 'number', 'string', 'integer']);

/** `type` with the names that JSON Schema has, each once; nothing when none is left. */
export function toType(value: Json, direction: 'input' | 'output'): [string, Json] | undefined {
  const named = (Array.isArray(value) ? value : [value]).map((type) => (type === 'file' ? 'string' : type));
  const known = named.filter((type) => typeof type === 'string' && TYPES.has(type));
  const types = direction === 'output' ? known.map((type) => (type === 'integer' ? 'number' : type)) : known;
  const [first, ...others] = new Set(types);
  if (first === undefined || known.length < named.length) return undefined;
  return ['type', others.length === 0 ? first : [first, ...others]];
}

/** `enum` without repetitions; with `null` where the schema says `nullable`. */
export function toEnum(value: Json, schema: JsonObject): [string, Json] {
  const values = Array.isArray(value) ? value.map(sortMembers) : [];
  return ['enum', withoutDuplicates(schema['nullable'] === true ? [...values, null] : values)];
}

/** The exclusive bound as a number: 2020-12 as it is, or OpenAPI 3.0's `true` beside a `minimum` or `maximum`. */
export function toExclusiveBounds(
  keyword: 'exclusiveMinimum' | 'exclusiveMaximum',
  schema: JsonObject,
): [string, Json] | undefined {
  const bound =
    schema[keyword] === true
      ? schema[keyword === 'exclusiveMinimum' ? 'minimum' : 'maximum']
      : schema[keyword];
  return typeof bound === 'number' ? [keyword, bound] : undefined;
}

/** True when the schema's own words leave room for an object. */
export function isObjectSchema(schema: Json | undefined): schema is JsonObject {
  if (!isJsonObject(schema)) return false;
  const type = schema['type'];
  if (type === undefined) return isJsonObject(schema['properties']) || Array.isArray(schema['allOf']);
  return type === 'object' || (Array.isArray(type) && type.includes('object'));
}
