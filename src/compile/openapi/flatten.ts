import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import type { References } from './references.ts';
import { sortedEntries } from './schemas/data.ts';
import type { SchemaLibrary } from './schemas/library.ts';

/** An object with more properties than this is one argument: a list that long is no help to anybody. */
const MAX_PROPERTIES = 40;

/** The top-level properties of an object schema, read through references and `allOf`. */
export interface FlatObject {
  /** In code-unit order of their names; a property that several branches describe has several schemas. */
  readonly properties: readonly { readonly name: string; readonly schemas: readonly Json[] }[];
  readonly required: ReadonlySet<string>;
}

/** Keywords that say more about an object than a flat list of properties can: such an object stays whole. */
const UNFLATTENABLE = [
  'oneOf',
  'anyOf',
  'not',
  'if',
  'patternProperties',
  'propertyNames',
  'dependentRequired',
  'dependentSchemas',
  'enum',
  'const',
];

/**
 * The properties that a caller may set, if the schema is an object that can be given property by property.
 *
 * @returns `undefined` for a union, an open map, an object without properties or with too many, and for everything that is
 * not an object. Only for a schema that passed `SchemaLibrary.check`.
 */
export function flattenObject(
  schema: Json,
  { references, schemas }: { readonly references: References; readonly schemas: SchemaLibrary },
): FlatObject | undefined {
  const properties = new Map<string, Json[]>();
  const required = new Set<string>();
  const visited = new Set<Json>();

  function collect(each: Json, isRoot: boolean): boolean {
    if (!isJsonObject(each)) return each === true && !isRoot;
    if (visited.has(each)) return true;
    visited.add(each);
    const { value } = references.follow(each, '#');
    if (value !== each) return collectTarget(each, value, isRoot);
    return collectOwn(each, isRoot);
  }

  function collectTarget(reference: JsonObject, target: Json | undefined, isRoot: boolean): boolean {
    if (target === undefined || !collect(target, isRoot)) return false;
    if (schemas.ignoresSiblings) return true;
    const { $ref: _followed, ...beside } = reference;
    return collectOwn(beside, false);
  }

  function collectOwn(object: JsonObject, isRoot: boolean): boolean {
    if (UNFLATTENABLE.some((keyword) => Object.hasOwn(object, keyword))) return false;
    if (!mayBeObject(object['type'])) return false;
    if (object['x-kubernetes-preserve-unknown-fields'] === true) return false;
    const additional = object['additionalProperties'];
    if (additional === true || isJsonObject(additional)) return false;
    const own = object['properties'];
    if (own !== undefined && !isJsonObject(own)) return false;
    for (const [name, property] of Object.entries(own ?? {})) {
      const known = properties.get(name);
      if (known === undefined) properties.set(name, [property]);
      else known.push(property);
    }
    const names = object['required'];
    if (Array.isArray(names)) {
      for (const name of names) if (typeof name === 'string') required.add(name);
    }
    const branches = object['allOf'];
    if (branches === undefined) return !isRoot || own !== undefined;
    return Array.isArray(branches) && branches.every((branch) => collect(branch, false));
  }

  if (!collect(schema, true)) return undefined;
  for (const name of required) if (!properties.has(name)) properties.set(name, []);
  const settable = sortedEntries(Object.fromEntries(properties)).filter(
    ([, each]) => !each.some((property) => schemas.isMarked(property, 'readOnly')),
  );
  if (settable.length === 0 || settable.length > MAX_PROPERTIES) return undefined;
  const names = new Set(settable.map(([name]) => name));
  return {
    properties: settable.map(([name, each]) => ({ name, schemas: each })),
    required: new Set([...required].filter((name) => names.has(name))),
  };
}

function mayBeObject(type: Json | undefined): boolean {
  if (!Array.isArray(type)) return type === undefined || type === 'object';
  return type.includes('object') && type.every((each) => each === 'object' || each === 'null');
}
