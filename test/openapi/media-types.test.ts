import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BodyBinding } from '../../src/catalog/binding.ts';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import { compileOpenApi } from '../../src/compile/openapi/compile.ts';
import type { OpenApiOptions } from '../../src/compile/openapi/settings.ts';
import { bindingOf, compilePaths, lossesOf, propertiesOf, skipsOf } from './support.ts';

const OBJECT = { type: 'object', properties: { a: { type: 'string' } } };
const TEXT = { type: 'string' };
const BYTES = { type: 'string', format: 'binary' };
const BASE64 = { type: 'string', format: 'byte' };

function bodyOf(content: JsonObject, options: OpenApiOptions = {}): BodyBinding | undefined {
  const paths = { '/a': { post: { requestBody: { required: true, content } } } };
  const text = JSON.stringify({ openapi: '3.1.0', info: { title: 'T', version: '1' }, paths });
  const [tool] = compileOpenApi({ source: 'api', file: 'api.json', text, options }).tools;
  return tool && bindingOf(tool).body;
}

function chosen(schemas: Record<string, Json>, options: OpenApiOptions = {}): string | undefined {
  const content = Object.entries(schemas).map(([mediaType, schema]) => [mediaType, { schema }] as const);
  const body = bodyOf(Object.fromEntries(content), options);
  const reversed = bodyOf(Object.fromEntries(content.toReversed()), options);
  expect(reversed).toEqual(body);
  return body && `${body.format} ${body.mediaType}`;
}

test.each<[string, Json, string | undefined]>([
  ['application/json', OBJECT, 'json application/json'],
  ['Application/JSON', OBJECT, 'json application/json'],
  ['application/vnd.github+json', OBJECT, 'json application/vnd.github+json'],
  ['application/json; charset=utf-8', OBJECT, 'json application/json; charset=utf-8'],
  ['application/x-www-form-urlencoded', OBJECT, 'form application/x-www-form-urlencoded'],
  ['multipart/form-data', OBJECT, 'multipart multipart/form-data'],
  ['multipart/mixed', OBJECT, 'multipart multipart/mixed'],
  ['multipart/*', OBJECT, 'multipart multipart/form-data'],
  ['text/plain', TEXT, 'text text/plain'],
  ['text/csv', TEXT, 'text text/csv'],
  ['text/*', TEXT, 'text text/plain'],
  ['application/xml', OBJECT, 'text application/xml'],
  ['text/xml; charset=utf-8', OBJECT, 'text text/xml; charset=utf-8'],
  ['application/soap+xml', OBJECT, 'text application/soap+xml'],
  ['application/jsonl', {}, 'text application/jsonl'],
  ['application/x-ndjson', TEXT, 'text application/x-ndjson'],
  ['application/yaml', OBJECT, 'json application/yaml'],
  ['application/apply-patch+yaml', OBJECT, 'json application/apply-patch+yaml'],
  ['application/octet-stream', BYTES, 'binary application/octet-stream'],
  ['application/octet-stream', TEXT, 'binary application/octet-stream'],
  ['application/octet-stream', {}, 'binary application/octet-stream'],
  ['application/octet-stream', { type: 'object', format: 'file' }, 'binary application/octet-stream'],
  ['application/octet-stream', BASE64, 'text application/octet-stream'],
  ['image/png', BYTES, 'binary image/png'],
  ['image/png', { contentMediaType: 'image/png' }, 'binary image/png'],
  ['image/png', { ...TEXT, contentEncoding: 'base64', contentMediaType: 'image/png' }, 'text image/png'],
  ['image/*', BYTES, 'binary application/octet-stream'],
  ['application/zip', {}, 'binary application/zip'],
  ['application/sdp', TEXT, 'text application/sdp'],
  ['application/vnd.acme.query', TEXT, 'text application/vnd.acme.query'],
  ['application/vnd.acme.query', OBJECT, 'json application/vnd.acme.query'],
  ['application/vnd.acme.query', {}, 'binary application/vnd.acme.query'],
  ['application/zip', OBJECT, 'binary application/zip'],
  ['application/x-tar', TEXT, 'binary application/x-tar'],
  ['image/svg', OBJECT, 'binary image/svg'],
  ['application/vnd.acme.query', BYTES, 'binary application/vnd.acme.query'],
  ['*/*', OBJECT, 'json application/json'],
  ['*/*', TEXT, 'json application/json'],
  ['*/*', {}, 'json application/json'],
  ['*/*', BYTES, 'binary application/octet-stream'],
  ['application/*', BYTES, 'binary application/octet-stream'],
  ['application/cbor', OBJECT, undefined],
  ['application/apply-patch+cbor', OBJECT, undefined],
  ['application/x-protobuf', OBJECT, undefined],
  ['application/vnd.google.protobuf', OBJECT, undefined],
  ['application/msgpack', OBJECT, undefined],
  ['application/cbor', BYTES, 'binary application/cbor'],
  ['no media type', OBJECT, undefined],
  ['application/json\r\nX-Evil: 1', OBJECT, undefined],
])('a body of %j with schema %j is sent as %s', (mediaType, schema, expected) => {
  expect(chosen({ [mediaType]: schema })).toBe(expected);
});

test('the rank decides among several media types, each in its turn', () => {
  const ranked = [
    'application/json',
    'application/json; v=2',
    'application/merge-patch+json',
    'application/vnd.api+json',
    'application/json-patch+json',
    'application/apply-patch+yaml',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'multipart/mixed',
    'text/plain',
    'application/octet-stream',
    'application/xml',
    '*/*',
    'image/*',
  ];
  for (const [index, first] of ranked.entries()) {
    const left = ranked.slice(index);
    const alone = chosen({ [first]: OBJECT });
    expect(chosen(Object.fromEntries(left.map((mediaType) => [mediaType, OBJECT])))).toBe(alone);
  }
});

test('what cannot be sent is never chosen, whatever stands beside it', () => {
  const kubernetes = [
    'application/apply-patch+cbor',
    'application/apply-patch+yaml',
    'application/json-patch+json',
    'application/merge-patch+json',
    'application/strategic-merge-patch+json',
  ];
  const schemas = Object.fromEntries(kubernetes.map((mediaType) => [mediaType, OBJECT]));
  expect(chosen(schemas)).toBe('json application/merge-patch+json');
  expect(chosen({ 'application/cbor': OBJECT, 'application/xml': OBJECT })).toBe('text application/xml');
});

test.each<[string[], string]>([
  [['application/strategic-merge-patch+json'], 'json application/strategic-merge-patch+json'],
  [['text/plain', 'APPLICATION/XML'], 'text application/xml'],
  [['application/cbor', 'application/xml'], 'text application/xml'],
  [['text/html'], 'json application/json; v=1'],
  [['application/json'], 'json application/json; v=1'],
])('configuration prefers %j', (mediaTypes, expected) => {
  const declared = ['application/json; v=1', 'application/strategic-merge-patch+json', 'application/xml'];
  const schemas = Object.fromEntries([...declared, 'application/cbor'].map((each) => [each, OBJECT]));
  expect(chosen(schemas, { mediaTypes })).toBe(expected);
});

test('a wish for JSON finds a range; a wish for something special does not', () => {
  const declared = { 'application/xml': OBJECT, '*/*': OBJECT };
  expect(chosen(declared)).toBe('text application/xml');
  expect(chosen(declared, { mediaTypes: ['application/json'] })).toBe('json application/json');
  const special = { mediaTypes: ['application/strategic-merge-patch+json'] };
  expect(chosen({ '*/*': OBJECT }, special)).toBe('json application/json');
});

const wordsOf = (mediaType: string, schema: Json): Json | undefined => {
  const requestBody = { description: 'The report.', required: true, content: { [mediaType]: { schema } } };
  const [tool] = compilePaths({ '/a': { post: { requestBody } } }).tools;
  const body = tool && propertiesOf(tool)['body'];
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? body['description'] : undefined;
};

test('what a body says of itself is said of the file or the document that stands for it', () => {
  expect(wordsOf('image/png', BYTES)).toBe(
    'The report. A file: its content as `data` or as `text`; a plain string is text.',
  );
  expect(wordsOf('text/xml', { description: 'A', xml: { name: 'r', prefix: 'p' } })).toBe(
    'The report. An XML document, as text; its root element is `p:r`.',
  );
  expect(wordsOf('text/plain', { ...TEXT, description: 'A' })).toBe('The report.');
});

test('a file may be sent as any media type of bytes that the operation declares', () => {
  const body = bodyOf(
    { 'image/png': {}, 'image/jpeg': {}, 'text/plain': { schema: TEXT } },
    { mediaTypes: ['image/png'] },
  );
  expect(body).toMatchObject({ mediaType: 'image/png', format: 'binary', alternatives: ['image/jpeg'] });
  expect(bodyOf({ 'video/*': {} })).toMatchObject({ alternatives: ['video/*'] });
  expect(bodyOf({ 'application/json': {}, 'image/png': {} })).not.toHaveProperty('alternatives');
});

test('an optional body that cannot be sent is left out with a row, one that is required costs the operation', () => {
  const content = { 'application/cbor': { schema: OBJECT } };
  const optional = compilePaths({ '/a': { post: { requestBody: { content } } } });
  expect(lossesOf(optional)).toEqual(['body-dropped POST /a']);
  expect(optional.tools).toHaveLength(1);
  const required = compilePaths({ '/a': { post: { requestBody: { required: true, content } } } });
  expect(skipsOf(required)).toEqual(['unsupported-body POST /a']);
});

test('an optional form without fields is no argument and is never sent, whatever the method', () => {
  const content = { 'application/x-www-form-urlencoded': { schema: { type: 'object', properties: {} } } };
  for (const method of ['get', 'post', 'delete']) {
    const contribution = compilePaths({ '/a': { [method]: { requestBody: { content } } } });
    expect(lossesOf(contribution)).toEqual([`empty-body ${method.toUpperCase()} /a`]);
    expect(contribution.tools[0] && propertiesOf(contribution.tools[0])).toEqual({});
  }
});

test('a reference that is broken in a media type that is not chosen costs nothing', () => {
  const broken = { schema: { $ref: '#/components/schemas/None' } };
  const content = { 'application/json': { schema: OBJECT }, 'application/octet-stream': broken };
  expect(bodyOf(content)).toMatchObject({ format: 'json' });
  expect(bodyOf({ 'application/octet-stream': broken })).toBeUndefined();
});

test('XML is text, and the words say what is to be written', () => {
  const components = {
    schemas: {
      Pet: { type: 'object', description: 'A pet.', properties: { name: TEXT, id: { type: 'integer' } } },
    },
  };
  const schema = { $ref: '#/components/schemas/Pet' };
  const requestBody = { required: true, content: { 'application/xml': { schema } } };
  const { tools } = compilePaths({ '/a': { post: { requestBody } } }, { components });
  expect(tools[0] && propertiesOf(tools[0])).toEqual({
    body: {
      type: 'string',
      description: 'A pet. An XML document, as text; its root element is `Pet`; its members are id, name.',
    },
  });
});

test('no media type, however odd, breaks a compile', () => {
  const odd = fc.oneof(
    fc.string(),
    fc.constantFrom('*', '/', '*/*;q=1', 'a/', '/b', 'multipart/', 'text/', 'x/*', ';', 'application/+json'),
  );
  const schema = fc.constantFrom<Json>(
    OBJECT,
    TEXT,
    BYTES,
    BASE64,
    {},
    true,
    null,
    [],
    7,
    { type: [] },
    { type: 'file' },
  );
  fc.assert(
    fc.property(fc.dictionary(odd, schema, { maxKeys: 4 }), (schemas) => {
      const content = Object.fromEntries(
        Object.entries(schemas).map(([key, each]) => [key, { schema: each }]),
      );
      const contribution = compilePaths({ '/a': { post: { requestBody: { required: true, content } } } });
      expect(contribution.tools.length + contribution.skipped.length).toBe(1);
      for (const tool of contribution.tools) {
        expect(bindingOf(tool).body?.mediaType).toMatch(/^[^*]+\/[^*]+$/);
        expect(tool.inputSchema['type']).toBe('object');
      }
    }),
    { numRuns: 200 },
  );
});
