import { isJsonObject, type Json, type JsonObject } from '../../../catalog/json.ts';
import { createBody, type Body, type BodyReading, type DeclaredContent } from '../body.ts';
import { essenceOf } from '../media-types.ts';
import type { Operation } from '../operations.ts';
import type { DeclaredParameter } from '../parameter-list.ts';
import { appendPointer } from '../pointer.ts';
import { readCollectionFormat } from './collection-format.ts';
import { readMediaTypes } from './media-types.ts';
import { reportOddFormat } from './parameters.ts';

const FORM = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data';

/**
 * The body that `in: body` describes, in the best of the media types that `consumes` lists, or the form that the `in: formData`
 * parameters make. A document that has both has contradicted itself; the body counts.
 *
 * @throws SkipOperation as `createBody`.
 */
export function readBody(
  operation: Operation,
  parameters: readonly DeclaredParameter[],
  reading: BodyReading & { readonly root: JsonObject },
): Body | undefined {
  const consumes = readMediaTypes('consumes', operation, reading.root);
  const body = parameters.find(({ location }) => location === 'body');
  if (body !== undefined) return readWhole(body, operation, consumes, reading);
  const fields = parameters.filter(({ location }) => location === 'formData');
  return fields.length === 0 ? undefined : readForm(fields, operation, consumes, reading);
}

function readWhole(
  { value, pointer, required }: DeclaredParameter,
  { method }: Operation,
  consumes: readonly string[],
  reading: BodyReading,
): Body | undefined {
  const schema = value['schema'] ?? {};
  const schemaPointer = appendPointer(pointer, 'schema');
  // A form takes its fields from `formData`: a body that is described as a whole is not one, whatever the document adds.
  const whole = consumes.filter((mediaType) => !isForm(mediaType));
  const mediaTypes = whole.length === 0 ? ['application/json'] : whole;
  const description = typeof value['description'] === 'string' ? value['description'] : undefined;
  return createBody(
    { at: pointer, method, required, description },
    mediaTypes.map((mediaType) => ({ mediaType, schema, schemaPointer })),
    reading,
  );
}

function readForm(
  fields: readonly DeclaredParameter[],
  operation: Operation,
  consumes: readonly string[],
  reading: BodyReading,
): Body | undefined {
  const encoding: [string, Json][] = [];
  for (const { name, value } of fields) {
    if (value['type'] !== 'array') continue;
    reportOddFormat(value, 'formData', `form field ${name}`, reading.reportLoss);
    encoding.push([name, { ...readCollectionFormat(value['collectionFormat'], 'formData') }]);
  }
  const required = fields.filter((field) => field.required).map(({ name }) => name);
  const schema: Json = {
    type: 'object',
    properties: Object.fromEntries(fields.map(({ name, value }) => [name, value])),
    ...(required.length > 0 && { required }),
  };
  const content: Omit<DeclaredContent, 'mediaType'> = {
    schema,
    schemaPointer: appendPointer(operation.pointer, 'parameters'),
    encoding: Object.fromEntries(encoding),
  };
  const { pointer: at, method } = operation;
  const declared = { at, method, required: required.length > 0, description: undefined };
  return createBody(
    declared,
    formMediaTypes(fields, consumes).map((mediaType) => ({ mediaType, ...content })),
    reading,
  );
}

/** A file needs parts; without one, what `consumes` lists counts, and a plain form where it lists no form. */
function formMediaTypes(fields: readonly DeclaredParameter[], consumes: readonly string[]): string[] {
  const parts = consumes.filter((mediaType) => essenceOf(mediaType) === MULTIPART);
  if (fields.some(({ value }) => isFile(value))) return parts.length > 0 ? parts : [MULTIPART];
  const forms = consumes.filter(isForm);
  return forms.length > 0 ? forms : [FORM];
}

function isFile(value: JsonObject): boolean {
  const { type, items } = value;
  return type === 'file' || (type === 'array' && isJsonObject(items) && items['type'] === 'file');
}

function isForm(mediaType: string): boolean {
  return [FORM, MULTIPART].includes(essenceOf(mediaType));
}
