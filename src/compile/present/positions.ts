import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../catalog/json.ts';

/** Where schemas stand below a schema: JSON Schema 2020-12, Core §10 and §11. */
interface Position {
  readonly kind: 'schema' | 'list' | 'map';
  /** The schema is about a member of the value: one level deeper, under a name. */
  readonly deeper?: true;
}

const POSITIONS: ReadonlyMap<string, Position> = new Map<string, Position>([
  ['properties', { kind: 'map', deeper: true }],
  ['patternProperties', { kind: 'map', deeper: true }],
  ['additionalProperties', { kind: 'schema', deeper: true }],
  ['unevaluatedProperties', { kind: 'schema', deeper: true }],
  ['propertyNames', { kind: 'schema' }],
  ['dependentSchemas', { kind: 'map' }],
  ['prefixItems', { kind: 'list' }],
  ['items', { kind: 'schema' }],
  ['unevaluatedItems', { kind: 'schema' }],
  ['contains', { kind: 'schema' }],
  ['allOf', { kind: 'list' }],
  ['anyOf', { kind: 'list' }],
  ['oneOf', { kind: 'list' }],
  ['not', { kind: 'schema' }],
  ['if', { kind: 'schema' }],
  ['then', { kind: 'schema' }],
  ['else', { kind: 'schema' }],
]);

/** True for a keyword below which schemas stand. */
export function isPosition(keyword: string): boolean {
  return POSITIONS.has(keyword);
}

/** A schema directly below another one. */
export interface Below {
  readonly keyword: string;
  /** Name or index of it, where the keyword holds several. */
  readonly key: string | undefined;
  readonly schema: Json;
  readonly deeper: boolean;
}

/** The schemas directly below one. References are not entered. */
export function schemasBelow(schema: JsonSchema): Below[] {
  const below: Below[] = [];
  for (const keyword of Object.keys(schema)) {
    const position = POSITIONS.get(keyword);
    const value = schema[keyword];
    if (position === undefined || value === undefined) continue;
    const deeper = position.deeper === true;
    if (position.kind === 'schema') below.push({ keyword, key: undefined, schema: value, deeper });
    else if (typeof value === 'object' && value !== null) {
      for (const [key, each] of Object.entries<Json>(value))
        below.push({ keyword, key, schema: each, deeper });
    }
  }
  return below;
}

/** The schema with each schema directly below it replaced by what `replace` makes of it. */
export function mapSchemasBelow(
  keyword: string,
  value: Json,
  replace: (schema: Json, key: string | undefined, deeper: boolean) => Json,
): Json {
  const position = POSITIONS.get(keyword);
  if (position === undefined) return value;
  const deeper = position.deeper === true;
  if (position.kind === 'schema') return replace(value, undefined, deeper);
  if (Array.isArray(value)) return value.map((each, index) => replace(each, String(index), deeper));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replace(each, key, deeper)]));
}

const PREFIX = '#/$defs/';

/** The definition that a schema refers to, if it does. */
export function referenceOf(schema: JsonSchema): string | undefined {
  const ref = schema['$ref'];
  return typeof ref === 'string' && ref.startsWith(PREFIX)
    ? unescapePointer(ref.slice(PREFIX.length))
    : undefined;
}

export function toReference(name: string): JsonSchema {
  return { $ref: `${PREFIX}${escapePointer(name)}` };
}

/** One segment of a JSON pointer (RFC 6901 §3). */
export function escapePointer(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}

function unescapePointer(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** The `$defs` of a root schema. */
export function definitionsOf(root: JsonSchema): JsonObject {
  const definitions = root['$defs'];
  return isJsonObject(definitions) ? definitions : {};
}

/** The definition of that name, own members only. */
export function definitionAt(definitions: JsonObject, name: string | undefined): Json | undefined {
  return name !== undefined && Object.hasOwn(definitions, name) ? definitions[name] : undefined;
}

/** Names that the schema requires. */
export function requiredOf(schema: JsonSchema): ReadonlySet<string> {
  const { required } = schema;
  return new Set(Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []);
}
