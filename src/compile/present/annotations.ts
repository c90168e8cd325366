import { isJsonObject, type Json, type JsonSchema } from '../../catalog/json.ts';
import { keepNote } from './words.ts';

/** Keywords beside a reference or a composition that say nothing about the value. */
const ANNOTATIONS: ReadonlySet<string> = new Set(['title', 'description', 'default', 'deprecated']);

/** True when nothing but annotations, and the keywords given, stands in a schema. */
export function isAnnotatedOnly(schema: JsonSchema, ...beside: readonly string[]): boolean {
  return Object.keys(schema).every((keyword) => ANNOTATIONS.has(keyword) || beside.includes(keyword));
}

/** A schema under the annotations of the place where it stands, which count more than its own. */
export function annotate(schema: JsonSchema, annotations: JsonSchema): JsonSchema {
  const { description } = annotations;
  const merged = { ...schema, ...annotations };
  if (typeof description === 'string' && typeof schema['description'] === 'string') {
    merged['description'] = keepNote(description, schema['description']);
  }
  return merged;
}

/** A schema that is one other schema with annotations, as that other schema; equal in meaning. */
export function unwrapSingle(schema: JsonSchema): JsonSchema {
  const { allOf, ...beside } = schema;
  const only: Json | undefined = Array.isArray(allOf) && allOf.length === 1 ? allOf[0] : undefined;
  return isJsonObject(only) && isAnnotatedOnly(beside) ? annotate(only, beside) : schema;
}
