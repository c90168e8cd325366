import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { toCanonicalJson } from '../../catalog/canonical.ts';

/** Keywords whose value is a list in which the order does not count, and in which a test names only what it is about. */
const SETS_TO_HOLD = new Set(['required']);

/** Keywords whose value is a list in which the order does not count. */
const SETS = new Set(['enum', 'type']);

/**
 * The schema that is presented for an argument, undefined where none is. Schemas that hold at once (`allOf`) count as one.
 *
 * @param path Names of members from the arguments' root.
 */
export function schemasAt(root: JsonObject, path: readonly string[]): JsonObject[] {
  let schemas = withAllOf(root);
  for (const name of path) {
    schemas = schemas.flatMap(({ properties }) => {
      const member =
        isJsonObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
      return isJsonObject(member) ? withAllOf(member) : [];
    });
  }
  return schemas;
}

/** The keywords of which no schema says what is expected of it. */
export function missingKeywords(schemas: readonly JsonObject[], expected: JsonObject): string[] {
  return Object.entries(expected).flatMap(([keyword, value]) =>
    schemas.some((schema) => Object.hasOwn(schema, keyword) && holds(schema[keyword], value, keyword))
      ? []
      : [keyword],
  );
}

function holds(given: Json | undefined, expected: Json, keyword: string): boolean {
  if (isJsonObject(expected) && isJsonObject(given)) {
    return Object.entries(expected).every(
      ([key, value]) => Object.hasOwn(given, key) && holds(given[key], value, key),
    );
  }
  if (Array.isArray(expected) && Array.isArray(given)) {
    if (SETS_TO_HOLD.has(keyword)) return expected.every((item) => given.some((one) => isSame(one, item)));
    if (SETS.has(keyword)) return isSame(sorted(given), sorted(expected));
  }
  return given !== undefined && isSame(given, expected);
}

function withAllOf(schema: JsonObject): JsonObject[] {
  const { allOf } = schema;
  return [schema, ...(Array.isArray(allOf) ? allOf.filter(isJsonObject).flatMap(withAllOf) : [])];
}

function sorted(values: readonly Json[]): Json[] {
  return values.toSorted((a, b) => (toCanonicalJson(a) < toCanonicalJson(b) ? -1 : 1));
}

function isSame(a: Json, b: Json): boolean {
  return toCanonicalJson(a) === toCanonicalJson(b);
}
