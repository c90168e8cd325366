import { isJsonObject, type JsonObject } from '../../catalog/json.ts';

/** What makes JSON Schema of zod's schemas: the library of the tool itself, or ours. */
export type SchemaLibrary = () => Promise<unknown>;

const DRAFT = 'draft-2020-12';

/**
 * The JSON Schema of a tool's schema.
 *
 * @param direction zod's schemas may let in something else than they let out
 * @throws Error in words where there is none
 */
export async function toJsonSchema(
  schema: unknown,
  direction: 'input' | 'output',
  library: SchemaLibrary,
): Promise<JsonObject> {
  const standard = standardOf(schema);
  if (!standard) {
    if (isJsonObject(schema)) return schema;
    throw new Error(`its ${direction} is neither a zod schema nor a JSON Schema`);
  }
  const made = convert(standard, direction) ?? (await convertWith(library, schema, direction));
  if (!isJsonObject(made)) throw new Error(`its ${direction} schema cannot be written as JSON Schema`);
  const { $schema: _draft, '~standard': _standard, ...plain } = made;
  return plain;
}

/** What a value is after the schema: with defaults, in zod's types. JSON Schema was checked before. */
export async function parseWith(
  schema: unknown,
  value: unknown,
): Promise<{ value: unknown } | { fault: string }> {
  const validate = standardOf(schema)?.['validate'];
  if (typeof validate !== 'function') return { value };
  const result: unknown = await validate(value);
  if (!isRecord(result)) return { value };
  const { issues } = result;
  if (!Array.isArray(issues)) return { value: result['value'] };
  return { fault: issues.map(describeIssue).join('; ') };
}

function describeIssue(issue: unknown): string {
  if (!isRecord(issue)) return String(issue);
  const path = Array.isArray(issue['path']) ? issue['path'].map((part) => `/${String(part)}`).join('') : '';
  return `${path === '' ? '' : `${path}: `}${String(issue['message'])}`;
}

/** standardschema.dev/json-schema, which zod 4.2 and newer speak. */
function convert(standard: Record<string, unknown>, direction: 'input' | 'output'): unknown {
  const { jsonSchema } = standard;
  const maker = isRecord(jsonSchema) ? jsonSchema[direction] : undefined;
  return typeof maker === 'function' ? maker({ target: DRAFT }) : undefined;
}

async function convertWith(library: SchemaLibrary, schema: unknown, io: string): Promise<unknown> {
  const zod = await library();
  const maker = isRecord(zod) ? zod['toJSONSchema'] : undefined;
  return typeof maker === 'function' ? maker(schema, { target: DRAFT, io }) : undefined;
}

function standardOf(schema: unknown): Record<string, unknown> | undefined {
  const isCallable = typeof schema === 'function' || (typeof schema === 'object' && schema !== null);
  const standard = isCallable ? (schema as Record<string, unknown>)['~standard'] : undefined;
  return isRecord(standard) ? standard : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return (typeof value === 'object' || typeof value === 'function') && value !== null;
}
