import { expect, test } from 'vitest';
import type { JsonSchema } from '../../src/catalog/json.ts';
import { present } from '../../src/compile/present/present.ts';
import { findViolations } from '../../src/compile/present/profile.ts';
import { DEFAULT_SCHEMA_SETTINGS } from '../../src/compile/settings.ts';
import { validator } from '../openapi/support.ts';

test.each<[string, JsonSchema, string]>([
  ['a root that is no object', { type: 'string' }, 'the root is not of type object'],
  ['a union at the root', { type: 'object', oneOf: [{}] }, 'the root has oneOf'],
  ['a reference at the root', { type: 'object', $ref: '#/$defs/a', $defs: { a: {} } }, 'the root has $ref'],
  [
    'an array without items',
    { type: 'object', properties: { a: { type: ['array', 'null'] } } },
    '1 arrays have no items',
  ],
  [
    'a reference to nothing',
    { type: 'object', properties: { a: { $ref: '#/$defs/b' } } },
    '"#/$defs/b" refers to nothing',
  ],
  ['an illegal key', { type: 'object', properties: { 'a[]': {} } }, 'the argument "a[]" has an illegal key'],
])('%s is found, and mended', (_what, schema, violation) => {
  expect(findViolations({ name: 'do', inputSchema: schema })).toContain(violation);
  const { inputSchema } = present({ name: 'do', description: '', schema }, DEFAULT_SCHEMA_SETTINGS);
  expect(findViolations({ name: 'do', inputSchema })).toEqual([]);
});

test('names that clients refuse are found', () => {
  expect(findViolations({ name: 'a b', inputSchema: { type: 'object' } })).toHaveLength(1);
  expect(findViolations({ name: 'x'.repeat(65), inputSchema: { type: 'object' } })).toHaveLength(1);
});

test('a property that is named like a keyword is a property', () => {
  const inputSchema: JsonSchema = {
    type: 'object',
    properties: {
      body: { properties: { $ref: { type: 'string' }, items: { type: 'string' }, type: { const: 'array' } } },
    },
  };
  expect(findViolations({ name: 'do', inputSchema })).toEqual([]);
});

test('arguments of a union at the root stay callable, those of all its parts stay described', () => {
  const schema: JsonSchema = {
    type: 'object',
    allOf: [{ properties: { id: { type: 'integer' } }, required: ['id'] }],
    oneOf: [
      { properties: { mail: { type: 'string', description: 'Where to.' } } },
      { properties: { phone: {} } },
    ],
    properties: { 'a[]': { type: 'string' } },
  };
  const { inputSchema } = present({ name: 'do', description: '', schema }, DEFAULT_SCHEMA_SETTINGS);
  expect(inputSchema).toEqual({
    type: 'object',
    properties: { id: { type: 'integer' }, mail: { description: 'Where to.' }, phone: {} },
    required: ['id'],
  });
  expect(validator(inputSchema)({ id: 1, phone: 5, 'a[]': 'x' })).toBe(true);
});
