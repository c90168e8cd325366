import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import { bindingOf, compileBody, compileOne, convertProperty, propertiesOf, validator } from './support.ts';

const V31 = { openapi: '3.1.0' };

/** What of some values a property of this schema takes. */
function accepted(schema: Json, values: readonly Json[], rest: JsonObject = {}): Json[] {
  const tool = compileBody({ type: 'object', properties: { field: schema } }, { openapi: '3.0.3', ...rest });
  const validate = validator(tool.inputSchema);
  return values.filter((field) => validate({ field }));
}

test.each<[JsonObject]>([
  [{ 'x-kubernetes-int-or-string': true }],
  [{ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] }],
  [{ type: 'string', format: 'int-or-string' }],
  [{ format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] }],
])('%j is an integer or a string', (schema) => {
  expect(accepted(schema, [1, 'a', 1.5, true, null])).toEqual([1, 'a']);
  expect(accepted({ ...schema, nullable: true }, [1, 'a', true, null])).toEqual([1, 'a', null]);
});

test('an object that preserves unknown fields is open, and given whole', () => {
  const open = {
    type: 'object',
    properties: { a: { type: 'integer' } },
    additionalProperties: false,
    'x-kubernetes-preserve-unknown-fields': true,
  };
  expect(accepted(open, [{ a: 1, b: 2 }, { a: 'x' }])).toEqual([{ a: 1, b: 2 }]);
  expect(Object.keys(propertiesOf(compileBody(open)))).toEqual(['body']);
  expect(accepted({ 'x-kubernetes-embedded-resource': true }, [{ kind: 'x' }, 7])).toEqual([{ kind: 'x' }]);
});

test.each<[Json, JsonObject?]>([
  [{ type: 'string', nullable: true }],
  [{ type: 'string', 'x-nullable': true }],
  [{ type: 'string', enum: ['a', null] }],
  [{ type: 'string', enum: ['a'], nullable: true }],
  [{ oneOf: [{ type: 'string' }, { type: 'null' }] }],
  [{ allOf: [{ type: 'string' }], 'x-nullable': true }],
  [{ $ref: '#/components/schemas/Text', 'x-nullable': true }],
  [{ type: ['string', 'null'] }, V31],
  [{ type: ['string', 'null'], enum: ['a', null] }, V31],
  [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, V31],
  [{ type: 'string', nullable: true }, V31],
])('%j takes null', (schema, rest) => {
  const components = { schemas: { Text: { type: 'string' } } };
  expect(accepted(schema, ['a', null, 7], { components, ...rest })).toEqual(['a', null]);
});

test.each<[Json, JsonObject?]>([
  [{ type: 'string', nullable: false }],
  [{ type: 'string', 'x-nullable': 'yes' }],
  [{ type: 'string', enum: ['a', null] }, V31],
])('%j does not take null', (schema, rest) => {
  expect(accepted(schema, ['a', null], rest)).toEqual(['a']);
});

test('exclusive bounds mean the same in both spellings', () => {
  const old = { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: true };
  expect(convertProperty(old)).toEqual(
    convertProperty({ type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 9 }, V31),
  );
  expect(convertProperty({ minimum: 1, exclusiveMinimum: false })).toEqual({ minimum: 1 });
});

test('properties that are named like keywords are properties', () => {
  const names = [
    '$ref',
    'example',
    'default',
    'enum',
    'oneOf',
    'not',
    'nullable',
    'required',
    '$schema',
    'type',
  ];
  const properties = Object.fromEntries(
    [...names, 'x-nullable', 'readOnly'].map((name) => [name, { type: 'string' }]),
  );
  const inner = { type: 'object', properties, required: ['$ref', 'default'] };
  for (const openapi of ['3.0.3', '3.1.0']) {
    expect(convertProperty(inner, { openapi })).toMatchObject({ properties, required: ['$ref', 'default'] });
    expect(bindingOf(compileBody(inner, { openapi })).body?.shape).toMatchObject({
      properties: expect.arrayContaining([{ argument: 'ref', name: '$ref' }]) as unknown,
    });
  }
});

const OPTIONS = {
  type: 'object',
  properties: {
    grace: { type: 'integer' },
    dryRun: { type: 'array', items: { type: 'string' } },
    tags: { type: 'array', items: { type: 'string' } },
  },
};

const repeated: JsonObject = {
  parameters: [
    { name: 'grace', in: 'query', schema: { type: 'integer' } },
    { name: 'dryRun', in: 'query', schema: { type: 'string' } },
    { name: 'tags', in: 'query', schema: { type: 'array', items: { type: 'string' } } },
  ],
  requestBody: { content: { 'application/json': { schema: OPTIONS } } },
};

test('an option that a DELETE has in its query and in its body is one argument, sent in both', () => {
  const tool = compileOne(repeated, { method: 'delete' });
  expect(Object.keys(propertiesOf(tool)).toSorted()).toEqual(['dryRun', 'dryRun_query', 'grace', 'tags']);
  const { parameters, body } = bindingOf(tool);
  expect(parameters.map(({ argument, name }) => [argument, name])).toEqual([
    ['grace', 'grace'],
    ['dryRun_query', 'dryRun'],
    ['tags', 'tags'],
  ]);
  expect(body?.shape).toMatchObject({
    properties: [
      { argument: 'dryRun', name: 'dryRun' },
      { argument: 'grace', name: 'grace' },
      { argument: 'tags', name: 'tags' },
    ],
  });
});

test('elsewhere a parameter and a property of one name stay two arguments', () => {
  const tool = compileOne(repeated, { method: 'post' });
  expect(Object.keys(propertiesOf(tool))).toHaveLength(6);
});
