import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import {
  bindingOf,
  compileBody,
  compileOne,
  compilePaths,
  lossesOf,
  propertiesOf,
  validator,
} from './support.ts';

const OBJECT = {
  type: 'object',
  properties: { a: { type: 'string' }, b: { type: 'integer' } },
  required: ['a'],
};

function mediaTypeOf(mediaTypes: readonly string[]): string | undefined {
  const content = Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, { schema: OBJECT }]));
  return bindingOf(compileOne({ requestBody: { required: true, content } }, { method: 'post' })).body
    ?.mediaType;
}

test.each([
  [['application/xml', 'application/json'], 'application/json'],
  [['application/vnd.api+json', 'application/json'], 'application/json'],
  [['*/*', 'application/vnd.api+json'], 'application/vnd.api+json'],
  [['application/*'], 'application/json'],
  [['application/json; charset=utf-8'], 'application/json; charset=utf-8'],
  [['application/json;v=2', 'Application/JSON'], 'application/json'],
  [
    ['application/apply-patch+cbor', 'application/json-patch+json', 'application/merge-patch+json'],
    'application/merge-patch+json',
  ],
])('among %j the body is sent as %s', (declared, sent) => {
  expect(mediaTypeOf(declared)).toBe(sent);
  expect(mediaTypeOf(declared.toReversed())).toBe(sent);
});

test('the properties of an object body are arguments', () => {
  const tool = compileBody(OBJECT);
  expect(tool.inputSchema).toEqual({
    type: 'object',
    properties: { a: { type: 'string' }, b: { type: 'integer' } },
    required: ['a'],
    additionalProperties: false,
  });
  expect(bindingOf(tool).body).toEqual({
    mediaType: 'application/json',
    format: 'json',
    shape: {
      kind: 'properties',
      properties: [
        { argument: 'a', name: 'a' },
        { argument: 'b', name: 'b' },
      ],
      required: true,
    },
  });
});

const many = (count: number): Json => ({
  type: 'object',
  properties: Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, {}])),
});

test.each<[string, Json]>([
  ['an array', { type: 'array', items: {} }],
  ['a string', { type: 'string' }],
  ['a union', { oneOf: [OBJECT, { type: 'object' }] }],
  ['an object or a string', { type: ['object', 'string'], properties: { a: {} } }],
  [
    'an object with an alternative of requirements',
    { ...OBJECT, anyOf: [{ required: ['a'] }, { required: ['b'] }] },
  ],
  ['a map', { type: 'object', additionalProperties: { type: 'string' } }],
  ['an object that is open on purpose', { ...OBJECT, additionalProperties: true }],
  ['an object without properties', { type: 'object' }],
  ['a body without a schema', {}],
  ['an object with 41 properties', many(41)],
])('%s is one argument, body', (_what, schema) => {
  const tool = compileBody(schema);
  expect(Object.keys(propertiesOf(tool))).toEqual(['body']);
  expect(tool.inputSchema['required']).toEqual(['body']);
  expect(bindingOf(tool).body).toEqual({
    mediaType: 'application/json',
    format: 'json',
    shape: { kind: 'whole', argument: 'body' },
  });
});

test('an object with 40 properties is flat', () => {
  expect(Object.keys(propertiesOf(compileBody(many(40))))).toHaveLength(40);
});

test('allOf is flattened through references; what two branches say holds together', () => {
  const components = {
    schemas: {
      Base: { type: 'object', properties: { id: { type: 'string' }, n: { minimum: 1 } }, required: ['id'] },
    },
  };
  const schema = {
    allOf: [
      { $ref: '#/components/schemas/Base' },
      { properties: { n: { maximum: 9 } } },
      { required: ['n'] },
    ],
  };
  const tool = compileBody(schema, { components });
  expect(tool.inputSchema).toMatchObject({
    properties: { id: { type: 'string' }, n: { allOf: [{ minimum: 1 }, { maximum: 9 }] } },
    required: ['id', 'n'],
  });
});

test('read-only properties are neither asked for nor required, at any depth', () => {
  const components = { schemas: { Id: { type: 'string', readOnly: true } } };
  const inner = {
    type: 'object',
    required: ['id', 'x'],
    properties: { id: { $ref: '#/components/schemas/Id' }, x: {} },
  };
  const schema = { type: 'object', required: ['id', 'inner'], properties: { id: { readOnly: true }, inner } };
  const tool = compileBody(schema, { components });
  expect(tool.inputSchema).toMatchObject({ required: ['inner'] });
  expect(propertiesOf(tool)).toEqual({ inner: { type: 'object', properties: { x: {} }, required: ['x'] } });
});

test('a property that one branch calls read-only is required by no branch', () => {
  const Base = { type: 'object', properties: { id: { readOnly: true } } };
  const whole = {
    allOf: [{ $ref: '#/components/schemas/Base' }, { required: ['id', 'x'], properties: { x: {} } }],
  };
  const tool = compileBody({ type: 'object', properties: { whole } }, { components: { schemas: { Base } } });
  const validate = validator(tool.inputSchema);
  expect(validate({ whole: { x: 1 } })).toBe(true);
  expect(validate({ whole: {} })).toBe(false);
});

test('a property that is required without being described is an argument all the same', () => {
  const tool = compileBody({ type: 'object', properties: { a: {} }, required: ['b'] });
  expect(tool.inputSchema).toMatchObject({ properties: { a: {}, b: {} }, required: ['b'] });
});

test('what an optional body requires is required once any of it is given', () => {
  const tool = compileOne(
    { requestBody: { content: { 'application/json': { schema: OBJECT } } } },
    { method: 'post' },
  );
  expect(bindingOf(tool).body?.shape).toMatchObject({ kind: 'properties', required: false });
  const validate = validator(tool.inputSchema);
  expect([{}, { a: 'x' }, { a: 'x', b: 1 }, { b: 1 }].map((value) => validate(value))).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

test('a body on DELETE and a described body on GET are kept, an undescribed optional one on GET is not', () => {
  const described: JsonObject = { requestBody: { content: { 'application/json': { schema: OBJECT } } } };
  const undescribed: JsonObject = {
    requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
  };
  expect(bindingOf(compileOne(described, { method: 'delete' })).body).toBeDefined();
  expect(bindingOf(compileOne(described, { method: 'get' })).body).toBeDefined();
  expect(bindingOf(compileOne(undescribed, { method: 'get' })).body).toBeUndefined();
  expect(bindingOf(compileOne(undescribed, { method: 'delete' })).body).toBeDefined();
  expect(lossesOf(compilePaths({ '/a': { get: undescribed } }))).toEqual(['empty-body GET /a']);
});
