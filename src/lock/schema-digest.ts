import { digestOf } from '../catalog/canonical.ts';
import { isJsonObject, type Json, type JsonObject } from '../catalog/json.ts';

/** Definitions are shared by the tools of a document, so the digest of each is computed once. */
const digests = new WeakMap<JsonObject, string>();

/**
 * A digest of a schema: of its RFC 8785 form, in which the digest of each of its `$defs` stands in for the definition.
 * So its cost does not grow with the definitions that the tools of a document share.
 */
export function digestOfSchema(schema: JsonObject): string {
  const { $defs, ...rest } = schema;
  if (!isJsonObject($defs)) return digestOf(schema);
  const named = Object.entries($defs).map(([name, definition]): [string, Json] => [
    name,
    isJsonObject(definition) ? digestOfDefinition(definition) : definition,
  ]);
  return digestOf({ ...rest, $defs: Object.fromEntries(named) });
}

function digestOfDefinition(definition: JsonObject): string {
  const known = digests.get(definition) ?? digestOf(definition);
  digests.set(definition, known);
  return known;
}
