import type { ParameterStyle, PartEncoding } from '../../catalog/binding.ts';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { readFileSchema, toFileArgument } from './file-schemas.ts';
import { isXmlMediaType } from './media-types.ts';
import type { References } from './references.ts';
import type { SchemaLibrary } from './schemas/library.ts';

/** The styles that an Encoding Object may name: those of a query. */
const STYLES: readonly ParameterStyle[] = [
  'form',
  'spaceDelimited',
  'pipeDelimited',
  'tabDelimited',
  'deepObject',
];

/** A form or multipart body, with files as the arguments that stand for them. */
export interface Parts {
  readonly schema: Json;
  readonly encoding: Readonly<Record<string, PartEncoding>>;
}

/**
 * What is special about single properties of a form or multipart body, wherever in its `allOf` and unions they stand.
 *
 * `declared` is the `encoding` of the Media Type Object. Only for a schema that passed `SchemaLibrary.check`.
 */
export function readParts(
  schema: Json,
  declared: Json | undefined,
  format: 'form' | 'multipart',
  { references, schemas }: { readonly references: References; readonly schemas: SchemaLibrary },
): Parts {
  const encodings = isJsonObject(declared) ? declared : {};
  const encoding = new Map<string, PartEncoding>();
  for (const [name, value] of Object.entries(encodings)) {
    const read = readEncoding(references.follow(value, '#').value);
    if (Object.keys(read).length > 0) encoding.set(name, read);
  }
  const rewritten = new Map<Json, Json>();

  /** The schema with its special properties replaced, or `each` itself where it has none. */
  function rewrite(each: Json): Json {
    const { value } = references.follow(each, '#');
    if (!isJsonObject(value)) return each;
    const known = rewritten.get(value);
    if (known !== undefined) return known === value ? each : known;
    rewritten.set(value, value);
    const changes = new Map<string, Json>();
    const { properties } = value;
    if (isJsonObject(properties)) {
      const replaced = Object.entries(properties).map(
        ([name, property]) => [name, replace(name, property)] as const,
      );
      if (replaced.some(([name, property]) => property !== properties[name])) {
        changes.set('properties', Object.fromEntries(replaced));
      }
    }
    for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
      const branches = value[keyword];
      if (!Array.isArray(branches)) continue;
      const replaced = branches.map(rewrite);
      if (replaced.some((branch, index) => branch !== branches[index])) changes.set(keyword, replaced);
    }
    if (changes.size === 0) return each;
    const changed = { ...value, ...Object.fromEntries(changes) };
    rewritten.set(value, changed);
    return value === each || schemas.ignoresSiblings ? changed : withSiblings(each, changed);
  }

  function replace(name: string, property: Json): Json {
    const own = encoding.get(name);
    const contentType = own?.contentType;
    if (format === 'multipart') {
      const context = { references, contentType, mayBeUntyped: !schemas.ignoresSiblings };
      const file = readFileSchema(property, context);
      if (file !== undefined) {
        const described = references.follow(property, '#').value;
        const { count, mediaType, transferEncoding } = file;
        const type = contentType ?? mediaType;
        encoding.set(name, {
          ...(type !== undefined && { contentType: type }),
          file: count,
          ...(transferEncoding !== undefined && { transferEncoding }),
        });
        return toFileArgument(isDescribed(property) ? property : described, file);
      }
    }
    return contentType !== undefined && isXmlMediaType(contentType) ? asXml(property) : property;
  }

  function asXml(property: Json): Json {
    const { value } = references.follow(property, '#');
    if (!isJsonObject(value) || value['type'] === 'string') return property;
    const xml = { type: 'string', description: 'XML, as text.' };
    return value['type'] === 'array' ? { type: 'array', items: xml } : xml;
  }

  const withFiles = rewrite(schema);
  const sorted = [...encoding].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { schema: withFiles, encoding: Object.fromEntries(sorted) };
}

/** An Encoding Object. `style`, `explode` and `allowReserved` count as soon as one of them is given, and then `contentType` does not. */
function readEncoding(declared: Json | undefined): PartEncoding {
  if (!isJsonObject(declared)) return {};
  const { style, explode, allowReserved, contentType } = declared;
  const isStyled = style !== undefined || explode !== undefined || allowReserved !== undefined;
  if (isStyled) {
    const known = STYLES.find((each) => each === style) ?? 'form';
    return {
      style: known,
      explode: typeof explode === 'boolean' ? explode : known === 'form',
      ...(allowReserved === true && { allowReserved }),
    };
  }
  const isHeader =
    typeof contentType === 'string' && /^[\x21-\x7E](?:[\t\x20-\x7E]*[\x21-\x7E])?$/.test(contentType);
  return isHeader ? { contentType } : {};
}

function isDescribed(schema: Json): boolean {
  return isJsonObject(schema) && typeof schema['description'] === 'string';
}

/** OpenAPI 3.1: what stands beside a reference holds together with what it leads to. */
function withSiblings(reference: Json, target: JsonObject): Json {
  if (!isJsonObject(reference)) return target;
  const { $ref: _followed, ...beside } = reference;
  if (Object.keys(beside).length === 0) return target;
  const branches = Array.isArray(beside['allOf']) ? beside['allOf'] : [];
  return { ...beside, allOf: [...branches, target] };
}
