import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json, type JsonSchema } from '../../catalog/json.ts';
import { CONSTANT_PATTERN, toPattern } from '../cel/pattern.ts';
import { mergeKeywords } from './merge-keywords.ts';
import type { ArgumentLimit } from './region.ts';
import { resolveLocal } from './schema-node.ts';

/** Limits by the names on the way to them. */
interface Branch {
  limit?: ArgumentLimit;
  readonly members: Map<string, Branch>;
}

/**
 * A schema that says what it said and the limits. Shares what it does not change with the schema it is made from. Nothing is put beside
 * `properties` and `required` at the root, where some clients read nothing else.
 */
export function writeLimits(schema: JsonSchema, limits: readonly ArgumentLimit[]): JsonSchema {
  const root: Branch = { members: new Map() };
  for (const limit of limits) {
    let at = root;
    for (const name of limit.path) {
      let next = at.members.get(name);
      if (next === undefined) at.members.set(name, (next = { members: new Map() }));
      at = next;
    }
    at.limit = limit;
  }
  return writeBranch(schema, root, schema);
}

/** What a schema says of one argument, in the place where it says it, and the limit. */
export function writeLimit(schema: Json, limit: ArgumentLimit, root: JsonSchema): JsonSchema {
  const written = inline(schema, root);
  const says = (keyword: string): boolean => isDeepStrictEqual(written[keyword], limit.schema[keyword]);
  return Object.keys(limit.schema).every(says) ? written : mergeKeywords(written, limit.schema as JsonSchema);
}

function writeBranch(schema: Json | undefined, { limit, members }: Branch, root: JsonSchema): JsonSchema {
  let written = inline(schema, root);
  if (limit !== undefined) written = mergeKeywords(written, limit.schema as JsonSchema);
  if (members.size === 0) return written;

  const properties = { ...objectOf(written['properties']) };
  const required = new Set(Array.isArray(written['required']) ? written['required'] : []);
  for (const [name, branch] of members) {
    if (isUnseen(branch, written)) {
      delete properties[name];
      required.delete(name);
      continue;
    }
    const before = Object.hasOwn(properties, name) ? properties[name] : findUnlisted(written, name);
    setMember(properties, name, writeBranch(before, branch, root));
    if (branch.limit?.required) required.add(name);
  }
  const { required: _required, ...rest } = written;
  return { ...rest, properties, ...(required.size > 0 && { required: [...required] }) };
}

/** What an object's schema says of a member that it does not list, beside the patterns, which go on saying what they say. */
function findUnlisted(object: JsonSchema, name: string): Json | undefined {
  const isCovered = Object.keys(objectOf(object['patternProperties'])).some((text) => {
    const pattern = toPattern(text, CONSTANT_PATTERN);
    return 'problem' in pattern || pattern.test(name);
  });
  return isCovered ? undefined : object['additionalProperties'];
}

/** Whether a member is not shown at all: it is pinned, or cannot be given and has no way in. */
function isUnseen({ limit }: Branch, object: JsonSchema): boolean {
  if (limit === undefined) return false;
  if (limit.pinned) return true;
  const isImpossible = isJsonObject(limit.schema['not']) && Object.keys(limit.schema['not']).length === 0;
  return isImpossible && object['additionalProperties'] === false && !('patternProperties' in object);
}

/** How many references are followed to a definition. */
const MAX_HOPS = 8;

/** Keywords that say nothing about values: the nearer one counts. */
const ANNOTATIONS = ['title', 'description', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly'];

/**
 * What a reference leads to, in the place of the reference: many clients do not read what stands beside one. A reference beside which
 * more is said than can be put together stays, with the limits beside it.
 */
function inline(schema: Json | undefined, root: JsonSchema): JsonSchema {
  if (schema === false) return { not: {} };
  let at = objectOf(schema);
  for (let hops = 0; hops < MAX_HOPS; hops += 1) {
    const { $ref: reference, ...beside } = at;
    if (typeof reference !== 'string') return at;
    const target = resolveLocal(root, reference);
    if (!isJsonObject(target)) return at;
    const clashes = Object.keys(beside).some((key) => key in target && !ANNOTATIONS.includes(key));
    if (clashes || 'unevaluatedProperties' in target) return at;
    at = { ...target, ...beside };
  }
  return at;
}

function objectOf(schema: Json | undefined): JsonSchema {
  return isJsonObject(schema) ? schema : {};
}

/** A member may be called `__proto__`. */
function setMember(object: JsonSchema, name: string, value: Json): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}
