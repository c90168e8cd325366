import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../../catalog/json.ts';
import { withHash } from '../../../catalog/names.ts';
import type { OpenApiDocument } from '../document.ts';
import { isReference, type Place, type References } from '../references.ts';
import { absentProperties, type Absence } from './absent.ts';
import { convertSchema, type Conversion, type ReferenceOutcome } from './convert.ts';
import { toDefinitionName } from './definition-name.ts';
import { createGraph } from './graph.ts';

export type Direction = Conversion['direction'];

/** A converted schema and the definitions it refers to directly. */
export interface Converted {
  readonly schema: JsonSchema;
  readonly uses: ReadonlySet<Definition>;
}

/** A schema that others refer to: one entry of a tool's `$defs`. Every tool that needs it shares the one object. */
export interface Definition extends Converted {
  readonly name: string;
  /** Characters of its serialised form. */
  readonly size: number;
}

/** The schemas of one document: checked at once, converted on demand, each at most once per direction. */
export interface SchemaLibrary {
  /** Swagger 2.0 and OpenAPI 3.0: what stands beside a `$ref` does not count. */
  readonly ignoresSiblings: boolean;
  /**
   * Walks the schema and all it leads to.
   *
   * @returns pointers of the schemas below it that are composed of themselves.
   * @throws SkipOperation when a reference on the way is broken.
   */
  check(schema: Json, pointer: string): readonly string[];
  /** The schema as JSON Schema 2020-12, references as `#/$defs/…`. Only for a schema that passed `check`. */
  convert(schema: Json | undefined, direction: Direction): Converted;
  /** True when the schema carries the mark, itself or through references. */
  isMarked(schema: Json, mark: 'readOnly' | 'writeOnly'): boolean;
}

/** Opens the library of a document. Costs nothing until it is asked. */
export function createSchemaLibrary(document: OpenApiDocument, references: References): SchemaLibrary {
  const ignoresSiblings = document.version === '2.0' || document.version === '3.0';
  const graph = createGraph({ references, ignoresSiblings });
  const converted = { input: new Map<Json, Converted>(), output: new Map<Json, Converted>() };
  const definitions = { input: new Map<string, Definition>(), output: new Map<string, Definition>() };

  function isMarked(schema: Json, mark: 'readOnly' | 'writeOnly'): boolean {
    if (!isJsonObject(schema)) return false;
    if (schema[mark] === true) return true;
    if (!isReference(schema)) return false;
    const { value } = references.follow(schema, '#');
    return isJsonObject(value) && value[mark] === true;
  }

  const absence = {
    input: createAbsence((schema) => isMarked(schema, 'readOnly')),
    output: createAbsence((schema) => isMarked(schema, 'writeOnly')),
  };

  function createAbsence(isAbsent: (schema: Json) => boolean): Absence {
    return { isAbsent, follow: (schema) => references.follow(schema, '#').value };
  }

  function convert(schema: Json | undefined, direction: Direction): Converted {
    if (!isJsonObject(schema)) return convertAt(schema, direction, undefined);
    const hit = converted[direction].get(schema);
    if (hit !== undefined) return hit;
    const result = convertAt(schema, direction, undefined);
    converted[direction].set(schema, result);
    return result;
  }

  /** `home`: the pointer of the definition that the schema is, if it is one; `isBase`: without repeating itself. */
  function convertAt(
    schema: Json | undefined,
    direction: Direction,
    home: { pointer: string; isBase: boolean } | undefined,
  ): Converted {
    const uses = new Set<Definition>();
    const refer = (ref: string, applies: boolean): ReferenceOutcome => {
      const place = references.find(ref, home?.pointer ?? '#');
      const repeats = applies && home !== undefined && graph.repeats(place.pointer, home.pointer);
      if (repeats && home.isBase) return undefined;
      const definition = define(place, direction, repeats);
      uses.add(definition);
      return { $ref: `#/$defs/${definition.name}` };
    };
    const isComposedOfItself = home !== undefined && graph.repeats(home.pointer, home.pointer);
    const { isAbsent } = absence[direction];
    const absent = (whole: JsonObject): ReadonlySet<string> => absentProperties(whole, absence[direction]);
    const conversion: Conversion = {
      direction,
      ignoresSiblings,
      isComposedOfItself,
      refer,
      isAbsent,
      absentProperties: absent,
    };
    return { schema: convertSchema(schema, conversion), uses };
  }

  function define(place: Place, direction: Direction, isBase: boolean): Definition {
    const key = isBase ? `base of ${place.pointer}` : place.pointer;
    const hit = definitions[direction].get(key);
    if (hit !== undefined) return hit;
    const plainName = toDefinitionName(place.pointer);
    const name = isBase ? withHash(`${plainName}.base`, key) : plainName;
    const convertOnce = once(() => convertAt(place.value, direction, { pointer: place.pointer, isBase }));
    const sizeOnce = once(() => JSON.stringify(convertOnce().schema).length);
    const definition: Definition = {
      name,
      get schema() {
        return convertOnce().schema;
      },
      get uses() {
        return convertOnce().uses;
      },
      get size() {
        return sizeOnce();
      },
    };
    definitions[direction].set(key, definition);
    return definition;
  }

  return { ignoresSiblings, check: (schema, pointer) => graph.check(schema, pointer), convert, isMarked };
}

/**
 * The `$defs` of a tool: all definitions that the converted schemas lead to, by name.
 *
 * @returns `undefined` when they come to more than `limit` characters.
 */
export function closeOver(
  roots: Iterable<Converted>,
  limit = Number.POSITIVE_INFINITY,
): JsonObject | undefined {
  const found = new Set<Definition>();
  const open = [...roots];
  let left = limit;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const definition of next.uses) {
      if (found.has(definition)) continue;
      found.add(definition);
      if (limit !== Number.POSITIVE_INFINITY) left -= definition.size;
      if (left < 0) return undefined;
      open.push(definition);
    }
  }
  const byName = [...found].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return Object.fromEntries(byName.map((definition) => [definition.name, definition.schema]));
}

/** A function that computes on its first call and remembers. */
export function once<Value>(compute: () => Value): () => Value {
  let memo: { value: Value } | undefined;
  return () => (memo ??= { value: compute() }).value;
}
