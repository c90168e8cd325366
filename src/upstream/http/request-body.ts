import type { BodyBinding } from '../../catalog/binding.ts';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import { chooseMimeType, readFile } from './file-content.ts';
import { toFormText, toProperties, type FormProperty } from './form-fields.ts';
import { invalidArgument } from './invalid-argument.ts';
import { toMultipart, toUnnamedParts } from './multipart.ts';
import { argumentOf, toText } from './parameter-value.ts';

/** A body and the `Content-Type` it goes under. */
export interface RequestBody {
  readonly content: string | Uint8Array;
  readonly mediaType: string;
}

/** The request's body, or `null` for none: an optional body without an argument is not sent, not even an empty one. */
export function buildBody(body: BodyBinding | undefined, args: JsonObject): RequestBody | null {
  if (body === undefined) return null;
  if (body.shape.kind === 'properties') {
    const { properties, required } = body.shape;
    const given = properties.flatMap(({ name, argument }): FormProperty[] => {
      const value = argumentOf(args, argument);
      return value === undefined ? [] : [{ name, argument, value }];
    });
    return given.length === 0 && !required ? null : writeProperties(body, given);
  }
  const { argument } = body.shape;
  const value = argumentOf(args, argument);
  return value === undefined ? null : writeWhole(body, value, argument);
}

function writeWhole(body: BodyBinding, value: Json, argument: string): RequestBody {
  const { mediaType, format } = body;
  if (format === 'json') return { content: JSON.stringify(value), mediaType };
  if (format === 'text') return { content: toText(value, argument), mediaType };
  if (format === 'binary') {
    const file = readFile(value, argument);
    const allowed = [mediaType, ...(body.alternatives ?? [])];
    return { content: file.bytes, mediaType: chooseMimeType(file.mimeType, allowed, argument) };
  }
  if (isJsonObject(value)) {
    return writeProperties(body, toProperties(value, argument));
  }
  // Whoever describes a form as a string wants it as it is.
  if (format === 'form' && typeof value === 'string') return { content: toText(value, argument), mediaType };
  if (format === 'multipart' && Array.isArray(value)) return toUnnamedParts(value, body, argument);
  throw invalidArgument(argument, 'must be an object: its members become the fields of the form');
}

function writeProperties(body: BodyBinding, properties: readonly FormProperty[]): RequestBody {
  const { mediaType, format } = body;
  switch (format) {
    case 'json': {
      const members = properties.map(({ name, value }) => [name, value] as const);
      return { content: JSON.stringify(Object.fromEntries(members)), mediaType };
    }
    case 'form':
      return { content: toFormText(properties, body), mediaType };
    case 'multipart':
      return toMultipart(properties, body);
    case 'text':
    case 'binary':
      throw new BailiwickError('CONFIGURATION', `a request body of type ${mediaType} has no properties`);
  }
}
