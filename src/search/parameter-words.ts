import { isJsonObject, type Json, type JsonObject } from '../catalog/json.ts';

/** What the parameters of a schema are called, and what is said of them. */
export interface ParameterWords {
  readonly names: readonly string[];
  readonly texts: readonly string[];
}

/** How deep properties are read, the root's own being the first level; how much is read of one, and of all. */
const DEPTH = 3;
const MAX_NAMES = 200;
const MAX_STEPS = 2_000;
const MAX_NESTING = 16;
const TEXT_CHARACTERS = 200;
const ENUM_VALUES = 12;

/**
 * Names of the properties of a schema and of what is nested in them, through `properties`, `items`, `allOf`, `anyOf`, `oneOf` and
 * references into its own `$defs`; and their descriptions and enumerated values. The schema may be anything: what is not understood
 * is passed over, and a schema of any size or depth costs a bounded number of steps.
 */
export function parameterWords(schema: Json | undefined): ParameterWords {
  const names: string[] = [];
  const texts: string[] = [];
  const definitions = isJsonObject(schema) ? schema['$defs'] : undefined;
  let steps = 0;

  /** `depth` counts levels of properties, `nesting` those of every kind. */
  function read(value: Json | undefined, depth: number, nesting: number): void {
    if (!isJsonObject(value) || depth > DEPTH || nesting > MAX_NESTING) return;
    if ((steps += 1) > MAX_STEPS) return;
    const properties = value['properties'];
    if (isJsonObject(properties)) {
      for (const [name, property] of Object.entries(properties)) {
        if (names.length >= MAX_NAMES) return;
        names.push(name);
        if (!isJsonObject(property)) continue;
        texts.push(...textsOf(property));
        read(property, depth + 1, nesting + 1);
      }
    }
    read(value['items'], depth, nesting + 1);
    read(definitionOf(value['$ref']), depth, nesting + 1);
    for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
      const parts = value[keyword];
      if (Array.isArray(parts)) for (const part of parts) read(part, depth, nesting + 1);
    }
  }

  function definitionOf(reference: Json | undefined): Json | undefined {
    if (typeof reference !== 'string' || !isJsonObject(definitions)) return undefined;
    const name = /^#\/\$defs\/([^/]+)$/.exec(reference)?.[1];
    return name !== undefined && Object.hasOwn(definitions, name) ? definitions[name] : undefined;
  }

  read(schema, 1, 1);
  return { names, texts };
}

function textsOf({ description, enum: values }: JsonObject): string[] {
  const texts: string[] = [];
  if (typeof description === 'string') texts.push(description.slice(0, TEXT_CHARACTERS));
  if (Array.isArray(values)) {
    for (const value of values.slice(0, ENUM_VALUES)) {
      if (typeof value === 'string') texts.push(value.slice(0, TEXT_CHARACTERS));
    }
  }
  return texts;
}
