import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject, JsonSchema } from '../../src/catalog/json.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { BailiwickError } from '../../src/errors.ts';
import { validateArguments } from '../../src/gateway/validate-arguments.ts';

function toolWith(validationSchema: JsonSchema): Tool {
  return {
    source: 's',
    name: 'tool',
    description: '',
    inputSchema: validationSchema,
    validationSchema,
    access: 'read',
    scopes: [],
    attributes: {},
    binding: { kind: 'mcp', upstreamName: 'tool' },
  };
}

function problemsOf(schema: JsonSchema, args: JsonObject): unknown {
  try {
    validateArguments(toolWith(schema), args);
    return [];
  } catch (error) {
    if (error instanceof BailiwickError) return error.data['problems'];
    throw error;
  }
}

test.each([
  ['a missing argument', { required: ['a/b'] }, {}, { pointer: '/a~1b', message: 'is required' }],
  [
    'an argument that the tool has not',
    { additionalProperties: false },
    { x: 1 },
    { pointer: '/x', message: 'is not an argument of this tool' },
  ],
  [
    'a value outside an enum',
    { properties: { s: { enum: ['a', 'b'] } } },
    { s: 'c' },
    { pointer: '/s', message: 'must be one of "a", "b"' },
  ],
  [
    'a nested value of the wrong type',
    { properties: { o: { properties: { n: { type: 'integer' } } } } },
    { o: { n: 'x' } },
    { pointer: '/o/n', message: 'must be integer' },
  ],
  [
    'a format that does not hold',
    { properties: { d: { type: 'string', format: 'date' } } },
    { d: 'tomorrow' },
    { pointer: '/d', message: 'must match format "date"' },
  ],
])('%s is named with its pointer', (_what, schema, args, problem) => {
  expect(problemsOf({ type: 'object', ...schema }, args as JsonObject)).toEqual([problem]);
});

test('dialect, id, unknown keywords and unknown formats of an upstream do not stand in the way', () => {
  const schema: JsonSchema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'https://elsewhere.example/schema.json',
    type: 'object',
    'x-mcp-header': 'Region',
    properties: { v: { type: 'string', format: 'no-such-format', example: { $id: 'x' } } },
  };
  expect(problemsOf(schema, { v: 'x' })).toEqual([]);
  expect(problemsOf(schema, { v: 'x' })).toEqual([]);
});

test('text with half a surrogate pair, and nesting beyond reason, are refused before the schema is asked', () => {
  const schema: JsonSchema = { type: 'object' };
  expect(problemsOf(schema, { a: ['\uD800'] })).toEqual([
    { pointer: '/a/0', message: 'is not well-formed Unicode' },
  ]);
  let deep: JsonObject = {};
  for (let depth = 0; depth < 5_000; depth += 1) deep = { a: deep };
  expect(problemsOf(schema, deep)).toEqual([
    expect.objectContaining({ message: 'is nested more than 200 deep' }),
  ]);
});

test('five problems are named, the rest is counted', () => {
  const schema: JsonSchema = {
    type: 'object',
    required: Array.from({ length: 9 }, (_, index) => `p${index}`),
  };
  const tool = toolWith(schema);
  expect(() => validateArguments(tool, {})).toThrow(/p0 is required.*; and 4 more$/);
});

test('any arguments either pass or are refused with a pointer; nothing else comes out', () => {
  const schema: JsonSchema = {
    type: 'object',
    required: ['a'],
    properties: {
      a: { type: 'string' },
      b: { type: 'array', items: { type: 'integer' } },
      c: { $ref: '#/$defs/node' },
    },
    additionalProperties: false,
    $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
  };
  const tool = toolWith(schema);
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (args) => {
      try {
        validateArguments(tool, args as JsonObject);
        expect(typeof args['a']).toBe('string');
      } catch (error) {
        expect(error).toBeInstanceOf(BailiwickError);
        expect((error as BailiwickError).data['pointer']).toEqual(expect.any(String));
      }
    }),
  );
});
