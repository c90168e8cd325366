import type { BodyFormat, PartEncoding } from '../../catalog/binding.ts';
import { isJsonObject, type Json } from '../../catalog/json.ts';
import { flattenObject, type FlatObject } from './flatten.ts';
import { bestMediaType, essenceOf, isJsonMediaType, isJsonRange } from './media-types.ts';
import type { Operation } from './operations.ts';
import { appendPointer } from './pointer.ts';
import { SkipOperation, type ReportLoss } from './reasons.ts';
import type { References } from './references.ts';
import type { SchemaLibrary } from './schemas/library.ts';

/** A request body that can be sent. */
export interface Body {
  /** As it goes into `Content-Type`: never a range. */
  readonly mediaType: string;
  readonly format: BodyFormat;
  /** By property; only of a form or multipart body. */
  readonly encoding: Readonly<Record<string, PartEncoding>>;
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
}

/**
 * The operation's request body, in the JSON form among its media types.
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
  const required = value['required'] === true;
  const declared = bestMediaType(Object.keys(content));
  const sent = declared === undefined ? undefined : toSentMediaType(declared);
  if (declared === undefined || sent === undefined) {
    const found = Object.keys(content).toSorted().join(', ') || 'none';
    const detail = `${at}: no JSON among its media types: ${found}`;
    if (required) throw new SkipOperation('unsupported-body', detail);
    reading.reportLoss('body-dropped', detail);
    return undefined;
  }
  const media = reading.references.follow(content[declared], appendPointer(contentPointer, declared));
  const schema = isJsonObject(media.value) ? (media.value['schema'] ?? {}) : {};
  const schemaPointer = appendPointer(media.pointer, 'schema');
  for (const each of reading.schemas.check(schema, schemaPointer))
    reading.reportLoss('cyclic-composition', each);
  const flat = flattenObject(schema, reading);
  if (flat === undefined && !required && isEmptyObject(schema) && isSafe(operation.method)) {
    reading.reportLoss('body-dropped', `${at} describes nothing that a ${operation.method} could send`);
    return undefined;
  }
  const description = typeof value['description'] === 'string' ? value['description'] : undefined;
  return {
    mediaType: sent,
    format: 'json',
    encoding: {},
    required,
    schema,
    schemaPointer,
    description,
    flat,
  };
}

function toSentMediaType(declared: string): string | undefined {
  if (isJsonRange(declared)) return 'application/json';
  if (!isJsonMediaType(declared)) return undefined;
  return declared.includes(';') ? declared.trim() : essenceOf(declared);
}

/** A safe method may carry a body, and some APIs read one there; an undescribed one is not worth an argument. */
function isSafe(method: string): boolean {
  return ['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(method);
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
