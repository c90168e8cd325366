import { expect, test } from 'vitest';
import type { BodyBinding } from '../../src/catalog/binding.ts';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import { compileOpenApi } from '../../src/compile/openapi/compile.ts';
import type { OpenApiOptions } from '../../src/compile/openapi/settings.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { bindingOf, propertiesOf, validator } from './support.ts';

const FORM = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data';

/** Matches the schema of a file argument. */
const FILE = {
  type: ['object', 'string'],
  properties: { data: { type: 'string' }, text: { type: 'string' }, filename: {}, mimeType: {} },
  additionalProperties: false,
};

interface Form {
  readonly mediaType: string;
  readonly schema: Json;
  readonly encoding?: JsonObject;
  readonly openapi?: string;
  readonly components?: JsonObject;
  readonly options?: OpenApiOptions;
}

function toolOf({
  mediaType,
  schema,
  encoding,
  openapi = '3.1.0',
  components = {},
  options = {},
}: Form): Tool {
  const content = { [mediaType]: { schema, ...(encoding !== undefined && { encoding }) } };
  const paths = { '/a': { post: { requestBody: { required: true, content } } } };
  const text = JSON.stringify({ openapi, info: { title: 'T', version: '1' }, paths, components });
  const { tools, skipped } = compileOpenApi({ source: 'api', file: 'api.json', text, options });
  if (tools[0] === undefined) throw new Error(JSON.stringify(skipped));
  return tools[0];
}

function bodyOf(form: Form): BodyBinding | undefined {
  return bindingOf(toolOf(form)).body;
}

function fileOf(
  schema: Json,
  more: Partial<Form> = {},
): { schema: Json | undefined; encoding: Json | undefined } {
  const tool = toolOf({
    mediaType: MULTIPART,
    schema: { type: 'object', properties: { f: schema } },
    ...more,
  });
  const encoding = bindingOf(tool).body?.encoding?.['f'];
  return { schema: propertiesOf(tool)['f'], encoding: encoding === undefined ? undefined : { ...encoding } };
}

test('the fields of a form are arguments', () => {
  const schema = {
    type: 'object',
    properties: { a: { type: 'string' }, b: { type: 'integer' } },
    required: ['a'],
  };
  const tool = toolOf({ mediaType: FORM, schema });
  expect(tool.inputSchema).toMatchObject({ properties: { a: {}, b: {} }, required: ['a'] });
  expect(bindingOf(tool).body).toEqual({
    mediaType: FORM,
    format: 'form',
    shape: {
      kind: 'properties',
      required: true,
      properties: [
        { argument: 'a', name: 'a' },
        { argument: 'b', name: 'b' },
      ],
    },
  });
});

test.each<[string, Json]>([
  [
    'a union',
    {
      oneOf: [
        { type: 'object', properties: { a: {} } },
        { type: 'object', properties: { b: {} } },
      ],
    },
  ],
  ['a map', { type: 'object', additionalProperties: { type: 'string' } }],
  ['nothing at all', {}],
])('a form that is %s is one object argument', (_what, schema) => {
  for (const mediaType of [FORM, MULTIPART]) {
    const tool = toolOf({ mediaType, schema });
    expect(Object.keys(propertiesOf(tool))).toEqual(['body']);
    expect(tool.inputSchema['type']).toBe('object');
    expect(bindingOf(tool).body?.shape).toEqual({ kind: 'whole', argument: 'body' });
  }
});

test.each<[JsonObject, Json]>([
  [
    { style: 'deepObject', explode: true },
    { style: 'deepObject', explode: true },
  ],
  [{ style: 'form' }, { style: 'form', explode: true }],
  [{ explode: false }, { style: 'form', explode: false }],
  [{ allowReserved: true }, { style: 'form', explode: true, allowReserved: true }],
  [{ style: 'spaceDelimited' }, { style: 'spaceDelimited', explode: false }],
  [
    { style: 'pipeDelimited', contentType: 'text/plain' },
    { style: 'pipeDelimited', explode: false },
  ],
  [{ style: 'matrix' }, { style: 'form', explode: true }],
  [{ contentType: 'application/json' }, { contentType: 'application/json' }],
])('the encoding %j is kept as %j', (encoding, expected) => {
  const schema = { type: 'object', properties: { l: { type: 'array', items: { type: 'string' } } } };
  expect(bodyOf({ mediaType: FORM, schema, encoding: { l: encoding } })?.encoding).toEqual({ l: expected });
});

test.each<[Json]>([[{}], [{ contentType: 'a\r\nX-Evil: 1' }], [{ contentType: 7 }], ['x'], [null]])(
  'an encoding that says nothing usable is no encoding: %j',
  (encoding) => {
    const schema = { type: 'object', properties: { l: { type: 'string' } } };
    expect(bodyOf({ mediaType: FORM, schema, encoding: { l: encoding } })).not.toHaveProperty('encoding');
  },
);

test('configuration says how forms are nested that do not say it themselves; JSON does not care', () => {
  const schema = { type: 'object', properties: { a: {} } };
  for (const forms of ['brackets', 'php', 'dots'] as const) {
    expect(bodyOf({ mediaType: FORM, schema, options: { forms } })?.nesting).toBe(forms);
    expect(bodyOf({ mediaType: MULTIPART, schema, options: { forms } })?.nesting).toBe(forms);
    expect(bodyOf({ mediaType: 'application/json', schema, options: { forms } })).not.toHaveProperty(
      'nesting',
    );
  }
  expect(bodyOf({ mediaType: FORM, schema, options: { forms: 'standard' } })).not.toHaveProperty('nesting');
});

test.each<[string, Json, Json]>([
  ['format binary of OpenAPI 3.0', { type: 'string', format: 'binary' }, { file: 'one' }],
  ['no type at all, in OpenAPI 3.1', {}, { file: 'one' }],
  ['a contentMediaType', { contentMediaType: 'image/png' }, { file: 'one', contentType: 'image/png' }],
  [
    'a string with a contentMediaType of bytes',
    { type: 'string', contentMediaType: 'application/octet-stream' },
    { file: 'one', contentType: 'application/octet-stream' },
  ],
  [
    'a contentEncoding',
    { type: 'string', contentEncoding: 'base64', contentMediaType: 'image/png' },
    { file: 'one', contentType: 'image/png', transferEncoding: 'base64' },
  ],
  [
    'a nullable wrapper',
    { anyOf: [{ type: 'string', format: 'binary' }, { type: 'null' }] },
    { file: 'one' },
  ],
  ['a reference', { $ref: '#/components/schemas/Upload' }, { file: 'one' }],
  ['a reference in allOf', { allOf: [{ $ref: '#/components/schemas/Upload' }] }, { file: 'one' }],
])('%s is a file', (_what, schema, expected) => {
  const components = { schemas: { Upload: { type: 'string', format: 'binary' } } };
  const file = fileOf(schema, { components });
  expect(file.encoding).toEqual(expected);
  expect(file.schema).toMatchObject(FILE);
  expect(file.schema).toHaveProperty('description');
});

test.each<[string, Json]>([
  ['format binary', { type: 'array', items: { type: 'string', format: 'binary' } }],
  ['untyped items', { type: 'array', items: {} }],
  ['one or several', { oneOf: [{ format: 'binary' }, { type: 'array', items: { format: 'binary' } }] }],
])('a list of files is a list: %s', (_what, schema) => {
  const file = fileOf(schema);
  expect(file.encoding).toEqual({ file: 'many' });
  expect(file.schema).toMatchObject({ type: 'array', items: FILE });
});

test.each<[string, Json]>([
  ['a string', { type: 'string' }],
  ['a number', { type: 'integer', format: 'int64' }],
  ['text with a media type', { type: 'string', contentMediaType: 'text/csv' }],
  ['an object', { type: 'object', properties: { a: {} } }],
  [
    'a union of a file and something else',
    { oneOf: [{ format: 'binary' }, { type: 'string', enum: ['a'] }] },
  ],
  ['values', { enum: ['a', 'b'] }],
])('%s is no file', (_what, schema) => {
  expect(fileOf(schema).encoding).toBeUndefined();
});

test('in OpenAPI 3.0 a schema without a type is no file', () => {
  expect(fileOf({}, { openapi: '3.0.3' }).encoding).toBeUndefined();
  expect(fileOf({ type: 'string', format: 'binary' }, { openapi: '3.0.3' }).encoding).toEqual({
    file: 'one',
  });
});

const withType = (contentType: string): Partial<Form> => ({ encoding: { f: { contentType } } });

test('a contentType of bytes makes a string a file, one of text does not, and JSON keeps its schema', () => {
  const string = { type: 'string' };
  expect(fileOf(string, withType('image/png, image/jpeg'))).toMatchObject({
    schema: FILE,
    encoding: { file: 'one', contentType: 'image/png, image/jpeg' },
  });
  expect(fileOf(string, withType('text/csv')).encoding).toEqual({ contentType: 'text/csv' });
  expect(fileOf({}, withType('application/json')).encoding).toEqual({ contentType: 'application/json' });
  const xml = fileOf({ type: 'object', properties: {} }, withType('application/xml; charset=utf-8'));
  expect(xml.schema).toMatchObject({ type: 'string' });
});

test('a file says what the document says of it', () => {
  expect(fileOf({ type: 'string', format: 'binary', description: 'The logo' }).schema).toMatchObject({
    description: 'The logo. A file: its content as `data` or as `text`; a plain string is text.',
  });
});

test('files are found in allOf, in unions and behind references, and nothing else is touched', () => {
  const Upload = {
    type: 'object',
    required: ['file'],
    properties: { file: { type: 'string', format: 'binary' }, note: { type: 'string' } },
  };
  const components = { schemas: { Upload } };
  const composed = toolOf({
    mediaType: MULTIPART,
    components,
    schema: { allOf: [{ $ref: '#/components/schemas/Upload' }, { properties: { tag: { type: 'string' } } }] },
  });
  expect(composed.inputSchema).toMatchObject({
    properties: { file: FILE, note: { type: 'string' }, tag: { type: 'string' } },
    required: ['file'],
  });
  expect(bindingOf(composed).body?.encoding).toEqual({ file: { file: 'one' } });
  const union = toolOf({
    mediaType: MULTIPART,
    components,
    schema: {
      anyOf: [
        { $ref: '#/components/schemas/Upload' },
        { type: 'object', properties: { url: { type: 'string' } } },
      ],
    },
  });
  expect(bindingOf(union).body?.encoding).toEqual({ file: { file: 'one' } });
  const validate = validator(union.inputSchema);
  expect(validate({ body: { file: { text: 'x' } } })).toBe(true);
  expect(validate({ body: { file: 'x' } })).toBe(true);
  expect(validate({ body: 'x' })).toBe(false);
});

test('a multipart body that is a bare file has one part, and stands back where the bytes alone can be sent', () => {
  const schema = { type: 'object', format: 'file' };
  expect(bodyOf({ mediaType: MULTIPART, schema })).toMatchObject({
    encoding: { file: { file: 'one' } },
    shape: { properties: [{ name: 'file' }], required: true },
  });
  const content = { [MULTIPART]: { schema }, 'application/octet-stream': { schema } };
  const paths = { '/a': { post: { requestBody: { required: true, content } } } };
  const text = JSON.stringify({ openapi: '3.0.0', info: { title: 'T', version: '1' }, paths });
  const [tool] = compileOpenApi({ source: 'api', file: 'api.json', text }).tools;
  expect(tool && bindingOf(tool).body).toMatchObject({ format: 'binary', shape: { kind: 'whole' } });
});

test('a form composed of itself ends', () => {
  const Node = {
    type: 'object',
    properties: { f: { format: 'binary' } },
    allOf: [{ $ref: '#/components/schemas/Node' }],
  };
  const tool = toolOf({
    mediaType: MULTIPART,
    components: { schemas: { Node } },
    schema: { $ref: '#/components/schemas/Node' },
  });
  expect(bindingOf(tool).body?.encoding).toEqual({ f: { file: 'one' } });
  expect(JSON.stringify(tool.inputSchema).length).toBeLessThan(2000);
});

test('a field called __proto__ is a field', () => {
  const schema = JSON.parse(
    '{"type":"object","properties":{"__proto__":{"type":"string","format":"binary"}}}',
  ) as Json;
  const tool = toolOf({ mediaType: MULTIPART, schema });
  expect(bindingOf(tool).body?.shape).toMatchObject({ properties: [{ name: '__proto__' }] });
  expect(Object.keys(bindingOf(tool).body?.encoding ?? {})).toEqual(['__proto__']);
});
