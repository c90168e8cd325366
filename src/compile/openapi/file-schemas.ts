import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { isJsonMediaType, isTextMediaType, isYamlMediaType, type ContentKind } from './media-types.ts';
import { SkipOperation } from './reasons.ts';
import type { References } from './references.ts';

/** A property or a body that is raw bytes: one file, or a list of files. */
export interface FileSchema {
  readonly count: 'one' | 'many';
  /** `base64`: the document asks for the bytes in this encoding, OpenAPI 3.1.1 "Content-Transfer-Encoding and contentEncoding". */
  readonly transferEncoding?: 'base64';
  /** `contentMediaType` of the schema. */
  readonly mediaType?: string;
}

const FILE_WORDS = 'A file: its content as `data` or as `text`; a plain string is text.';

/** The argument that stands for a file; how it is read: `FileArgument`. */
const FILE: JsonObject = {
  type: ['object', 'string'],
  description: FILE_WORDS,
  properties: {
    data: { type: 'string', description: 'Content in Base64.' },
    text: { type: 'string', description: 'Content as text, instead of `data`.' },
    filename: { type: 'string' },
    mimeType: { type: 'string', description: 'Media type of the content.' },
  },
  additionalProperties: false,
};

/** Keywords with which a schema without `type` describes something all the same. */
const STRUCTURAL = [
  '$ref',
  'allOf',
  'anyOf',
  'oneOf',
  'const',
  'enum',
  'items',
  'properties',
  'additionalProperties',
];

/** The schema of the argument for a file, with what the document says about it. */
export function toFileArgument(schema: Json | undefined, { count }: FileSchema): JsonObject {
  const own = isJsonObject(schema) && typeof schema['description'] === 'string' ? schema['description'] : '';
  const words = own.trim();
  if (count === 'many') return { type: 'array', items: FILE, ...(words !== '' && { description: words }) };
  const ended = words === '' || /[.!?:]$/.test(words) ? words : `${words}.`;
  return { ...FILE, description: ended === '' ? FILE_WORDS : `${ended} ${FILE_WORDS}` };
}

/**
 * The file that a schema describes, if it does: `format: binary` of OpenAPI 3.0, a `contentMediaType` of bytes or no type at
 * all in OpenAPI 3.1, `type: file` of Swagger 2.0, each through references, nullable wrappers and lists.
 *
 * `contentType` is what an Encoding Object says of it. `mayBeUntyped`: a schema that says nothing is one of bytes, the default of
 * OpenAPI 3.1 in multipart bodies.
 */
export function readFileSchema(
  schema: Json | undefined,
  context: {
    readonly references: References;
    readonly contentType?: string | undefined;
    readonly mayBeUntyped: boolean;
  },
  depth = 0,
): FileSchema | undefined {
  const value = context.references.follow(schema, '#').value;
  if (!isJsonObject(value) || depth > 8) return undefined;
  const below = (each: Json | undefined): FileSchema | undefined => readFileSchema(each, context, depth + 1);
  const types = typesOf(value);
  if (types.includes('array')) {
    const item = value['items'] === undefined ? undefined : below(value['items']);
    return item === undefined ? undefined : { ...item, count: 'many' };
  }
  const branches = ['anyOf', 'oneOf', 'allOf'].map((keyword) => value[keyword]).find(Array.isArray);
  if (branches !== undefined && types.length === 0) {
    const files = branches.filter((branch) => !isNullSchema(branch)).map(below);
    const [first] = files;
    if (first === undefined || files.includes(undefined)) return undefined;
    return files.some((file) => file?.count === 'many') ? { ...first, count: 'many' } : first;
  }
  return readOneFile(value, types, context);
}

function readOneFile(
  value: JsonObject,
  types: readonly Json[],
  context: { readonly contentType?: string | undefined; readonly mayBeUntyped: boolean },
): FileSchema | undefined {
  const mediaType = mediaTypeOf(value);
  const one: FileSchema = { count: 'one', ...(mediaType !== undefined && { mediaType }) };
  if (types.includes('file') || value['format'] === 'file') return one;
  const isText = types.includes('string');
  if (!isText && types.length > 0) return undefined;
  const { contentEncoding, contentMediaType, format } = value;
  if (typeof contentEncoding === 'string') {
    return contentEncoding.toLowerCase() === 'base64' && context.mayBeUntyped
      ? { ...one, transferEncoding: 'base64' }
      : undefined;
  }
  if (format === 'binary') return one;
  if (STRUCTURAL.some((keyword) => Object.hasOwn(value, keyword))) return undefined;
  const declared = context.contentType ?? contentMediaType;
  if (typeof declared === 'string') return isBytes(declared) ? one : undefined;
  return !isText && context.mayBeUntyped ? one : undefined;
}

/** What a body's schema says its content is, as far as the choice of a media type depends on it. A broken one says nothing. */
export function readContentKind(schema: Json | undefined, references: References): ContentKind {
  try {
    return kindOf(schema, references);
  } catch (error) {
    // It may not be the one that is chosen; if it is, checking it tells what is wrong.
    if (error instanceof SkipOperation) return 'unknown';
    throw error;
  }
}

function kindOf(schema: Json | undefined, references: References): ContentKind {
  if (readFileSchema(schema, { references, mayBeUntyped: false })?.count === 'one') return 'binary';
  const { value } = references.follow(schema, '#');
  if (!isJsonObject(value)) return 'unknown';
  const types = typesOf(value);
  if (types.length === 0) return Object.keys(value).length === 0 ? 'unknown' : 'structured';
  if (types.length > 1 || types[0] !== 'string') return 'structured';
  const { contentEncoding, format } = value;
  const isEncoded = typeof contentEncoding === 'string' || format === 'byte' || format === 'base64';
  return isEncoded ? 'encoded' : 'text';
}

/** True when none of a comma-separated list of media types is written as characters. */
function isBytes(mediaTypes: string): boolean {
  return mediaTypes.split(',').every((each) => {
    const isForm = /^(?:multipart\/|application\/x-www-form-urlencoded)/i.test(each.trim());
    return !isForm && !isJsonMediaType(each) && !isYamlMediaType(each) && !isTextMediaType(each);
  });
}

function mediaTypeOf(schema: JsonObject): string | undefined {
  const mediaType = schema['contentMediaType'];
  const isUsable = typeof mediaType === 'string' && /^[\w!#$&^.+-]+\/[\w!#$&^.+*-]+$/.test(mediaType);
  return isUsable ? mediaType : undefined;
}

function typesOf(value: JsonObject): Json[] {
  const type = value['type'];
  const types = type === undefined ? [] : Array.isArray(type) ? type : [type];
  return types.filter((each) => each !== 'null');
}

function isNullSchema(schema: Json): boolean {
  return isJsonObject(schema) && schema['type'] === 'null';
}
