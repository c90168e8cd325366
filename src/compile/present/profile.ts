import { isJsonObject, type Json, type JsonSchema } from '../../catalog/json.ts';
import { definitionAt, definitionsOf, referenceOf, schemasBelow } from './positions.ts';

/** Names of tools, and keys of arguments, that every known client and model vendor accepts. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const KEY = /^[a-zA-Z0-9_.-]{1,64}$/;

/** What a root must not have: clients refuse the tool for it, some of them every tool of the server. */
export const FORBIDDEN_AT_ROOT = ['$ref', 'oneOf', 'anyOf', 'allOf', 'not', 'enum', 'if'];

/** True for a key that an argument may have. */
export function isArgumentKey(key: string): boolean {
  return KEY.test(key);
}

/** What strict clients would refuse about a tool as it is presented: one sentence each, none for a tool that all accept. */
export function findViolations(tool: {
  readonly name: string;
  readonly description?: string;
  readonly inputSchema: JsonSchema;
}): string[] {
  const { name, inputSchema } = tool;
  const named = NAME.test(name)
    ? []
    : [`the name ${JSON.stringify(name)} is not 1 to 64 letters, digits, _ or -`];
  return [...named, ...whyNotSerialisable(tool), ...findSchemaViolations(inputSchema)];
}

/** As `findViolations`, of the schema alone. */
export function findSchemaViolations(root: JsonSchema): string[] {
  const violations: string[] = [];
  if (root['type'] !== 'object') violations.push('the root is not of type object');
  for (const keyword of FORBIDDEN_AT_ROOT) {
    if (Object.hasOwn(root, keyword)) violations.push(`the root has ${keyword}`);
  }
  const { properties } = root;
  for (const key of isJsonObject(properties) ? Object.keys(properties) : []) {
    if (!isArgumentKey(key)) violations.push(`the argument ${JSON.stringify(key)} has an illegal key`);
  }
  const definitions = definitionsOf(root);
  for (const schema of [root, ...Object.values(definitions)]) {
    const { arrays, references } = inspect(schema);
    if (arrays > 0) violations.push(`${arrays} arrays have no items`);
    for (const reference of references) {
      if (definitionAt(definitions, referenceOf({ $ref: reference })) === undefined) {
        violations.push(`${JSON.stringify(reference)} refers to nothing`);
      }
    }
  }
  return violations;
}

interface Inspection {
  /** Arrays that do not say what their items are. */
  readonly arrays: number;
  readonly references: ReadonlySet<string>;
}

/** Definitions are shared by many tools and never change: each is looked at once. */
const inspections = new WeakMap<object, Inspection>();

function inspect(root: Json): Inspection {
  if (!isJsonObject(root)) return { arrays: 0, references: new Set() };
  const known = inspections.get(root);
  if (known !== undefined) return known;
  let arrays = 0;
  const references = new Set<string>();
  const open: Json[] = [root];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!isJsonObject(next)) continue;
    const { type, $ref } = next;
    const isArray = type === 'array' || (Array.isArray(type) && type.includes('array'));
    if (isArray && !Object.hasOwn(next, 'items')) arrays += 1;
    if (typeof $ref === 'string') references.add($ref);
    for (const below of schemasBelow(next)) open.push(below.schema);
  }
  const inspection = { arrays, references };
  inspections.set(root, inspection);
  return inspection;
}

function whyNotSerialisable(tool: unknown): string[] {
  try {
    JSON.stringify(tool);
    return [];
  } catch {
    return ['it has no JSON text'];
  }
}
