import { isJsonObject, type Json, type JsonObject } from '../../src/catalog/json.ts';

/*
 * What strict clients refuse, written down a second time: the compiler's own check is not asked about itself.
 */

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const KEY = /^[a-zA-Z0-9_.-]{1,64}$/;
const FORBIDDEN_AT_ROOT = ['$ref', 'oneOf', 'anyOf', 'allOf', 'not', 'enum'];

const MAPS = ['properties', 'patternProperties', '$defs', 'dependentSchemas'];
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const SINGLE = ['items', 'additionalProperties', 'unevaluatedProperties', 'unevaluatedItems', 'contains'];
const SINGLES = [...SINGLE, 'propertyNames', 'not', 'if', 'then', 'else'];

/** One sentence for each thing that some client would refuse the tool, or all tools, for. */
export function refusals(tool: { readonly name: string; readonly inputSchema: JsonObject }): string[] {
  const { name, inputSchema: root } = tool;
  const found = new Set<string>();
  if (!NAME.test(name)) found.add(`the name ${name}`);
  if (root['type'] !== 'object') found.add('a root that is no object');
  for (const keyword of FORBIDDEN_AT_ROOT)
    if (Object.hasOwn(root, keyword)) found.add(`${keyword} at the root`);
  const properties = isJsonObject(root['properties']) ? root['properties'] : {};
  for (const key of Object.keys(properties)) if (!KEY.test(key)) found.add(`the key ${key}`);
  const definitions = isJsonObject(root['$defs']) ? root['$defs'] : {};
  walk(root, (schema) => {
    const { type, $ref } = schema;
    const isArray = type === 'array' || (Array.isArray(type) && type.includes('array'));
    if (isArray && !Object.hasOwn(schema, 'items')) found.add('an array without items');
    if ($ref !== undefined && !leadsSomewhere($ref, definitions))
      found.add(`the reference ${JSON.stringify($ref)}`);
  });
  return [...found];
}

function leadsSomewhere(reference: Json, definitions: JsonObject): boolean {
  if (reference === '#') return true;
  const match = typeof reference === 'string' ? /^#\/\$defs\/([^/]+)$/.exec(reference) : null;
  if (match === null) return false;
  const name = decodeURIComponent(match[1] ?? '')
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
  return Object.hasOwn(definitions, name);
}

/** Visits every schema, and nothing that is data: a property *named* `$ref` is no reference. */
function walk(root: Json, visit: (schema: JsonObject) => void): void {
  const open: Json[] = [root];
  for (let schema = open.pop(); schema !== undefined; schema = open.pop()) {
    if (!isJsonObject(schema)) continue;
    visit(schema);
    for (const keyword of MAPS) {
      const map = schema[keyword];
      if (isJsonObject(map)) open.push(...Object.values(map));
    }
    for (const keyword of LISTS) {
      const list = schema[keyword];
      if (Array.isArray(list)) open.push(...list);
    }
    for (const keyword of SINGLES) {
      const single = schema[keyword];
      if (single !== undefined) open.push(single);
    }
  }
}
