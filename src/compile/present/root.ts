import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../catalog/json.ts';
import { definitionAt, definitionsOf, referenceOf, requiredOf } from './positions.ts';
import { FORBIDDEN_AT_ROOT, isArgumentKey } from './profile.ts';

/** Branches of a root that are looked at for arguments. */
const MAX_BRANCHES = 200;

/** Keywords that mean something else, or nothing, when the compositions beside them are gone. */
const DEPENDENT = ['const', 'then', 'else', 'unevaluatedProperties'];

/**
 * The root as every client takes it: an object, without compositions. The arguments of its branches become arguments; what
 * only some branches say about them is left to validation. A key that clients refuse is no argument that they could send by
 * name, so the object is left open for it.
 */
export function repairRoot(root: JsonSchema): JsonSchema {
  const isComposed = FORBIDDEN_AT_ROOT.some((keyword) => Object.hasOwn(root, keyword));
  const properties = isJsonObject(root['properties']) ? root['properties'] : {};
  const isLegal = Object.keys(properties).every(isArgumentKey);
  if (root['type'] === 'object' && !isComposed && isLegal) return root;
  const dropped = new Set(isComposed ? [...FORBIDDEN_AT_ROOT, ...DEPENDENT] : []);
  const found = isComposed ? collectArguments(root) : { properties, required: requiredOf(root) };
  const legal = Object.entries(found.properties).filter(([key]) => isArgumentKey(key));
  const required = [...found.required].filter(isArgumentKey);
  if (!isLegal) dropped.add('additionalProperties');
  const rest = Object.entries(root).filter(
    ([keyword]) => !dropped.has(keyword) && !['type', 'properties', 'required'].includes(keyword),
  );
  return {
    type: 'object',
    properties: Object.fromEntries(legal),
    ...(required.length > 0 && { required }),
    ...Object.fromEntries(rest),
  };
}

interface Found {
  readonly properties: JsonObject;
  readonly required: ReadonlySet<string>;
}

function collectArguments(root: JsonSchema): Found {
  const definitions = definitionsOf(root);
  const properties = new Map<string, Json>();
  const required = new Set<string>();
  const seen = new Set<Json>();
  /** `holds`: the branch applies to every call, so what it says can be kept. */
  const open: { readonly schema: Json | undefined; readonly holds: boolean }[] = [
    { schema: root, holds: true },
  ];
  for (let next = open.shift(); next !== undefined && seen.size < MAX_BRANCHES; next = open.shift()) {
    const { schema, holds } = next;
    if (!isJsonObject(schema) || seen.has(schema)) continue;
    seen.add(schema);
    for (const [key, property] of Object.entries(
      isJsonObject(schema['properties']) ? schema['properties'] : {},
    )) {
      if (!properties.has(key)) properties.set(key, holds ? property : describe(property));
    }
    if (holds) for (const name of requiredOf(schema)) required.add(name);
    open.push({ schema: definitionAt(definitions, referenceOf(schema)), holds });
    for (const keyword of ['allOf', 'oneOf', 'anyOf']) {
      const branches = schema[keyword];
      for (const branch of Array.isArray(branches) ? branches : []) {
        open.push({ schema: branch, holds: holds && keyword === 'allOf' });
      }
    }
  }
  return { properties: Object.fromEntries(properties), required };
}

function describe(property: Json): JsonSchema {
  const description = isJsonObject(property) ? property['description'] : undefined;
  return typeof description === 'string' ? { description } : {};
}
