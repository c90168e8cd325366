import { isJsonObject } from '../../catalog/json.ts';

const TYPES = new Set<unknown>(['array', 'boolean', 'integer', 'null', 'number', 'object', 'string']);

const isAnything = (): boolean => true;
const isText = (value: unknown): boolean => typeof value === 'string';
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const isNames = (value: unknown): boolean =>
  Array.isArray(value) && value.every(isText) && new Set(value).size === value.length;
const isType = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length > 0 && new Set(value).size === value.length && value.every((type) => TYPES.has(type))
    : TYPES.has(value);
const isSchemas = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every(isPlainSchema);
const isSchemaMap = (value: unknown): boolean =>
  isJsonObject(value) && Object.values(value).every(isPlainSchema);

const KEYWORDS: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['type', isType],
  ['properties', isSchemaMap],
  ['required', isNames],
  ['additionalProperties', isPlainSchema],
  ['items', isPlainSchema],
  ['anyOf', isSchemas],
  ['oneOf', isSchemas],
  ['allOf', isSchemas],
  ['enum', (value: unknown): boolean => Array.isArray(value) && value.length > 0],
  ['const', isAnything],
  ['default', isAnything],
  ['examples', isAnything],
  ['title', isText],
  ['description', isText],
  ['minimum', isNumber],
  ['maximum', isNumber],
  ['exclusiveMinimum', isNumber],
  ['exclusiveMaximum', isNumber],
  ['minLength', isCount],
  ['maxLength', isCount],
  ['minItems', isCount],
  ['maxItems', isCount],
  ['minProperties', isCount],
  ['maxProperties', isCount],
  ['uniqueItems', isFlag],
  ['x-mcp-header', isAnything],
]);

/**
 * True for a schema of everyday keywords with well-formed values only: no references, patterns or anything rare. A
 * validator can certainly be made from it, so that making one, which takes milliseconds, can wait for the first call.
 */
export function isPlainSchema(schema: unknown): boolean {
  if (typeof schema === 'boolean') return true;
  if (!isJsonObject(schema)) return false;
  return Object.entries(schema).every(([keyword, value]) => KEYWORDS.get(keyword)?.(value) ?? false);
}
