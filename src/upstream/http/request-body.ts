import type { BodyBinding } from '../../catalog/binding.ts';
import type { Json, JsonObject } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import { argumentOf, isJsonMediaType, toText } from './parameter-value.ts';

/** The request's body, or `null` for none: an optional body without an argument is not sent, not even an empty one. */
export function buildBody(body: BodyBinding | undefined, args: JsonObject): string | null {
  if (body === undefined) return null;
  if (body.shape.kind === 'properties') return buildFromProperties(body, body.shape, args);
  const value = argumentOf(args, body.shape.argument);
  if (value === undefined) return null;
  if (isJsonMediaType(body.mediaType)) return JSON.stringify(value);
  if (typeof value === 'string') return toText(value, body.shape.argument);
  throw unsupported(body.mediaType);
}

function buildFromProperties(
  body: BodyBinding,
  shape: Extract<BodyBinding['shape'], { kind: 'properties' }>,
  args: JsonObject,
): string | null {
  const given = shape.properties
    .map(({ name, argument }) => [name, argumentOf(args, argument)] as const)
    .filter((pair): pair is readonly [string, Json] => pair[1] !== undefined);
  if (given.length === 0 && !shape.required) return null;
  if (!isJsonMediaType(body.mediaType)) throw unsupported(body.mediaType);
  return JSON.stringify(Object.fromEntries(given));
}

function unsupported(mediaType: string): BailiwickError {
  return new BailiwickError(
    'CONFIGURATION',
    `a request body of type ${mediaType} can be sent only as text; offer a JSON type in the OpenAPI document`,
  );
}
