import { isJsonObject, type Json, type JsonSchema } from '../../catalog/json.ts';

/** Keywords of a root beside which what it says of one argument is what its property says. */
const PLAIN = new Set([
  'type',
  'properties',
  'required',
  'additionalProperties',
  '$defs',
  '$schema',
  'title',
  'description',
]);

/** The longest signature that is worth keeping. */
const MAX_SIGNATURE = 4_000;

/**
 * The same text for schemas that say the same of these arguments, so that what was worked out for the one is known of the other. Undefined
 * where it takes more than a glance to tell.
 */
export function signatureOf(schema: JsonSchema, names: readonly string[]): string | undefined {
  for (const keyword in schema) if (!PLAIN.has(keyword)) return undefined;
  const { properties, required, additionalProperties } = schema;
  const said: Json[] = [schema['type'] ?? null, additionalProperties ?? true];
  for (const name of names) {
    const isGiven = isJsonObject(properties) && Object.hasOwn(properties, name);
    said.push(isGiven ? [withoutWords(properties[name])] : null);
    said.push(Array.isArray(required) && required.includes(name));
  }
  try {
    const text = JSON.stringify(said);
    return text.length > MAX_SIGNATURE || text.includes('"$ref"') ? undefined : text;
  } catch {
    // Too deep to be written.
    return undefined;
  }
}

/** Without what says nothing about values, in which the arguments of one name differ from tool to tool. */
function withoutWords(schema: Json | undefined): Json {
  if (!isJsonObject(schema)) return schema ?? null;
  const {
    title: _title,
    description: _description,
    examples: _examples,
    default: _default,
    ...rest
  } = schema;
  return rest;
}
