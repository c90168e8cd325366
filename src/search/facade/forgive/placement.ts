import { schemasOfArgument } from '../../../catalog/argument-schema.ts';
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../../catalog/json.ts';

/** What models call the body of a request, where a tool takes its members as arguments. */
const BODIES: readonly string[] = ['body', 'requestBody', 'request_body', 'data', 'payload'];

/**
 * Arguments with the members of a body where the tool takes them: beside the others where it declares them there, or within its one
 * argument that declares all that are beside and are no arguments. All of them or none, nothing that is given twice, and the same object
 * where the schema leaves any doubt.
 */
export function putInPlace(args: JsonObject, schema: JsonSchema): JsonObject {
  const unknown = Object.keys(args).filter((name) => !declares(schema, [name]));
  const [only, ...others] = unknown;
  if (only === undefined) return args;
  const unpacked = others.length === 0 && BODIES.includes(only) ? takeOut(args, only, schema) : undefined;
  return unpacked ?? (isClosed(schema) ? putInto(args, unknown, schema) : undefined) ?? args;
}

/** `{ id, body: { title } }` for `{ id, title }`. */
function takeOut(args: JsonObject, key: string, schema: JsonSchema): JsonObject | undefined {
  const { [key]: body, ...beside } = args;
  if (!isJsonObject(body)) return undefined;
  const names = Object.keys(body);
  const fits = names.every((name) => declares(schema, [name]) && !Object.hasOwn(beside, name));
  if (names.length === 0 || !fits) return undefined;
  const { required } = schema;
  const isNeeded = Array.isArray(required) && names.some((name) => required.includes(name));
  return isNeeded || isClosed(schema) ? { ...beside, ...body } : undefined;
}

/** `{ id, title }` for `{ id, body: { title } }`. */
function putInto(args: JsonObject, unknown: readonly string[], schema: JsonSchema): JsonObject | undefined {
  const { properties } = schema;
  const names = isJsonObject(properties) ? Object.keys(properties) : [];
  const [place, ...others] = names.filter((name) => unknown.every((one) => declares(schema, [name, one])));
  if (place === undefined || others.length > 0) return undefined;
  const given: Json = (Object.hasOwn(args, place) ? args[place] : undefined) ?? {};
  if (!isJsonObject(given) || unknown.some((name) => Object.hasOwn(given, name))) return undefined;
  const entries = Object.entries(args);
  const moved = entries.filter(([name]) => unknown.includes(name));
  return {
    ...Object.fromEntries(entries.filter(([name]) => !unknown.includes(name))),
    [place]: { ...given, ...Object.fromEntries(moved) },
  };
}

function declares(schema: JsonSchema, path: readonly string[]): boolean {
  return schemasOfArgument(schema, path).length > 0;
}

/** Where anything may be an argument, what stands beside may be meant there. */
function isClosed(schema: JsonSchema): boolean {
  return schema['additionalProperties'] === false || schema['unevaluatedProperties'] === false;
}
