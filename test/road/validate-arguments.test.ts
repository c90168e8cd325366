import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject, JsonSchema } from '../../src/catalog/json.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { compileOpenApi } from '../../src/compile/openapi/compile.ts';
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
    'a value of none of several types',
    { properties: { v: { type: ['string', 'null', 'object'] } } },
    { v: 1 },
    { pointer: '/v', message: 'must be string, null or object' },
  ],
  [
    'a value of none of the alternatives',
    { properties: { v: { anyOf: [{ type: 'string' }, { type: 'array', items: {} }] } } },
    { v: 1 },
    { pointer: '/v', message: 'must be string or array' },
  ],
  [
    'a property that only one alternative requires',
    { properties: { v: { anyOf: [{ type: 'object', required: ['id'] }] } } },
    { v: {} },
    { pointer: '/v/id', message: 'is required' },
  ],
  [
    'more than one alternative that fits',
    { properties: { v: { oneOf: [{ type: 'string' }, { type: 'string' }] } } },
    { v: 'x' },
    { pointer: '/v', message: 'must match exactly one of the forms that are described' },
  ],
  [
    'a missing argument of a known type',
    { required: ['n'], properties: { n: { type: ['integer', 'null'] } } },
    {},
    { pointer: '/n', message: 'is required (integer or null)' },
  ],
  [
    'an argument that another one needs',
    { dependentRequired: { a: ['b'] } },
    { a: 1 },
    { pointer: '/b', message: 'is required beside a' },
  ],
  [
    'a mistyped argument',
    { additionalProperties: false, properties: { title: {}, assignee: {} } },
    { tilte: 1 },
    { pointer: '/tilte', message: 'is not an argument of this tool; did you mean title?' },
  ],
  [
    'the members of a body that are arguments themselves',
    { additionalProperties: false, properties: { metadata: {}, spec: {} } },
    { body: { spec: 1 } },
    { pointer: '/body', message: 'is not an argument of this tool; what is in it goes beside it' },
  ],
  [
    'a member of a body beside it',
    {
      additionalProperties: false,
      properties: { name: {}, body: { $ref: '#/$defs/Body' } },
      $defs: { Body: { properties: { spec: {} } } },
    },
    { spec: 1 },
    { pointer: '/spec', message: 'is not an argument of this tool; it goes to /body/spec' },
  ],
  [
    'a mistyped property',
    { properties: { o: { additionalProperties: false, properties: { replicas: {} } } } },
    { o: { replica: 1 } },
    { pointer: '/o/replica', message: 'is not a property of this object; did you mean replicas?' },
  ],
  [
    'a mistyped value of a large enum',
    { properties: { z: { enum: Array.from({ length: 30 }, (_, index) => `eu-west-${index}x`) } } },
    { z: 'eu-west-25y' },
    {
      pointer: '/z',
      message: `must be one of ${Array.from({ length: 10 }, (_, index) => `"eu-west-${index}x"`).join(', ')} and 20 more; did you mean "eu-west-25x"?`,
    },
  ],
  [
    'text that does not match',
    { properties: { s: { pattern: '^[a-z]+$' } } },
    { s: '1' },
    { pointer: '/s', message: 'must match the pattern ^[a-z]+$' },
  ],
  [
    'what is not allowed at all',
    { properties: { s: false } },
    { s: 1 },
    { pointer: '/s', message: 'is not allowed here' },
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

test('what the presented schema left out is told from the full one', () => {
  const fields = Object.fromEntries(
    Array.from({ length: 90 }, (_, index) => [
      `field${index}`,
      {
        type: 'object',
        properties: { size: { type: 'integer', maximum: index } },
        additionalProperties: false,
      },
    ]),
  );
  const [tool] = compileOpenApi({
    source: 'api',
    file: 'api.json',
    text: JSON.stringify({
      openapi: '3.1.0',
      paths: {
        '/a': {
          post: {
            requestBody: {
              required: true,
              content: {
                'application/json': {
                  schema: { properties: { spec: { type: 'object', properties: fields } } },
                },
              },
            },
          },
        },
      },
    }),
  }).tools;
  expect(tool).toBeDefined();
  expect(JSON.stringify(tool?.inputSchema)).not.toContain('"maximum":7');
  expect(problemsOf(tool!.validationSchema, { spec: { field7: { size: 8 }, field8: { sise: 1 } } })).toEqual([
    { pointer: '/spec/field7/size', message: 'must be <= 7' },
    { pointer: '/spec/field8/sise', message: 'is not a property of this object; did you mean size?' },
  ]);
});

test('a schema of hundreds of definitions that refer to each other is compiled and answers', () => {
  const names = Array.from({ length: 60 }, (_, index) => `d${index}`);
  const definitions = Object.fromEntries(
    names.map((name, index) => [
      name,
      {
        type: 'object',
        properties: Object.fromEntries(
          Array.from({ length: 8 }, (_, each) => [
            `p${each}`,
            { $ref: `#/$defs/d${(index * 7 + each * 31) % 60}` },
          ]),
        ),
      },
    ]),
  );
  const schema: JsonSchema = {
    type: 'object',
    properties: { tree: { $ref: '#/$defs/d0' } },
    $defs: definitions,
  };
  expect(problemsOf(schema, { tree: { p1: { p2: { p3: 'x' } } } })).toEqual([
    { pointer: '/tree/p1/p2/p3', message: 'must be object' },
  ]);
});

/** Definitions each of which is an object with the next as its member; `last` is the schema at the end. */
function chainOf(length: number, last: JsonSchema): JsonSchema {
  const definitions = Array.from({ length }, (_, index): [string, JsonSchema] => [
    `d${index}`,
    index === length - 1
      ? last
      : { properties: { next: { $ref: `#/$defs/d${index + 1}` }, size: { type: 'integer' } } },
  ]);
  return { properties: { d: { $ref: '#/$defs/d0' } }, $defs: Object.fromEntries(definitions) };
}

test('a long chain of definitions is checked to its end', () => {
  const schema = chainOf(600, { type: 'string' });
  expect(problemsOf(schema, { d: { next: { next: { size: 1 } } } })).toEqual([]);
  expect(problemsOf(schema, { d: { next: { next: { size: 'x' } } } })).toMatchObject([
    { pointer: '/d/next/next/size' },
  ]);
});

test('a circle of definitions that is too long to be followed is named as what is wrong', () => {
  const schema = chainOf(3000, { properties: { next: { $ref: '#/$defs/d0' } } });
  expect(() => validateArguments(toolWith(schema), { d: {} })).toThrow(
    's/tool: its definitions refer to each other through too many others to be checked',
  );
});

test('of a body that may hold anything, and was not given, it is said that a member may go there', () => {
  const schema = {
    additionalProperties: false,
    required: ['body'],
    properties: { dryRun: {}, body: { type: 'object' } },
  };
  expect(problemsOf(schema, { spec: 1, dryrun: 1 })).toMatchObject([
    { pointer: '/body' },
    {
      pointer: '/spec',
      message: 'is not an argument of this tool; if it is part of the body, it goes to /body/spec',
    },
    { pointer: '/dryrun', message: 'is not an argument of this tool; did you mean dryRun?' },
  ]);
});
