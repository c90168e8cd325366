import { isJsonObject, type Json, type JsonObject } from '../../../src/catalog/json.ts';
import { mergeSchema } from './merge.ts';
import { pick, type Random } from '../../support/random.ts';
import { generateString, type Alphabet } from './strings.ts';

/** How values are drawn. */
export interface Drawing {
  readonly random: Random;
  readonly definitions: JsonObject;
  readonly alphabet: Alphabet;
  /** How likely an optional member is to be there, 0 to 1. */
  readonly optional: number;
}

/** Below this level only what is required is drawn; far below, nothing is. */
const PLAIN_LEVEL = 2;
const LAST_LEVEL = 14;
const MAX_OPTIONAL = 6;

/** A value that the schema probably allows. Bounded in size, whatever the schema is. */
export function generateValue(schema: Json | undefined, drawing: Drawing, level = 0): Json {
  const merged = mergeSchema(schema, drawing.definitions);
  if (merged['const'] !== undefined) return merged['const'];
  const { enum: allowed, oneOf, anyOf } = merged;
  if (Array.isArray(allowed)) return pickEnum(allowed, drawing.random);
  const alternatives = Array.isArray(oneOf) ? oneOf : Array.isArray(anyOf) ? anyOf : undefined;
  if (alternatives !== undefined && alternatives.length > 0) {
    const { oneOf: _one, anyOf: _any, ...rest } = merged;
    return generateValue({ allOf: [rest, pickBranch(alternatives, drawing)] }, drawing, level);
  }
  return generateTyped(merged, drawing, level);
}

function pickEnum(allowed: readonly Json[], random: Random): Json {
  const usable = allowed.filter((each) => each !== null && each !== '');
  return pick(usable.length > 0 ? usable : allowed, random) ?? null;
}

function pickBranch(alternatives: readonly Json[], { random, definitions }: Drawing): Json {
  const usable = alternatives.filter((each) => mergeSchema(each, definitions)['type'] !== 'null');
  return pick(usable.length > 0 ? usable : alternatives, random) ?? {};
}

function generateTyped(schema: JsonObject, drawing: Drawing, level: number): Json {
  const { random } = drawing;
  switch (typeOf(schema, random)) {
    case 'object':
      return generateObject(schema, drawing, level);
    case 'array':
      return generateArray(schema, drawing, level);
    case 'integer':
    case 'number':
      return generateNumber(schema, random);
    case 'boolean':
      return random() < 0.5;
    case 'null':
      return null;
    default:
      return drawString(schema, drawing);
  }
}

function drawString(schema: JsonObject, { alphabet, random }: Drawing): string {
  const { examples, pattern } = schema;
  const given = Array.isArray(examples) ? examples.filter((each) => typeof each === 'string') : [];
  const plain = given.filter((each) => each !== '' && (alphabet === 'any' || /^[\w-]+$/.test(each)));
  if (plain.length > 0 && (pattern !== undefined || random() < 0.3)) return pick(plain, random) ?? '';
  return generateString(schema, alphabet, random);
}

function typeOf(schema: JsonObject, random: Random): string {
  const { type } = schema;
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) {
    const usable = type.filter((each) => each !== 'null');
    const picked = pick(usable.length > 0 ? usable : type, random);
    return typeof picked === 'string' ? picked : 'string';
  }
  if (schema['properties'] !== undefined || schema['required'] !== undefined) return 'object';
  if (schema['items'] !== undefined) return 'array';
  return schema['minimum'] !== undefined || schema['maximum'] !== undefined ? 'integer' : 'string';
}

function generateNumber(schema: JsonObject, random: Random): number {
  const isInteger = schema['type'] !== 'number';
  const step = Number(schema['multipleOf'] ?? (isInteger ? 1 : 0.5));
  const above = schema['exclusiveMinimum'];
  const below = schema['exclusiveMaximum'];
  const min = Number(above ?? schema['minimum'] ?? Math.min(1, Number(schema['maximum'] ?? below ?? 1)));
  const max = Number(below ?? schema['maximum'] ?? min + 100 * step);
  const first = Math.ceil(min / step) * step;
  const lowest = above !== undefined && first <= min ? first + step : first;
  const steps = Math.max(0, Math.floor((Math.min(max, lowest + 100 * step) - lowest) / step));
  const value = lowest + Math.floor(random() * (steps + 1)) * step;
  const inside = below !== undefined && value >= max ? value - step : value;
  return Number.isFinite(inside) ? Number(inside.toPrecision(15)) : 1;
}

function generateArray(schema: JsonObject, drawing: Drawing, level: number): Json[] {
  const { prefixItems, items, minItems, maxItems, uniqueItems } = schema;
  const fixed = Array.isArray(prefixItems) ? prefixItems : [];
  const wanted = level >= LAST_LEVEL ? 0 : level > PLAIN_LEVEL ? 1 : 2;
  const count = Math.min(
    Math.max(wanted, Number(minItems ?? 0), fixed.length),
    Number(maxItems ?? Number.POSITIVE_INFINITY),
    200,
  );
  const drawn: Json[] = [];
  const texts = new Set<string>();
  for (let turn = 0; drawn.length < count && turn < count * 8; turn++) {
    const each = generateValue(fixed[drawn.length] ?? items, drawing, level + 1);
    const text = JSON.stringify(each);
    if (uniqueItems === true && texts.has(text)) continue;
    texts.add(text);
    drawn.push(each);
  }
  return drawn;
}

function generateObject(schema: JsonObject, drawing: Drawing, level: number): JsonObject {
  const { random } = drawing;
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const declared: Json[] = Array.isArray(schema['required']) ? schema['required'] : [];
  const required = new Set(declared.map(String));
  const value: JsonObject = {};
  let optional = 0;
  for (const [name, property] of Object.entries(properties)) {
    if (property === false || (level >= LAST_LEVEL && !required.has(name))) continue;
    const isWanted = level <= PLAIN_LEVEL && optional < MAX_OPTIONAL && random() < drawing.optional;
    if (!required.has(name)) {
      if (!isWanted) continue;
      optional += 1;
    }
    setOwn(value, name, generateValue(property, drawing, level + 1));
  }
  for (const name of required) {
    if (!Object.hasOwn(value, name))
      setOwn(value, name, generateValue(memberSchema(schema, name), drawing, level + 1));
  }
  addFreeMembers(schema, value, drawing, level);
  return value;
}

/** An open map gets two members; one that asks for more gets as many as it asks for. */
function addFreeMembers(schema: JsonObject, value: JsonObject, drawing: Drawing, level: number): void {
  const { additionalProperties: rest, minProperties, maxProperties, properties } = schema;
  const isMap = isJsonObject(rest) && !isJsonObject(properties) && level <= PLAIN_LEVEL;
  const wanted = Math.min(
    Math.max(isMap ? 2 : 0, Number(minProperties ?? 0)),
    Number(maxProperties ?? 20),
    20,
  );
  if (rest === false) {
    for (const [name, property] of Object.entries(isJsonObject(properties) ? properties : {})) {
      if (Object.keys(value).length >= wanted) return;
      if (!Object.hasOwn(value, name)) setOwn(value, name, generateValue(property, drawing, level + 1));
    }
    return;
  }
  const names = propertyNames(schema, drawing);
  for (const name of names) {
    if (Object.keys(value).length >= wanted) return;
    if (!Object.hasOwn(value, name))
      setOwn(value, name, generateValue(memberSchema(schema, name), drawing, level + 1));
  }
}

function propertyNames(schema: JsonObject, drawing: Drawing): string[] {
  const { propertyNames: rule, patternProperties } = schema;
  const [pattern] = isJsonObject(patternProperties) ? Object.keys(patternProperties) : [];
  if (isJsonObject(rule) || pattern !== undefined) {
    const source = isJsonObject(rule) ? rule : { pattern: pattern ?? '' };
    return Array.from({ length: 30 }, () =>
      generateString(mergeSchema(source, drawing.definitions), 'plain', drawing.random),
    );
  }
  // Two exploded maps in one query must not have the same members.
  const stem = Math.floor(drawing.random() * 9000);
  return Array.from({ length: 22 }, (_, index) => `member${stem + index}`);
}

function memberSchema(schema: JsonObject, name: string): Json | undefined {
  const { patternProperties, additionalProperties } = schema;
  for (const [pattern, each] of Object.entries(isJsonObject(patternProperties) ? patternProperties : {})) {
    if (new RegExp(pattern, 'u').test(name)) return each;
  }
  return isJsonObject(additionalProperties) ? additionalProperties : { type: 'string' };
}

/** `__proto__` is a member like any other. */
function setOwn(object: JsonObject, name: string, value: Json): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}
