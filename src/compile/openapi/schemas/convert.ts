import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../../catalog/json.ts';
import { sortedEntries, sortMembers } from './data.ts';
import { readExtensions } from './extensions.ts';
import { KEYWORDS, isPattern, keywordsOf } from './keywords.ts';
import { allowNull, isNullable } from './nullable.ts';
import { toEnum, toExclusiveBounds, toType } from './values.ts';

/** What a reference becomes: a schema that refers, or `undefined` where the reference has to be left out. */
export type ReferenceOutcome = JsonSchema | undefined;

/** What the conversion of one schema needs to know of the document around it. */
export interface Conversion {
  /** `input`: what a caller sends, exact. `output`: what comes back, relaxed until hardly anything can fail it. */
  readonly direction: 'input' | 'output';
  /** Swagger 2.0 and OpenAPI 3.0: beside a `$ref` only annotations and `nullable` count. */
  readonly ignoresSiblings: boolean;
  /** The schema is composed of itself: what cannot be kept without repeating it for ever is relaxed. */
  readonly isComposedOfItself: boolean;
  refer(ref: string, applies: boolean): ReferenceOutcome;
  /** Whether the direction does not have a property of this schema: read-only on input, write-only on output. */
  isAbsent(schema: Json): boolean;
  /** Names of the properties that the schema, with its `allOf`, describes as absent. */
  absentProperties(schema: JsonObject): ReadonlySet<string>;
}

/** Where a schema stands in the one that is converted. */
interface Position {
  /** It is about the same value as the definition it stands in. */
  readonly applies: boolean;
  /** Properties of that value that nothing may require. */
  readonly absent: ReadonlySet<string>;
}

/** The position of a schema about another value: a property, an item. */
const ELSEWHERE: Position = { applies: false, absent: new Set() };

/** Keywords that count beside a `$ref` where siblings are ignored: they constrain nothing. */
const ANNOTATIONS = ['title', 'description', 'deprecated', 'nullable', 'x-nullable'];

/** Keywords that a relaxed schema keeps: structure and words, no constraint but the type. */
const RELAXED = new Set([
  'title',
  'description',
  'type',
  'deprecated',
  'properties',
  'additionalProperties',
  'items',
  'prefixItems',
  'allOf',
  'anyOf',
  'oneOf',
]);

/**
 * A schema of any version as JSON Schema 2020-12, in an order of members that depends on nothing but their names.
 *
 * What a validator would refuse to compile is left out, so the result is always usable.
 */
export function convertSchema(schema: Json | undefined, conversion: Conversion): JsonSchema {
  return convertAt(schema, conversion, { applies: true, absent: new Set() });
}

function convertAt(schema: Json | undefined, conversion: Conversion, position: Position): JsonSchema {
  return convertOrLeaveOut(schema, conversion, position) ?? {};
}

function convertOrLeaveOut(
  schema: Json | undefined,
  conversion: Conversion,
  position: Position,
): ReferenceOutcome {
  if (schema === false && conversion.direction === 'input') return { not: {} };
  if (!isJsonObject(schema)) return {};
  const ref = schema['$ref'];
  const entries: [string, Json][] = [];
  let kept = schema;
  if (typeof ref === 'string') {
    const reference = conversion.refer(ref, position.applies);
    if (conversion.ignoresSiblings) kept = pick(schema, ANNOTATIONS);
    if (reference === undefined && keywordsOf(kept).length === 0) return undefined;
    entries.push(...Object.entries(reference ?? {}));
  }
  kept = readExtensions(kept, { hasNullType: !conversion.ignoresSiblings });
  for (const keyword of keywordsOf(kept)) {
    if (conversion.direction === 'output' && !RELAXED.has(keyword)) continue;
    const entry = convertKeyword(keyword, kept, conversion, position);
    if (entry !== undefined) entries.push(entry);
  }
  const converted = complete(Object.fromEntries(entries), kept);
  return isNullable(kept, conversion.direction) ? allowNull(converted) : converted;
}

function convertKeyword(
  keyword: string,
  schema: JsonObject,
  conversion: Conversion,
  position: Position,
): [string, Json] | undefined {
  const rule = KEYWORDS.get(keyword);
  const value = schema[keyword];
  if (rule === undefined || value === undefined) return undefined;
  if (keyword === 'items' && Array.isArray(value)) {
    return value.length === 0 ? undefined : ['prefixItems', convertList(value, conversion)];
  }
  if (keyword === 'exclusiveMinimum' || keyword === 'exclusiveMaximum')
    return toExclusiveBounds(keyword, schema);
  if (!rule.accepts(value)) return undefined;
  const below = rule.inPlace ? position : ELSEWHERE;
  switch (keyword) {
    case 'type':
      return toType(value, conversion.direction);
    case 'enum':
      return toEnum(value, schema);
    case 'minimum':
    case 'maximum':
      return schema[keyword === 'minimum' ? 'exclusiveMinimum' : 'exclusiveMaximum'] === true
        ? undefined
        : [keyword, value];
    case 'required':
      return convertRequired(value, schema, conversion, position);
    case 'properties':
      return ['properties', convertProperties(value, conversion)];
    case 'additionalProperties':
      return convertAdditional(value, conversion);
    case 'allOf':
    case 'anyOf':
    case 'oneOf':
      return convertComposition(keyword, value, conversion, belowComposition(schema, conversion, position));
    case 'not':
    case 'if':
    case 'then':
    case 'else':
      // Leaving something out below these would make the whole stricter.
      return conversion.isComposedOfItself ? undefined : [keyword, convertAt(value, conversion, below)];
    default:
      break;
  }
  if (rule.kind === 'data') return [keyword, sortMembers(value)];
  if (rule.kind === 'schema') return [keyword, convertAt(value, conversion, below)];
  if (Array.isArray(value)) return [keyword, convertList(value, conversion)];
  const members = isJsonObject(value) ? sortedEntries(value) : [];
  const usable = keyword === 'patternProperties' ? members.filter(([key]) => isPattern(key)) : members;
  return [
    keyword,
    Object.fromEntries(usable.map(([key, each]) => [key, convertAt(each, conversion, below)])),
  ];
}

function convertList(schemas: readonly Json[], conversion: Conversion): JsonSchema[] {
  return schemas.map((schema) => convertAt(schema, conversion, ELSEWHERE));
}

function convertProperties(properties: Json, conversion: Conversion): JsonObject {
  const present = isJsonObject(properties)
    ? sortedEntries(properties).filter(([, schema]) => !conversion.isAbsent(schema))
    : [];
  return Object.fromEntries(
    present.map(([name, schema]) => [name, convertAt(schema, conversion, ELSEWHERE)]),
  );
}

function convertRequired(
  required: Json,
  schema: JsonObject,
  conversion: Conversion,
  position: Position,
): [string, Json] | undefined {
  const absent = conversion.absentProperties(schema);
  const names = (Array.isArray(required) ? required : []).filter(
    (name) => typeof name === 'string' && !absent.has(name) && !position.absent.has(name),
  );
  return names.length === 0 ? undefined : ['required', [...new Set(names)]];
}

function belowComposition(schema: JsonObject, conversion: Conversion, position: Position): Position {
  return { ...position, absent: new Set([...position.absent, ...conversion.absentProperties(schema)]) };
}

function convertAdditional(value: Json, conversion: Conversion): [string, Json] | undefined {
  if (typeof value !== 'boolean') return ['additionalProperties', convertAt(value, conversion, ELSEWHERE)];
  return value || conversion.direction === 'output' ? undefined : ['additionalProperties', false];
}

/** A branch that has to be left out relaxes: `allOf` asks for one thing less, an alternative too few would ask for more. */
function convertComposition(
  keyword: 'allOf' | 'anyOf' | 'oneOf',
  value: Json,
  conversion: Conversion,
  position: Position,
): [string, Json] | undefined {
  const branches = (Array.isArray(value) ? value : []).map((each) =>
    convertOrLeaveOut(each, conversion, position),
  );
  const kept = branches.filter((branch) => branch !== undefined);
  if (kept.length === 0) return undefined;
  if (keyword === 'allOf') return ['allOf', kept];
  if (kept.length < branches.length) return undefined;
  const isRelaxed = conversion.direction === 'output' || conversion.isComposedOfItself;
  return [isRelaxed ? 'anyOf' : keyword, kept];
}

/** What clients ask of every schema: an array says what its items are, a binary string says that it is one. */
function complete(converted: JsonSchema, original: JsonObject): JsonSchema {
  const type = converted['type'];
  const isArray = type === 'array' || (Array.isArray(type) && type.includes('array'));
  if (isArray && !Object.hasOwn(converted, 'items')) converted['items'] = {};
  if (!Object.hasOwn(converted, 'description')) {
    if (original['format'] === 'binary') converted['description'] = 'Binary content.';
    if (original['format'] === 'byte') converted['description'] = 'Base64-encoded content.';
  }
  return converted;
}

function pick(value: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    names.flatMap((name) => (value[name] === undefined ? [] : [[name, value[name]]])),
  );
}
