import { isJsonObject, type Json } from '../catalog/json.ts';

/** Keywords by which a schema may have members that it does not list. */
const OPEN = ['$ref', '$dynamicRef', 'allOf', 'anyOf', 'oneOf', 'if', 'patternProperties'] as const;

/**
 * Whether arguments under this schema can have a value at a path of member names. True where the schema does not say: no schema, one
 * that lists no members, one that is put together of others. What lists its members and says nothing of further ones takes these only.
 */
export function takesArgument(schema: Json | undefined, path: readonly string[]): boolean {
  let at = schema;
  for (const name of path) {
    if (at === false) return false;
    if (!isJsonObject(at)) return true;
    const schemaHere = at;
    if (OPEN.some((keyword) => Object.hasOwn(schemaHere, keyword))) return true;
    const { type, properties, additionalProperties } = schemaHere;
    if (!mayBeObject(type)) return false;
    if (isJsonObject(properties) && Object.hasOwn(properties, name)) at = properties[name];
    else if (additionalProperties !== undefined) at = additionalProperties;
    else return properties === undefined;
  }
  return at !== false;
}

function mayBeObject(type: Json | undefined): boolean {
  return type === undefined || type === 'object' || (Array.isArray(type) && type.includes('object'));
}
