import { expect, test } from 'vitest';
import type { Json } from '../../src/catalog/json.ts';
import { compileBody, convertProperty, objectAt, propertiesOf, validator } from './support.ts';

const STATUS = {
  components: {
    schemas: { Status: { type: 'string', enum: ['open', 'closed'] }, Thing: { type: 'object' } },
  },
};

test.each<[string, Json, Json]>([
  ['type', { type: 'string', nullable: true }, { type: ['string', 'null'] }],
  ['false', { type: 'string', nullable: false }, { type: 'string' }],
  ['enum', { type: 'string', enum: ['a'], nullable: true }, { type: ['string', 'null'], enum: ['a', null] }],
  ['enum with null', { enum: ['a', null], nullable: true }, { enum: ['a', null] }],
  [
    '$ref',
    { $ref: '#/components/schemas/Status', nullable: true },
    { anyOf: [{ $ref: '#/$defs/Status' }, { type: 'null' }] },
  ],
  [
    'allOf around $ref',
    { allOf: [{ $ref: '#/components/schemas/Status' }], nullable: true, description: 'D', default: null },
    { description: 'D', default: null, anyOf: [{ allOf: [{ $ref: '#/$defs/Status' }] }, { type: 'null' }] },
  ],
  [
    'oneOf with type',
    { type: 'object', oneOf: [{ $ref: '#/components/schemas/Thing' }], nullable: true },
    { anyOf: [{ type: 'object', oneOf: [{ $ref: '#/$defs/Thing' }] }, { type: 'null' }] },
  ],
  ['nothing at all', { nullable: true }, {}],
])('nullable beside %s', (_beside, schema, expected) => {
  expect(convertProperty(schema, STATUS)).toEqual(expected);
});

test.each<Json>([
  { type: 'string', nullable: true },
  { type: 'string', enum: ['open'], nullable: true },
  { $ref: '#/components/schemas/Status', nullable: true },
  { allOf: [{ $ref: '#/components/schemas/Status' }], nullable: true },
  { type: 'string', allOf: [{ $ref: '#/components/schemas/Status' }], nullable: true },
])('%j accepts null and its own values, and nothing else', (schema) => {
  const tool = compileBody(
    { type: 'object', properties: { field: schema } },
    { openapi: '3.0.3', ...STATUS },
  );
  const validate = validator(tool.inputSchema);
  expect([null, 'open', 7].map((field) => validate({ field }))).toEqual([true, true, false]);
});

test.each<[Json, Json]>([
  [
    { type: 'integer', minimum: 0, exclusiveMinimum: true },
    { type: 'integer', exclusiveMinimum: 0 },
  ],
  [
    { type: 'integer', minimum: 0, exclusiveMinimum: false },
    { type: 'integer', minimum: 0 },
  ],
  [
    { maximum: 9, exclusiveMaximum: true, minimum: 1 },
    { minimum: 1, exclusiveMaximum: 9 },
  ],
  [{ exclusiveMinimum: true }, {}],
  [
    { minimum: 0, exclusiveMinimum: 3 },
    { minimum: 0, exclusiveMinimum: 3 },
  ],
])('bounds of %j', (schema, expected) => {
  expect(convertProperty(schema)).toEqual(expected);
});

test('what says nothing about the value is left out', () => {
  const noise = {
    example: { $ref: '#/nowhere', $id: 'x' },
    examples: [{ $id: 'y' }],
    xml: { name: 'x' },
    externalDocs: {},
    discriminator: { propertyName: 'p' },
    'x-vendor': {},
    $id: 'z',
    $schema: 'https://json-schema.org/draft-07/schema',
    $comment: 'C',
    optional: true,
  };
  expect(convertProperty({ type: 'string', format: 'email', ...noise })).toEqual({
    type: 'string',
    format: 'email',
  });
});

test('properties that are named like keywords survive', () => {
  const names = [
    '$ref',
    'example',
    'default',
    'enum',
    '$schema',
    'oneOf',
    'not',
    'nullable',
    'xml',
    'x-y',
    'type',
    'required',
    'readOnly',
  ];
  const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
  expect(convertProperty({ type: 'object', properties, required: names })).toEqual({
    type: 'object',
    properties,
    required: names,
  });
  expect(Object.keys(propertiesOf(compileBody({ type: 'object', properties }))).toSorted()).toEqual(
    [...names.filter((name) => name !== '$ref'), 'ref']
      .map((name) => name.replace('$schema', 'schema'))
      .toSorted(),
  );
});

test('default, enum and const are data: nothing in them is read as a schema', () => {
  const data = { $ref: '#/nowhere', nullable: true, example: 1, type: 'array' };
  expect(convertProperty({ default: data, enum: [data], const: data }, { openapi: '3.1.0' })).toEqual({
    default: data,
    enum: [data],
    const: data,
  });
});

test('repeated enum values are removed', () => {
  expect(convertProperty({ enum: ['a', 'b', 'a', { x: 1, y: 2 }, { y: 2, x: 1 }] })).toEqual({
    enum: ['a', 'b', { x: 1, y: 2 }],
  });
});

test.each<[Json, Json]>([
  [{ type: 'array' }, { type: 'array', items: {} }],
  [{ type: ['array', 'null'] }, { type: ['array', 'null'], items: {} }],
  [
    { type: 'array', nullable: true },
    { type: ['array', 'null'], items: {} },
  ],
  [
    { type: 'array', items: [{ type: 'string' }] },
    { type: 'array', prefixItems: [{ type: 'string' }], items: {} },
  ],
  [
    { type: 'array', items: [] },
    { type: 'array', items: {} },
  ],
  [
    { type: 'array', items: true },
    { type: 'array', items: {} },
  ],
  [
    { type: 'array', prefixItems: [{}] },
    { type: 'array', prefixItems: [{}], items: {} },
  ],
])('an array says what its items are: %j', (schema, expected) => {
  expect(convertProperty(schema)).toEqual(expected);
});

test('binary strings are described', () => {
  expect(convertProperty({ type: 'string', format: 'binary' })).toEqual({
    type: 'string',
    format: 'binary',
    description: 'Binary content.',
  });
  expect(convertProperty({ type: 'string', format: 'byte' })).toMatchObject({
    description: 'Base64-encoded content.',
  });
  expect(convertProperty({ type: 'string', format: 'binary', description: 'A photo.' })).toMatchObject({
    description: 'A photo.',
  });
});

test('keywords that a validator would refuse are left out instead of spoiling the tool', () => {
  const schema = {
    type: 'String',
    required: true,
    pattern: '[',
    minLength: -1,
    maxLength: '9',
    minimum: 'low',
    multipleOf: 0,
    enum: [],
    properties: [],
    items: 7,
    allOf: [],
    anyOf: {},
    additionalProperties: 'no',
    dependentRequired: { a: ['b', 'b'] },
    patternProperties: { '(': {}, '^x': { type: 'string' } },
    format: 7,
  };
  expect(convertProperty(schema)).toEqual({ patternProperties: { '^x': { type: 'string' } } });
});

test('beside a $ref, 3.0 reads annotations only and 3.1 reads everything', () => {
  const schema = { $ref: '#/components/schemas/Status', description: 'D', maxLength: 4 };
  expect(convertProperty(schema, { ...STATUS, openapi: '3.0.3' })).toEqual({
    $ref: '#/$defs/Status',
    description: 'D',
  });
  expect(convertProperty(schema, { ...STATUS, openapi: '3.1.0' })).toEqual({
    $ref: '#/$defs/Status',
    description: 'D',
    maxLength: 4,
  });
});

test('boolean schemas of 3.1 become objects, additionalProperties stays boolean', () => {
  const schema = { type: 'object', properties: { any: true, none: false }, additionalProperties: false };
  expect(convertProperty(schema, { openapi: '3.1.0' })).toEqual({
    type: 'object',
    properties: { any: {}, none: { not: {} } },
    additionalProperties: false,
  });
});

test('a property called __proto__ is a property like any other', () => {
  const schema: Json = JSON.parse(
    '{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{"type":"string"}}}',
  );
  const converted = convertProperty(schema);
  expect(JSON.stringify(converted)).toBe(
    '{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{"type":"string"}}}',
  );
});

test('the root of the input schema is a closed object without composition', () => {
  const { inputSchema, validationSchema } = compileBody({ oneOf: [{ type: 'string' }, { type: 'object' }] });
  expect(Object.keys(inputSchema)).toEqual(['type', 'properties', 'required', 'additionalProperties']);
  expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
  expect(validationSchema).toBe(inputSchema);
  expect(objectAt(objectAt(inputSchema, 'properties'), 'body')).toEqual({
    oneOf: [{ type: 'string' }, { type: 'object' }],
  });
});
