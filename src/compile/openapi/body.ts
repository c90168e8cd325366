import type { BodyFormat, FormNesting, PartEncoding } from '../../catalog/binding.ts';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { chooseContent } from './body-choice.ts';
import { toFileArgument } from './file-schemas.ts';
import { flattenObject, type FlatObject } from './flatten.ts';
import { isXmlMediaType, type SentMediaType } from './media-types.ts';
import type { Operation } from './operations.ts';
import { readParts } from './parts.ts';
import { appendPointer } from './pointer.ts';
import { SkipOperation, type ReportLoss } from './reasons.ts';
import type { References } from './references.ts';
import type { SchemaLibrary } from './schemas/library.ts';
import { toXmlArgument } from './xml-argument.ts';

/** A request body that can be sent. */
export interface Body {
  /** As it goes into `Content-Type`: never a range. */
  readonly mediaType: string;
  readonly format: BodyFormat;
  /** Other declared media types or ranges that a file may be sent as; only of a binary body. */
  readonly alternatives: readonly string[];
  /** By property; only of a form or multipart body. */
  readonly encoding: Readonly<Record<string, PartEncoding>>;
  readonly nesting: FormNesting;
  readonly required: boolean;
  readonly schema: Json;
  readonly schemaPointer: string;
  readonly description: string | undefined;
  /** Set where the body's top-level properties are arguments of their own. */
  readonly flat: FlatObject | undefined;
}

/** What reading an operation's body needs. */
export interface BodyReading {
  readonly references: References;
  readonly schemas: SchemaLibrary;
  readonly reportLoss: ReportLoss;
  /** Media types to choose first, the first of them first. */
  readonly mediaTypes?: readonly string[] | undefined;
  /** How forms are nested where their `encoding` does not say it. */
  readonly forms?: FormNesting | undefined;
}

/** One media type of a body, as the document describes it. */
export interface DeclaredContent {
  /** May be a range. */
  readonly mediaType: string;
  readonly schema: Json;
  readonly schemaPointer: string;
  /** The `encoding` of the Media Type Object. */
  readonly encoding?: Json | undefined;
}

/** What a document says of a body beside its contents; `at` is where. */
export interface DeclaredBody {
  readonly at: string;
  readonly method: string;
  readonly required: boolean;
  readonly description: string | undefined;
}

/**
 * The operation's request body, in the best of its media types.
 *
 * @throws SkipOperation when a body is required that cannot be sent, or for a broken reference.
 */
export function readBody(operation: Operation, reading: BodyReading): Body | undefined {
  const at = appendPointer(operation.pointer, 'requestBody');
  const { value, pointer } = reading.references.follow(operation.operation['requestBody'], at);
  if (value === undefined || value === null) return undefined;
  const contentPointer = appendPointer(pointer, 'content');
  const content = isJsonObject(value) ? value['content'] : undefined;
  if (!isJsonObject(value) || !isJsonObject(content)) {
    throw new SkipOperation('malformed-body', `${at} is not a request body with \`content\``);
  }
  const contents = Object.entries(content).map(([mediaType, declared]) => {
    const media = reading.references.follow(declared, appendPointer(contentPointer, mediaType));
    const members = isJsonObject(media.value) ? media.value : {};
    return {
      mediaType,
      schema: members['schema'] ?? {},
      schemaPointer: appendPointer(media.pointer, 'schema'),
      encoding: members['encoding'],
    };
  });
  const description = typeof value['description'] === 'string' ? value['description'] : undefined;
  const declared = { at, method: operation.method, required: value['required'] === true, description };
  return createBody(declared, contents, reading);
}

/**
 * The body in the best of the media types it may have. An optional one that describes nothing to send is left out.
 *
 * @throws SkipOperation when it is required and cannot be sent, or for a broken reference.
 */
export function createBody(
  declared: DeclaredBody,
  contents: readonly DeclaredContent[],
  reading: BodyReading,
): Body | undefined {
  const { at, method, required, description } = declared;
  const choice = chooseContent(contents, reading);
  if (choice === undefined) {
    const found = contents.map((one) => one.mediaType).toSorted();
    const detail = `${at}: none of its media types can be sent: ${found.join(', ') || 'none'}`;
    if (required) throw new SkipOperation('unsupported-body', detail);
    reading.reportLoss('body-dropped', detail);
    return undefined;
  }
  const { content, sent, alternatives } = choice;
  for (const each of reading.schemas.check(content.schema, content.schemaPointer))
    reading.reportLoss('cyclic-composition', each);
  const { schema, encoding, words } = toArguments(content, sent, description, reading);
  const flat = ['json', 'form', 'multipart'].includes(sent.format)
    ? flattenObject(schema, reading)
    : undefined;
  const isNothing =
    sent.format === 'form' ? isFormWithoutFields(schema) : isSafe(method) && isEmptyObject(schema);
  if (flat === undefined && !required && isNothing) {
    reading.reportLoss('empty-body', `${at} describes nothing that a ${method} could send`);
    return undefined;
  }
  const { schemaPointer } = content;
  const nesting = reading.forms ?? 'standard';
  return {
    ...sent,
    alternatives,
    encoding,
    nesting,
    required,
    schema,
    schemaPointer,
    description: words,
    flat,
  };
}

/** What a caller gives for the content: its schema, how its properties are written, and what is said of it beside the schema. */
function toArguments(
  { schema, encoding }: DeclaredContent,
  { mediaType, format }: SentMediaType,
  words: string | undefined,
  reading: BodyReading,
): { schema: Json; encoding: Body['encoding']; words: string | undefined } {
  if (format === 'form' || format === 'multipart') {
    return {
      ...readParts(isUnknown(schema) ? { type: 'object' } : schema, encoding, format, reading),
      words,
    };
  }
  if (format === 'binary') {
    const file = toFileArgument(withWords(schema, words, reading), { count: 'one' });
    return { schema: file, encoding: {}, words: undefined };
  }
  if (format === 'text' && isXmlMediaType(mediaType)) {
    const xml = toXmlArgument(schema, withWords(schema, words, reading), reading);
    return { schema: xml, encoding: {}, words: undefined };
  }
  return {
    schema: format === 'text' && isUnknown(schema) ? { type: 'string' } : schema,
    encoding: {},
    words,
  };
}

/** What the schema is in the end, described by what the body says of itself where it does: that is nearer. */
function withWords(schema: Json, words: string | undefined, { references }: BodyReading): JsonObject {
  const { value } = references.follow(schema, '#');
  return { ...(isJsonObject(value) && value), ...(words !== undefined && { description: words }) };
}

function isUnknown(schema: Json): boolean {
  return !isJsonObject(schema) || Object.keys(schema).length === 0;
}

/** A safe method may carry a body, and some APIs read one there; an undescribed one is not worth an argument. */
function isSafe(method: string): boolean {
  return ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY'].includes(method);
}

/** A form that lists its fields, and lists none. */
function isFormWithoutFields(schema: Json): boolean {
  return isJsonObject(schema) && isJsonObject(schema['properties']) && isEmptyObject(schema);
}

function isEmptyObject(schema: Json): boolean {
  if (!isJsonObject(schema)) return true;
  const { properties, additionalProperties } = schema;
  const hasProperties = isJsonObject(properties) && Object.keys(properties).length > 0;
  const isPlain = Object.keys(schema).every((key) => OPEN_OBJECT.has(key) || key.startsWith('x-'));
  return isPlain && !hasProperties && !isJsonObject(additionalProperties);
}

const OPEN_OBJECT = new Set([
  'type',
  'properties',
  'additionalProperties',
  'title',
  'description',
  'nullable',
  'example',
]);
