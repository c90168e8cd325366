import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { listsOfSizes } from './list-set.ts';
import { numbersAbove, numbersFrom } from './numbers.ts';
import type { Lengths } from './strings.ts';
import {
  ABSENT,
  ANYTHING,
  differenceOf,
  FALSE,
  hasObjects,
  intersectionOf,
  LISTS,
  NO_VALUE,
  NULL,
  NUMBERS,
  OBJECTS,
  ofFlags,
  ofLists,
  ofNumbers,
  ofValues,
  PRESENCE,
  STRINGS,
  TRUE,
  unionOf,
  WHOLE_NUMBERS,
  type ValueSet,
} from './value-set.ts';

/**
 * What a JSON Schema lets through at one place: never less than it does, and exactly that for `type`, `enum`, `const`, bounds of numbers
 * and of the size of lists, `required`, `properties`, `additionalProperties: false`, local references and `allOf` of these.
 */
export interface SchemaNode {
  /** Absence included where it may be left out. */
  readonly values: ValueSet;
  /** All that it may be, in the schema's own order. */
  readonly listed?: readonly Json[] | undefined;
  /** Code points that a string may have. */
  readonly lengths: Lengths;
  /** Members that an object has to have. */
  readonly required: readonly string[];
  member(name: string): SchemaNode;
  /** Of a list. */
  item(): SchemaNode;
}

const ANY_LENGTH: Lengths = { least: 0, most: Infinity };

const ANY_NODE: SchemaNode = {
  values: ANYTHING,
  lengths: ANY_LENGTH,
  required: [],
  member: () => ANY_NODE,
  item: () => ANY_NODE,
};
const NO_NODE: SchemaNode = { ...ANY_NODE, values: NO_VALUE, member: () => NO_NODE, item: () => NO_NODE };

const nodes = new WeakMap<JsonObject, SchemaNode>();

/** The node of a tool's whole input schema. */
export function readSchema(schema: JsonObject): SchemaNode {
  const known = nodes.get(schema);
  if (known !== undefined) return known;
  const node = createReader(schema)(schema);
  const root = { ...node, values: intersectionOf(node.values, OBJECTS) };
  nodes.set(schema, root);
  return root;
}

type Reader = (schema: Json | undefined) => SchemaNode;

function createReader(root: JsonObject): Reader {
  const read = new Map<JsonObject, SchemaNode>();
  const readNode: Reader = (schema) => {
    if (schema === false) return NO_NODE;
    if (!isJsonObject(schema)) return ANY_NODE;
    const known = read.get(schema);
    if (known !== undefined) return known;
    // What refers to itself says no more by that.
    read.set(schema, ANY_NODE);
    const node = combineParts(schema, root, readNode);
    read.set(schema, node);
    return node;
  };
  return readNode;
}

function combineParts(schema: JsonObject, root: JsonObject, read: Reader): SchemaNode {
  const parts = [toOwnNode(schema, read)];
  const reference = schema['$ref'];
  if (typeof reference === 'string') parts.push(read(resolveLocal(root, reference)));
  if (Array.isArray(schema['allOf'])) parts.push(...schema['allOf'].map(read));
  for (const keyword of ['anyOf', 'oneOf']) {
    const alternatives = schema[keyword];
    if (Array.isArray(alternatives)) parts.push(alternatives.map(read).reduce(uniteNodes, NO_NODE));
  }
  return parts.reduce(meetNodes);
}

/** What a reference inside the document leads to; undefined where it leads anywhere else. */
export function resolveLocal(root: JsonObject, reference: string): Json | undefined {
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return undefined;
  let at: Json | undefined = root;
  for (const part of reference.slice(2).split('/')) {
    const name = toMemberName(part);
    if (Array.isArray(at)) at = at[Number(name)];
    else at = isJsonObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  }
  return at;
}

function toMemberName(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return part;
  }
}

function toOwnNode(schema: JsonObject, read: Reader): SchemaNode {
  const listed = toListed(schema);
  const lengths = {
    least: numberOf(schema['minLength']) ?? 0,
    most: numberOf(schema['maxLength']) ?? Infinity,
  };
  const required = Array.isArray(schema['required'])
    ? schema['required'].filter((name) => typeof name === 'string')
    : [];
  return {
    values: toOwnValues(schema, listed),
    listed,
    lengths,
    required,
    item: () => withoutAbsence(read(schema['items'])),
    member: (name) => {
      const node = readMember(schema, name, read);
      if (required.includes(name)) return withoutAbsence(node);
      return (node.values.flags & ABSENT) !== 0
        ? node
        : { ...node, values: unionOf(node.values, ofFlags(ABSENT)) };
    },
  };
}

function readMember(schema: JsonObject, name: string, read: Reader): SchemaNode {
  const properties = schema['properties'];
  if (isJsonObject(properties) && Object.hasOwn(properties, name)) return read(properties[name]);
  // A pattern may be what covers the member.
  return schema['patternProperties'] === undefined ? read(schema['additionalProperties']) : ANY_NODE;
}

function withoutAbsence(node: SchemaNode): SchemaNode {
  return { ...node, values: intersectionOf(node.values, PRESENCE) };
}

function toListed(schema: JsonObject): readonly Json[] | undefined {
  if (schema['const'] !== undefined) return [schema['const']];
  return Array.isArray(schema['enum']) ? schema['enum'] : undefined;
}

function toOwnValues(schema: JsonObject, listed: readonly Json[] | undefined): ValueSet {
  let values = toTypeValues(schema['type'], schema['nullable'] === true);
  if (listed !== undefined) {
    const single = ofValues(listed);
    values = intersectionOf(values, listed.some(isJsonObject) ? unionOf(single, OBJECTS) : single);
  }
  const bounds: (readonly [string, (bound: number) => ValueSet, ofWhat: ValueSet])[] = [
    ['minimum', (bound) => ofNumbers(numbersFrom(bound)), NUMBERS],
    ['exclusiveMinimum', (bound) => ofNumbers(numbersAbove(bound)), NUMBERS],
    ['maximum', (bound) => differenceOf(NUMBERS, ofNumbers(numbersAbove(bound))), NUMBERS],
    ['exclusiveMaximum', (bound) => differenceOf(NUMBERS, ofNumbers(numbersFrom(bound))), NUMBERS],
    ['minItems', (bound) => ofLists(listsOfSizes(numbersFrom(bound).whole)), LISTS],
    ['maxItems', (bound) => differenceOf(LISTS, ofLists(listsOfSizes(numbersAbove(bound).whole))), LISTS],
  ];
  for (const [keyword, toRange, ofWhat] of bounds) {
    const bound = numberOf(schema[keyword]);
    if (bound !== undefined) values = differenceOf(values, differenceOf(ofWhat, toRange(bound)));
  }
  return values;
}

const TYPES: Readonly<Record<string, ValueSet>> = {
  null: ofFlags(NULL),
  boolean: ofFlags(TRUE | FALSE),
  integer: WHOLE_NUMBERS,
  number: NUMBERS,
  string: STRINGS,
  array: LISTS,
  object: OBJECTS,
};

function toTypeValues(type: Json | undefined, isNullable: boolean): ValueSet {
  if (type === undefined) return ANYTHING;
  const names = Array.isArray(type) ? type : [type];
  const values = names.reduce<ValueSet>(
    (set, name) => unionOf(set, (typeof name === 'string' ? TYPES[name] : undefined) ?? ANYTHING),
    NO_VALUE,
  );
  return isNullable ? unionOf(values, ofFlags(NULL)) : values;
}

function numberOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' && !Number.isNaN(value) ? value : undefined;
}

function meetNodes(a: SchemaNode, b: SchemaNode): SchemaNode {
  if (a === ANY_NODE) return b;
  if (b === ANY_NODE) return a;
  return {
    values: intersectionOf(a.values, b.values),
    listed: a.listed ?? b.listed,
    lengths: {
      least: Math.max(a.lengths.least, b.lengths.least),
      most: Math.min(a.lengths.most, b.lengths.most),
    },
    required: [...new Set([...a.required, ...b.required])],
    item: () => meetNodes(a.item(), b.item()),
    member: (name) => meetNodes(a.member(name), b.member(name)),
  };
}

function uniteNodes(a: SchemaNode, b: SchemaNode): SchemaNode {
  if (a === NO_NODE) return b;
  if (b === NO_NODE) return a;
  return {
    values: unionOf(a.values, b.values),
    listed: a.listed && b.listed && [...a.listed, ...b.listed],
    lengths: {
      least: Math.min(a.lengths.least, b.lengths.least),
      most: Math.max(a.lengths.most, b.lengths.most),
    },
    required: a.required.filter((name) => b.required.includes(name)),
    item: () => uniteNodes(a.item(), b.item()),
    member: (name) => {
      if (!hasObjects(a.values)) return b.member(name);
      return hasObjects(b.values) ? uniteNodes(a.member(name), b.member(name)) : a.member(name);
    },
  };
}
