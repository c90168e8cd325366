import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import type { References } from './references.ts';

/**
 * The schema of a query parameter, which `allowEmptyValue` opens for the empty text (`?flag=`), OpenAPI 3.1.1 §4.8.12.2.1.
 * A schema that has room for it already stays as it is.
 */
export function allowEmptyValue(parameter: JsonObject, schema: Json, references: References): Json {
  if (parameter['in'] !== 'query' || parameter['allowEmptyValue'] !== true) return schema;
  const { value } = references.follow(schema, '#');
  if (!isJsonObject(value) || value['type'] === undefined) return schema;
  const types = Array.isArray(value['type']) ? value['type'] : [value['type']];
  const isText = types.includes('string') && !Array.isArray(value['enum']);
  return isText ? schema : { anyOf: [schema, { type: 'string', maxLength: 0, description: 'Empty.' }] };
}
