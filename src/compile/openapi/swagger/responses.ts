import { isJsonObject, type Json, type JsonObject } from '../../../catalog/json.ts';
import type { Operation } from '../operations.ts';
import type { ResponseReading, SuccessResponse } from '../responses.ts';
import { readResponses } from '../responses.ts';
import { readMediaTypes } from './media-types.ts';

/**
 * The 2xx responses of an operation, their `schema` under each media type that `produces` lists; JSON where it lists none
 * and the schema is not a file.
 */
export function readSuccessResponses(operation: Operation, reading: ResponseReading): SuccessResponse[] {
  const produces = readMediaTypes('produces', operation, reading.root);
  return readResponses(operation, reading).map(({ value, pointer }) => {
    const schema = isJsonObject(value) ? value['schema'] : undefined;
    return { content: toContent(schema, produces), pointer };
  });
}

function toContent(schema: Json | undefined, produces: readonly string[]): JsonObject {
  const isFile = isJsonObject(schema) && schema['type'] === 'file';
  const media: JsonObject = schema === undefined || isFile ? {} : { schema };
  if (produces.length > 0) return Object.fromEntries(produces.map((mediaType) => [mediaType, media]));
  return schema === undefined || isFile ? {} : { 'application/json': media };
}
