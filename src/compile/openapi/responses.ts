import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../catalog/json.ts';
import { byRank, isJsonMediaType } from './media-types.ts';
import type { Operation } from './operations.ts';
import { appendPointer } from './pointer.ts';
import { SkipOperation, type ReportLoss } from './reasons.ts';
import type { References } from './references.ts';
import { closeOver, type SchemaLibrary } from './schemas/library.ts';
import { isObjectSchema } from './schemas/values.ts';

/** An output schema longer than this, serialised, costs a client more than it tells. */
const MAX_OUTPUT_SCHEMA = 4096;

/** A response that means success. */
export interface SuccessResponse {
  readonly content: JsonObject;
  readonly pointer: string;
}

/** The 2xx responses of an operation. One that cannot be read is a loss, never the end of the operation. */
export function readSuccessResponses(
  operation: Operation,
  { references, reportLoss }: { readonly references: References; readonly reportLoss: ReportLoss },
): SuccessResponse[] {
  const at = appendPointer(operation.pointer, 'responses');
  const responses = operation.operation['responses'];
  if (!isJsonObject(responses)) return [];
  const statuses = Object.keys(responses).filter((status) => /^2(?:\d\d|XX)$/i.test(status));
  return statuses.toSorted().flatMap((status) => {
    try {
      const { value, pointer } = references.follow(responses[status], appendPointer(at, status));
      const content = isJsonObject(value) && isJsonObject(value['content']) ? value['content'] : {};
      return [{ content, pointer: appendPointer(pointer, 'content') }];
    } catch (error) {
      if (!(error instanceof SkipOperation)) throw error;
      reportLoss('unusable-response', error.message);
      return [];
    }
  });
}

/** The media types of the responses, the best first. */
export function acceptedMediaTypes(responses: readonly SuccessResponse[]): string[] {
  return byRank([...new Set(responses.flatMap(({ content }) => Object.keys(content)))]);
}

/**
 * A schema for structured results: only where the one 2xx response is a JSON object and the schema is small. It is
 * relaxed: nothing is required, everything may be `null`, anything may be added, so that a server that is loose with
 * its own description fails no call.
 */
export function createOutputSchema(
  responses: readonly SuccessResponse[],
  { references, schemas }: { readonly references: References; readonly schemas: SchemaLibrary },
): JsonSchema | undefined {
  const [only, ...others] = responses;
  const mediaTypes = acceptedMediaTypes(responses);
  const [mediaType] = mediaTypes;
  if (
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
    const place = references.follow(schema, appendPointer(media.pointer, 'schema'));
    return isObjectSchema(place.value) ? createObjectSchema(place.value, place.pointer, schemas) : undefined;
  } catch (error) {
    if (error instanceof SkipOperation || error instanceof RangeError) return undefined;
    throw error;
  }
}

const COMPOSITIONS = ['allOf', 'anyOf', 'oneOf', '$ref'];

function createObjectSchema(schema: Json, pointer: string, schemas: SchemaLibrary): JsonSchema | undefined {
  schemas.check(schema, pointer);
  const converted = schemas.convert(schema, 'output');
  if (COMPOSITIONS.some((keyword) => Object.hasOwn(converted.schema, keyword))) return undefined;
  const root = { ...converted.schema, type: 'object' };
  const size = JSON.stringify(root).length;
  const definitions = closeOver([converted], MAX_OUTPUT_SCHEMA - size);
  if (definitions === undefined) return undefined;
  const complete = Object.keys(definitions).length === 0 ? root : { ...root, $defs: definitions };
  return JSON.stringify(complete).length > MAX_OUTPUT_SCHEMA ? undefined : complete;
}
