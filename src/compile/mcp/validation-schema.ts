import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isPlainSchema } from './plain-schema.ts';
import { isJsonObject, type Json, type JsonSchema } from '../../catalog/json.ts';
import { messageOf } from '../../errors.ts';

const SCHEMA_MAPS = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);
const SCHEMA_LISTS = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const SCHEMAS = new Set([
  'items',
  'additionalProperties',
  'additionalItems',
  'contains',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
  'unevaluatedItems',
  'unevaluatedProperties',
]);

/**
 * The schema in JSON Schema 2020-12, which validates calls: tuples of draft 7 and older (`items` as a list, common in
 * servers that generate their schemas) become `prefixItems`, and `$async` goes: it is no keyword of JSON Schema, but
 * makes the validator answer with a promise, which passes for "valid". A schema without them is returned as it is.
 */
export function toValidationSchema(schema: JsonSchema): JsonSchema {
  const converted = convert(schema);
  return isJsonObject(converted) ? converted : schema;
}

function convert(node: Json): Json {
  if (!isJsonObject(node)) return node;
  const next: JsonSchema = {};
  let changed = false;
  const isTuple = Array.isArray(node['items']);
  for (const [keyword, value] of Object.entries(node)) {
    if (keyword === '$async') {
      changed = true;
      continue;
    }
    const converted = convertKeyword(keyword, value, isTuple);
    const name =
      isTuple && keyword === 'items'
        ? 'prefixItems'
        : isTuple && keyword === 'additionalItems'
          ? 'items'
          : keyword;
    changed ||= converted !== value || name !== keyword;
    Object.defineProperty(next, name, {
      value: converted,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return changed ? next : node;
}

function convertKeyword(keyword: string, value: Json, isTuple: boolean): Json {
  if (Array.isArray(value)) {
    return SCHEMA_LISTS.has(keyword) || (isTuple && keyword === 'items') ? mapSame(value, convert) : value;
  }
  if (!isJsonObject(value)) return value;
  if (SCHEMAS.has(keyword)) return convert(value);
  if (!SCHEMA_MAPS.has(keyword)) return value;
  const entries = Object.entries(value);
  const converted = entries.map(([name, child]) => [name, convert(child)] as const);
  return converted.every(([, child], index) => child === entries[index]?.[1])
    ? value
    : Object.fromEntries(converted);
}

/** `Array.map` that returns the list itself when nothing changed. */
function mapSame(list: Json[], change: (item: Json) => Json): Json[] {
  const mapped = list.map((item) => change(item));
  return mapped.every((item, index) => item === list[index]) ? list : mapped;
}

/** Says why no validator can be made from a schema, or `undefined` where one can. Read as leniently as a call is. */
export function createSchemaCheck(): (schema: JsonSchema) => string | undefined {
  let shared: Ajv2020 | undefined;
  return (schema) => {
    // `$schema` and `$id` at the root name dialects and places that are not ours to fetch.
    const { $schema: _dialect, $id: _place, ...rest } = schema;
    if (isPlainSchema(rest)) return undefined;
    try {
      shared ??= createAjv();
      shared.compile(rest);
      return undefined;
    } catch {
      // A second look by a fresh validator: what an earlier schema left behind (an `$id`) must not cost this one.
    }
    try {
      createAjv().compile(rest);
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  };
}

function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    validateSchema: false,
    addUsedSchema: false,
    logger: false,
  });
  addFormats.default(ajv);
  return ajv;
}
