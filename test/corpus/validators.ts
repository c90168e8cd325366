import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../src/catalog/json.ts';

/** True for a value that the schema allows. */
export type Validator = (value: Json) => boolean;

/**
 * Compiles the schemas of one document's tools. Definitions with the same name and text are compiled once for all tools:
 * on their own, the deepest documents would take minutes.
 */
export function createValidators(): (schema: JsonSchema) => Validator {
  const ajv = new Ajv2020({
    strict: false,
    validateFormats: false,
    unicodeRegExp: false,
    inlineRefs: false,
    logger: false,
  });
  addFormats.default(ajv);
  const known = new Map<string, string>();
  let spaces = 0;

  /** Adds the definitions under names of their own, and says in which space they are. */
  function share(definitions: JsonObject): string {
    const names = Object.keys(definitions).toSorted();
    const texts = names.map((name) => JSON.stringify(definitions[name]));
    const conflict = names.some((name, index) => (known.get(name) ?? texts[index]) !== texts[index]);
    const space = conflict ? `own${(spaces += 1)}:` : 'all:';
    for (const [index, name] of names.entries()) {
      if (!conflict && known.has(name)) continue;
      if (!conflict) known.set(name, texts[index] ?? '');
      ajv.addSchema({ ...toSchema(rewrite(definitions[name] ?? true, space)), $id: idOf(space, name) });
    }
    return space;
  }

  return (schema) => {
    const { $defs: definitions, ...root } = schema;
    if (!isJsonObject(definitions)) return (value) => ajv.compile(root)(value);
    const space = share(definitions);
    const validate = ajv.compile(toSchema(rewrite(root, space)));
    return (value) => validate(value);
  };
}

function toSchema(schema: Json): JsonObject {
  if (isJsonObject(schema)) return schema;
  return schema === false ? { not: {} } : {};
}

function idOf(space: string, name: string): string {
  return `${space}${Buffer.from(name).toString('hex')}`;
}

/** Every `$ref` to a definition leads to where `share` put it. Data (`const`, `enum`, `examples`) is left alone. */
function rewrite(schema: Json, space: string): Json {
  if (Array.isArray(schema)) return schema.map((each) => rewrite(each, space));
  if (!isJsonObject(schema)) return schema;
  const entries = Object.entries(schema).map(([key, value]): [string, Json] => {
    if (key === '$ref' && typeof value === 'string') return [key, toShared(value, space)];
    if (['const', 'enum', 'examples', 'default'].includes(key)) return [key, value];
    if (['properties', 'patternProperties', 'dependentSchemas'].includes(key) && isJsonObject(value)) {
      const members = Object.entries(value).map(([name, each]): [string, Json] => [
        name,
        rewrite(each, space),
      ]);
      return [key, fromEntries(members)];
    }
    return [key, rewrite(value, space)];
  });
  return fromEntries(entries);
}

function toShared(reference: string, space: string): string {
  const match = /^#\/\$defs\/([^/]+)$/.exec(reference);
  if (match === null) return reference;
  const name = decodeURIComponent(match[1] ?? '')
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
  return idOf(space, name);
}

function fromEntries(entries: readonly [string, Json][]): JsonObject {
  return Object.fromEntries(entries);
}
