import { schemasOfArgument } from '../../../catalog/argument-schema.ts';
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../../catalog/json.ts';
import { follow } from '../schema/read.ts';

/**
 * Arguments in which a value that was sent as its own text is that value, and the other way round: `"7"` where the schema says `integer`,
 * `7` where it says `string`, `"[1]"` where it says `array`. One value is a list of one where the schema says `array` and what its items
 * plainly are; a text with commas may be several, and stays. What is no exact text of such a value stays, and so does everything where
 * the schema says more than one type, or says it in several places: there it is the schema that decides.
 */
export function fromText(args: JsonObject, schema: JsonSchema): JsonObject {
  const entries = Object.entries(args);
  const meant = entries.map(([name, value]): [string, Json] => [name, read(value, schema, name)]);
  return meant.some(([, value], index) => value !== entries[index]?.[1]) ? Object.fromEntries(meant) : args;
}

function read(value: Json, root: JsonSchema, name: string): Json {
  const [only, ...others] = schemasOfArgument(root, [name]);
  const schema = only === undefined || others.length > 0 ? {} : follow(root, only);
  const type = typeOf(schema);
  const meant = convert(value, type);
  return type === 'array' && !Array.isArray(meant) ? listOfOne(meant, root, schema) : meant;
}

function typeOf(schema: Json): string | undefined {
  const type = isJsonObject(schema) ? schema['type'] : undefined;
  return typeof type === 'string' ? type : undefined;
}

function listOfOne(value: Json, root: JsonSchema, schema: Json): Json {
  const items = follow(root, (isJsonObject(schema) ? schema['items'] : undefined) ?? {});
  const one = convert(value, typeOf(items));
  return isOne(one, items) ? [one] : value;
}

/** Texts that may be a list written otherwise, or nothing. */
const MAY_BE_SEVERAL = /^\s*(?:[[{]|$)|[,;\n]/;

function isOne(value: Json, items: Json): boolean {
  const values = isJsonObject(items) ? items['enum'] : undefined;
  if (Array.isArray(values)) return typeof value !== 'object' && values.includes(value);
  switch (typeOf(items)) {
    case 'string':
      return typeof value === 'string' && !MAY_BE_SEVERAL.test(value);
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    default:
      return false;
  }
}

const NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/;

function convert(value: Json, type: string | undefined): Json {
  if (type === 'string') return isExact(value) ? String(value) : value;
  if (typeof value !== 'string') return value;
  switch (type) {
    case 'integer':
    case 'number': {
      const number = NUMBER.test(value) && String(Number(value)) === value ? Number(value) : undefined;
      return number !== undefined && (type === 'number' || Number.isInteger(number)) ? number : value;
    }
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : value;
    case 'array':
    case 'object':
      return parsed(value, type) ?? value;
    default:
      return value;
  }
}

/** Whole numbers only: of 1.10 the text is gone. */
function isExact(value: Json): value is number | boolean {
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isSafeInteger(value));
}

function parsed(text: string, type: 'array' | 'object'): Json | undefined {
  if (!text.trimStart().startsWith(type === 'array' ? '[' : '{')) return undefined;
  try {
    const value = JSON.parse(text) as Json;
    return (type === 'array' ? Array.isArray(value) : isJsonObject(value)) ? value : undefined;
  } catch {
    return undefined;
  }
}
