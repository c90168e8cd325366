import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../catalog/json.ts';
import { definitionAt, referenceOf, requiredOf } from './positions.ts';
import { listSome } from './words.ts';

/** References and compositions are followed this far; what lies behind is unknown. */
const MAX_STEPS = 40;

/** Lists of lists are described this far. */
const MAX_NESTING = 2;

/**
 * The JSON types that a schema lets through, read through references and compositions.
 *
 * @returns `undefined` where it may be any. Never a type too few.
 */
export function typesOf(schema: Json, definitions: JsonObject, steps = MAX_STEPS): string[] | undefined {
  if (!isJsonObject(schema) || steps <= 0) return undefined;
  const { type, allOf } = schema;
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return type.filter((each) => typeof each === 'string');
  if (Array.isArray(schema['enum'])) return [...new Set(schema['enum'].map(typeOfValue))].toSorted();
  if (schema['const'] !== undefined) return [typeOfValue(schema['const'])];
  const referred = definitionAt(definitions, referenceOf(schema));
  const conjuncts = [...(referred === undefined ? [] : [referred]), ...(Array.isArray(allOf) ? allOf : [])];
  for (const each of conjuncts) {
    const types = typesOf(each, definitions, Math.floor((steps - 1) / conjuncts.length));
    if (types !== undefined) return types;
  }
  for (const alternatives of [schema['anyOf'], schema['oneOf']]) {
    if (!Array.isArray(alternatives)) continue;
    const union = typesOfAny(alternatives, definitions, steps);
    if (union !== undefined) return union;
  }
  return undefined;
}

function typesOfAny(
  alternatives: readonly Json[],
  definitions: JsonObject,
  steps: number,
): string[] | undefined {
  const union = new Set<string>();
  for (const each of alternatives) {
    const types = typesOf(each, definitions, Math.floor((steps - 1) / alternatives.length));
    if (types === undefined) return undefined;
    for (const type of types) union.add(type);
  }
  // Every integer is a number; naming both would only be longer.
  if (union.has('number')) union.delete('integer');
  return union.size === 0 ? undefined : [...union].toSorted();
}

function typeOfValue(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** What a schema that is cut asks for, in few words. */
export function outlineOf(schema: Json, definitions: JsonObject, room: number, nesting = 0): string {
  const parts = unwrap(schema, definitions);
  const required = [...new Set(parts.flatMap((part) => [...requiredOf(part)]))].toSorted();
  if (required.length > 0) return `needs ${listSome(required, room)}`;
  const names = parts.flatMap(({ properties }) => (isJsonObject(properties) ? Object.keys(properties) : []));
  if (names.length > 0) return countOf(new Set(names).size, 'property', 'properties');
  for (const part of parts) {
    const alternatives = part['anyOf'] ?? part['oneOf'];
    if (Array.isArray(alternatives)) return countOf(alternatives.length, 'form', 'forms');
    if (Array.isArray(part['enum'])) return `one of ${listSome(part['enum'].map(toText), room)}`;
    if (isJsonObject(part['items']) && nesting < MAX_NESTING) {
      return `items: ${outlineOf(part['items'], definitions, room, nesting + 1)}`;
    }
  }
  return 'any form';
}

/** The words of a schema, or of what it refers to. */
export function describedBy(schema: Json, definitions: JsonObject): string {
  for (const { description } of unwrap(schema, definitions))
    if (typeof description === 'string') return description;
  return '';
}

/** The schema and all that say more about the same value: through references, `allOf`, and an alternative beside null. */
function unwrap(schema: Json, definitions: JsonObject): JsonSchema[] {
  const open: Json[] = [schema];
  const seen = new Set<JsonSchema>();
  const speaking: JsonSchema[] = [];
  for (let next = open.shift(); next !== undefined && seen.size < MAX_STEPS; next = open.shift()) {
    if (!isJsonObject(next) || seen.has(next)) continue;
    seen.add(next);
    const alternatives = next['anyOf'] ?? next['oneOf'];
    const beside = Array.isArray(alternatives) ? alternatives.filter((each) => !isNull(each)) : [];
    // A schema that is only one alternative beside null says nothing itself.
    if (!(beside.length === 1 && Object.keys(next).length === 1)) speaking.push(next);
    const referred = definitionAt(definitions, referenceOf(next));
    if (referred !== undefined) open.push(referred);
    if (Array.isArray(next['allOf'])) open.push(...next['allOf']);
    if (beside.length === 1) open.push(...beside);
  }
  return speaking;
}

function isNull(schema: Json): boolean {
  return isJsonObject(schema) && schema['type'] === 'null';
}

function countOf(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function toText(value: Json): string {
  return JSON.stringify(value);
}

/** A schema of which nothing can be cut: no reference, nothing below. */
export function isLeaf(schema: JsonSchema): boolean {
  return !STRUCTURE.some((keyword) => Object.hasOwn(schema, keyword) && !isTrivial(schema[keyword]));
}

const STRUCTURE = [
  '$ref',
  'properties',
  'patternProperties',
  'additionalProperties',
  'items',
  'prefixItems',
  'contains',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
  'propertyNames',
  'dependentSchemas',
  'unevaluatedProperties',
  'unevaluatedItems',
];

function isTrivial(value: Json | undefined): boolean {
  return typeof value === 'boolean' || (isJsonObject(value) && Object.keys(value).length === 0);
}
