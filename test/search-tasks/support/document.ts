import { Ajv2020 } from 'ajv/dist/2020.js';
import { isJsonObject, type Json, type JsonObject } from '../../../src/catalog/json.ts';
import { fromPointer } from '../../../src/text/pointer.ts';
import { leastOf } from './least.ts';

/** What a document says of one operation, read without the compiler that is tested. */
export interface ApiOperation {
  readonly queryNames: readonly string[];
  readonly requiredQuery: readonly string[];
  readonly mediaTypes: readonly string[];
  /** Empty: the body is as it has to be. */
  whyInvalid(body: Json | undefined, mediaType: string): string;
  answer(): { status: number; mediaType?: string; value?: Json };
}

/** Finds operations by method and path as sent. OpenAPI 3 and Swagger 2; references within the document. */
export function readDocument(
  document: JsonObject,
): (method: string, path: string) => ApiOperation | undefined {
  const resolve = (value: Json | undefined): JsonObject => {
    const reference = isJsonObject(value) ? value['$ref'] : undefined;
    if (typeof reference !== 'string') return isJsonObject(value) ? value : {};
    const target = fromPointer(reference.slice(1)).reduce<Json | undefined>(
      (at, key) => (isJsonObject(at) ? at[key] : Array.isArray(at) ? at[Number(key)] : undefined),
      document,
    );
    return resolve(target);
  };
  const ajv = new Ajv2020({ strict: false, validateSchema: false, validateFormats: false });
  // What OpenAPI 3.0 calls nullable is no keyword of JSON Schema, and no task sends null.
  const schemas = JSON.parse(
    JSON.stringify(document, (key, value: Json) => (key === 'nullable' ? undefined : value)),
  ) as JsonObject;
  ajv.addSchema({ $id: 'https://document.example/', ...schemas });
  const isValid = (schema: Json, body: Json): string => {
    const rooted = JSON.parse(
      JSON.stringify(schema).replaceAll('"$ref":"#', '"$ref":"https://document.example/#'),
    ) as JsonObject;
    const validate = ajv.compile(
      JSON.parse(
        JSON.stringify(rooted, (key, value: Json) => (key === 'nullable' ? undefined : value)),
      ) as JsonObject,
    );
    return validate(body) ? '' : ajv.errorsText(validate.errors);
  };
  const paths = Object.entries(resolve(document['paths'])).map(([template, item]) => ({
    segments: template.split('/'),
    item: resolve(item),
  }));
  return (method, path) => {
    const sent = path.split('/');
    const fitting = paths
      .filter(
        ({ segments }) =>
          segments.length === sent.length &&
          segments.every((one, at) => one.startsWith('{') || one === sent[at]),
      )
      .toSorted((one, other) => variablesIn(one.segments) - variablesIn(other.segments));
    const item = fitting.find((one) => isJsonObject(one.item[method.toLowerCase()]))?.item;
    return item && readOperation(resolve(item[method.toLowerCase()]), item, { document, resolve, isValid });
  };
}

interface Reading {
  readonly document: JsonObject;
  resolve(value: Json | undefined): JsonObject;
  isValid(schema: Json, body: Json): string;
}

function readOperation(
  operation: JsonObject,
  item: JsonObject,
  { document, resolve, isValid }: Reading,
): ApiOperation {
  const parameters = [item['parameters'], operation['parameters']]
    .flatMap((list) => (Array.isArray(list) ? list : []))
    .map(resolve);
  const inQuery = parameters.filter((one) => one['in'] === 'query');
  const old = parameters.find((one) => one['in'] === 'body');
  const consumes = [operation['consumes'], document['consumes'], ['application/json']].find(
    Array.isArray,
  ) as string[];
  const content: JsonObject = old
    ? Object.fromEntries(consumes.map((type) => [type, old]))
    : resolve(resolve(operation['requestBody'])['content']);
  const isRequired = (old ?? resolve(operation['requestBody']))['required'] === true;
  return {
    queryNames: inQuery.map(nameOf),
    requiredQuery: inQuery.filter((one) => one['required'] === true).map(nameOf),
    mediaTypes: Object.keys(content),
    whyInvalid(body, mediaType) {
      if (body === undefined) return isRequired ? 'a body is missing' : '';
      const { schema } = resolve(content[mediaType] ?? content['*/*']);
      return schema === undefined ? '' : isValid(schema, body);
    },
    answer() {
      const [status = '200', said] =
        Object.entries(resolve(operation['responses']))
          .filter(([code]) => code.startsWith('2'))
          .toSorted(([one], [other]) => one.localeCompare(other))[0] ?? [];
      const response = resolve(said);
      const offered = resolve(response['content']);
      const type = Object.keys(offered).find((one) => one.includes('json')) ?? Object.keys(offered)[0];
      const media = type === undefined ? {} : resolve(offered[type]);
      const schema = media['schema'] ?? response['schema'];
      if (schema === undefined) return { status: Number(status) };
      const isText = resolve(schema)['type'] === 'string';
      const value = leastOf(media, schema, resolve);
      return { status: Number(status), mediaType: isText ? 'text/plain' : 'application/json', value };
    },
  };
}

function nameOf({ name }: JsonObject): string {
  return typeof name === 'string' ? name : '';
}

function variablesIn(segments: readonly string[]): number {
  return segments.filter((one) => one.startsWith('{')).length;
}
