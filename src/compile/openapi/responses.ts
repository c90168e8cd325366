import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../catalog/json.ts';
import { byRank, isBinaryData, isJsonMediaType } from './media-types.ts';
import type { Operation } from './operations.ts';
import { appendPointer } from './pointer.ts';
import { SkipOperation, type ReportLoss } from './reasons.ts';
import type { References } from './references.ts';
import { closeOver, type Converted, type SchemaLibrary } from './schemas/library.ts';
import { isObjectSchema } from './schemas/values.ts';

/** An output schema longer than this, serialised, costs a client more than it tells. */
const MAX_OUTPUT_SCHEMA = 4096;

/** A response that means success. */
export interface SuccessResponse {
  readonly content: JsonObject;
  readonly pointer: string;
}

/** What reading an operation's responses needs. */
export interface ResponseReading {
  readonly root: JsonObject;
  readonly references: References;
  readonly reportLoss: ReportLoss;
}

/** The 2xx responses of an operation with the `content` that OpenAPI 3 gives them. */
export function readSuccessResponses(operation: Operation, reading: ResponseReading): SuccessResponse[] {
  return readResponses(operation, reading).map(({ value, pointer }) => {
    const content = isJsonObject(value) && isJsonObject(value['content']) ? value['content'] : {};
    return { content, pointer: appendPointer(pointer, 'content') };
  });
}

/** The 2xx Response Objects of an operation. One that cannot be read is a loss, never the end of the operation. */
export function readResponses(
  operation: Operation,
  { references, reportLoss }: ResponseReading,
): { value: Json | undefined; pointer: string }[] {
  const at = appendPointer(operation.pointer, 'responses');
  const responses = operation.operation['responses'];
  if (!isJsonObject(responses)) return [];
  const statuses = Object.keys(responses).filter((status) => /^2(?:\d\d|XX)$/i.test(status));
  return statuses.toSorted().flatMap((status) => {
    try {
      return [references.follow(responses[status], appendPointer(at, status))];
    } catch (error) {
      if (!(error instanceof SkipOperation)) throw error;
      reportLoss('unusable-response', error.message);
      return [];
    }
  });
}

/**
 * The media types of the responses, the best first. Binary forms of data (CBOR, Protobuf) are left out where there is
 * anything else: a server that may choose would choose what nobody can read.
 */
export function acceptedMediaTypes(responses: readonly SuccessResponse[]): string[] {
  const declared = byRank([...new Set(responses.flatMap(({ content }) => Object.keys(content)))]);
  const readable = declared.filter((mediaType) => !isBinaryData(mediaType));
  return readable.length > 0 ? readable : declared;
}

/**
 * Who may cut the answer to something else than the document describes: a caller does it under the key `result`, and
 * configuration does it with everything.
 */
export type Projection = 'nobody' | 'caller' | 'configuration';

/**
 * A schema for structured results: only where the one 2xx response is JSON and the schema is small. It is relaxed: nothing
 * is required, everything may be `null`, anything may be added, so that a server that is loose with its own description
 * fails no call. What is no object is described under the key `result`. No schema forbids what a projection may give.
 */
export function createOutputSchema(
  responses: readonly SuccessResponse[],
  options: {
    readonly references: References;
    readonly schemas: SchemaLibrary;
    readonly projection: Projection;
  },
): JsonSchema | undefined {
  const { references, schemas, projection } = options;
  const [only, ...others] = responses;
  const mediaTypes = acceptedMediaTypes(responses);
  const [mediaType] = mediaTypes;
  if (
    projection === 'configuration' ||
    only === undefined ||
    others.length > 0 ||
    mediaType === undefined ||
    !mediaTypes.every(isJsonMediaType)
  ) {
    return undefined;
  }
  try {
    const media = references.follow(only.content[mediaType], appendPointer(only.pointer, mediaType));
    const schema = isJsonObject(media.value) ? media.value['schema'] : undefined;
    const { value, pointer } = references.follow(schema, appendPointer(media.pointer, 'schema'));
    if (!isJsonObject(value)) return undefined;
    schemas.check(value, pointer);
    const converted = schemas.convert(value, 'output');
    const root = isObjectSchema(value) ? toObjectRoot(converted.schema) : toWrappedRoot(converted.schema);
    if (root === undefined || (projection === 'caller' && !admitsResult(root))) return undefined;
    return withDefinitions(root, converted);
  } catch (error) {
    if (error instanceof SkipOperation || error instanceof RangeError) return undefined;
    throw error;
  }
}

const COMPOSITIONS = ['allOf', 'anyOf', 'oneOf', '$ref'];

function toObjectRoot(schema: JsonSchema): JsonSchema | undefined {
  if (COMPOSITIONS.some((keyword) => Object.hasOwn(schema, keyword))) return undefined;
  return { ...schema, type: 'object' };
}

/** An answer that is an array or a scalar. One whose type is not said may be anything, and is not described. */
function toWrappedRoot(schema: JsonSchema): JsonSchema | undefined {
  return schema['type'] === undefined ? undefined : { type: 'object', properties: { result: schema } };
}

/** Keywords that say nothing about a member called `result`. */
const ADMITTING = new Set([
  'type',
  'title',
  'description',
  'properties',
  'deprecated',
  'examples',
  '$comment',
]);

function admitsResult(root: JsonSchema): boolean {
  const { properties, additionalProperties } = root;
  if (isJsonObject(properties) && Object.hasOwn(properties, 'result')) return false;
  if (additionalProperties !== undefined && additionalProperties !== true) return false;
  return Object.keys(root).every((key) => ADMITTING.has(key) || key === 'additionalProperties');
}

function withDefinitions(root: JsonSchema, converted: Converted): JsonSchema | undefined {
  const definitions = closeOver([converted], MAX_OUTPUT_SCHEMA - JSON.stringify(root).length);
  if (definitions === undefined) return undefined;
  const complete = Object.keys(definitions).length === 0 ? root : { ...root, $defs: definitions };
  return JSON.stringify(complete).length > MAX_OUTPUT_SCHEMA ? undefined : complete;
}
