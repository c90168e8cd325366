import { isJsonObject, type Json } from '../../../catalog/json.ts';

/** What stands at a keyword: a schema, a list or a map of schemas, or a value that is data and never walked. */
export type KeywordKind = 'schema' | 'schema-list' | 'schema-map' | 'data';

/** One row of {@link KEYWORDS}. */
export interface Keyword {
  readonly kind: KeywordKind;
  /** The schemas below it apply to the same value as the schema around it. */
  readonly inPlace: boolean;
  /** Whether a client's validator would accept the value; a keyword that fails is left out. */
  readonly accepts: (value: Json) => boolean;
}

/**
 * The keywords of JSON Schema 2020-12 that a tool's schema may carry, in the order they are written. All others are left
 * out: `example`, `xml`, `discriminator`, `x-…`, identifiers and anchors, and what is no keyword at all.
 */
export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ['title', data(isText)],
  ['description', data(isText)],
  ['type', data(() => true)],
  ['format', data(isText)],
  ['enum', data((value) => Array.isArray(value) && value.length > 0)],
  ['const', data(() => true)],
  ['default', data(() => true)],
  ['deprecated', data((value) => value === true)],
  ['multipleOf', data((value) => isNumber(value) && value > 0)],
  ['minimum', data(isNumber)],
  ['exclusiveMinimum', data(isNumber)],
  ['maximum', data(isNumber)],
  ['exclusiveMaximum', data(isNumber)],
  ['minLength', data(isCount)],
  ['maxLength', data(isCount)],
  ['pattern', data(isPattern)],
  ['minItems', data(isCount)],
  ['maxItems', data(isCount)],
  ['uniqueItems', data((value) => value === true)],
  ['minContains', data(isCount)],
  ['maxContains', data(isCount)],
  ['minProperties', data(isCount)],
  ['maxProperties', data(isCount)],
  ['contentEncoding', data(isText)],
  ['contentMediaType', data(isText)],
  ['properties', { kind: 'schema-map', inPlace: false, accepts: isJsonObject }],
  ['patternProperties', { kind: 'schema-map', inPlace: false, accepts: isJsonObject }],
  ['additionalProperties', schema(false)],
  ['unevaluatedProperties', schema(false)],
  ['propertyNames', schema(false)],
  ['required', data(isTextList)],
  ['dependentRequired', data((value) => isJsonObject(value) && Object.values(value).every(isTextSet))],
  ['dependentSchemas', { kind: 'schema-map', inPlace: true, accepts: isJsonObject }],
  ['prefixItems', { kind: 'schema-list', inPlace: false, accepts: isFilledList }],
  ['items', schema(false)],
  ['unevaluatedItems', schema(false)],
  ['contains', schema(false)],
  ['allOf', { kind: 'schema-list', inPlace: true, accepts: isFilledList }],
  ['anyOf', { kind: 'schema-list', inPlace: true, accepts: isFilledList }],
  ['oneOf', { kind: 'schema-list', inPlace: true, accepts: isFilledList }],
  ['not', schema(true)],
  ['if', schema(true)],
  ['then', schema(true)],
  ['else', schema(true)],
]);

const RANK = new Map([...KEYWORDS.keys()].map((keyword, index) => [keyword, index]));

/** The keywords of a schema in the order they are written, whatever the order in the document. */
export function keywordsOf(schemaObject: object): string[] {
  return Object.keys(schemaObject)
    .filter((keyword) => RANK.has(keyword))
    .toSorted((a, b) => (RANK.get(a) ?? 0) - (RANK.get(b) ?? 0));
}

/** True for what may stand where a schema is expected. */
function isSchema(value: Json | undefined): boolean {
  return typeof value === 'boolean' || isJsonObject(value);
}

/** True for a pattern that every validator compiles: ECMA-262 with the `u` flag, as JSON Schema 2020-12 asks. */
export function isPattern(value: Json): boolean {
  if (typeof value !== 'string') return false;
  try {
    return new RegExp(value, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

function data(accepts: (value: Json) => boolean): Keyword {
  return { kind: 'data', inPlace: false, accepts };
}

function schema(inPlace: boolean): Keyword {
  return { kind: 'schema', inPlace, accepts: isSchema };
}

function isText(value: Json): value is string {
  return typeof value === 'string';
}

function isNumber(value: Json): value is number {
  return typeof value === 'number';
}

function isCount(value: Json): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isTextList(value: Json): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isFilledList(value: Json): boolean {
  return Array.isArray(value) && value.length > 0;
}

function isTextSet(value: Json): boolean {
  return Array.isArray(value) && value.every(isText) && new Set(value).size === value.length;
}
