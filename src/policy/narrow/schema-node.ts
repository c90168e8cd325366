import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { listsOfSizes } from './list-set.ts';
import { numbersAbove, numbersFrom } from './numbers.ts';
import type { Lengths } from './strings.ts';
import {
  ABSENCE,
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

/** How far references and combinations are followed at one place, and how many alternatives are told apart. */
const MAX_DEPTH = 64;
const MAX_PARTS = 256;

type Reader = (schema: Json | undefined) => SchemaNode;

function createReader(root: JsonObject): Reader {
  const read = new Map<JsonObject, SchemaNode>();
  let depth = 0;
  const readNode: Reader = (schema) => {
    if (schema === false) return NO_NODE;
    if (!isJsonObject(schema)) return ANY_NODE;
    const known = read.get(schema);
    if (known !== undefined) return known;
    if (depth > MAX_DEPTH) return ANY_NODE;
    // What refers to itself says no more by that.
    read.set(schema, ANY_NODE);
    depth += 1;
    const node = combineParts(schema, root, readNode);
    depth -= 1;
    read.set(schema, node);
    return node;
  };
  return readNode;
}

function combineParts(schema: JsonObject, root: JsonObject, read: Reader): SchemaNode {
  const parts = [toOwnNode(schema, read)];
  const reference = schema['$ref'];
  if (typeof reference === 'string') parts.push(read(resolveLocal(root, reference)));
  // To leave some out is to let more through.
  if (Array.isArray(schema['allOf'])) parts.push(...schema['allOf'].slice(0, MAX_PARTS).map(read));
  for (const keyword of ['anyOf', 'oneOf']) {
    const alternatives = schema[keyword];
    if (!Array.isArray(alternatives) || alternatives.length > MAX_PARTS) continue;
    parts.push(uniteNodes(alternatives.map(read)));
  }
  return meetNodes(parts);
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
    // Items that stand before the others have schemas of their own.
    item: once(() => withoutAbsence(schema['prefixItems'] === undefined ? read(schema['items']) : ANY_NODE)),
    member: oncePerName((name) => {
      const node = readMember(schema, name, read);
      if (required.includes(name)) return withoutAbsence(node);
      return (node.values.flags & ABSENT) !== 0 ? node : { ...node, values: unionOf(node.values, ABSENCE) };
    }),
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

function meetNodes(given: readonly SchemaNode[]): SchemaNode {
  const parts = [...new Set(given)].filter((node) => node !== ANY_NODE);
  const [first = ANY_NODE] = parts;
  if (parts.length <= 1) return first;
  return {
    values: parts.reduce((values, node) => intersectionOf(values, node.values), ANYTHING),
    listed: parts.find(({ listed }) => listed !== undefined)?.listed,
    lengths: {
      least: Math.max(...parts.map(({ lengths }) => lengths.least)),
      most: Math.min(...parts.map(({ lengths }) => lengths.most)),
    },
    required: [...new Set(parts.flatMap(({ required }) => required))],
    item: once(() => meetNodes(parts.map((node) => node.item()))),
    member: oncePerName((name) => meetNodes(parts.map((node) => node.member(name)))),
  };
}

function uniteNodes(given: readonly SchemaNode[]): SchemaNode {
  const parts = [...new Set(given)].filter((node) => node !== NO_NODE);
  const [first = NO_NODE] = parts;
  if (parts.length <= 1) return first;
  const lists = parts.map(({ listed }) => listed);
  const objects = parts.filter(({ values }) => hasObjects(values));
  return {
    values: parts.reduce((values, node) => unionOf(values, node.values), NO_VALUE),
    listed: lists.every((list) => list !== undefined) ? lists.flat() : undefined,
    lengths: {
      least: Math.min(...parts.map(({ lengths }) => lengths.least)),
      most: Math.max(...parts.map(({ lengths }) => lengths.most)),
    },
    required: first.required.filter((name) => parts.every(({ required }) => required.includes(name))),
    item: once(() => uniteNodes(parts.map((node) => node.item()))),
    member: oncePerName((name) => uniteNodes(objects.map((node) => node.member(name)))),
  };
}

/** Nodes may hold one another many times over: each is asked once. */
function oncePerName(read: (name: string) => SchemaNode): (name: string) => SchemaNode {
  const known = new Map<string, SchemaNode>();
  return (name) => {
    let node = known.get(name);
    if (node === undefined) known.set(name, (node = read(name)));
    return node;
  };
}

function once(read: () => SchemaNode): () => SchemaNode {
  const readNode = oncePerName(read);
  return () => readNode('');
}
