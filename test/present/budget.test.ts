import { expect, test } from 'vitest';
import type { Json, JsonObject, JsonSchema } from '../../src/catalog/json.ts';
import { fitDescription } from '../../src/compile/present/description.ts';
import { present, type Presented } from '../../src/compile/present/present.ts';
import { findViolations } from '../../src/compile/present/profile.ts';
import { estimateTokens } from '../../src/compile/present/tokens.ts';
import { DEFAULT_SCHEMA_SETTINGS, type SchemaSettings } from '../../src/compile/settings.ts';
import { compileBody, validator } from '../openapi/support.ts';

const STORY = 'It is told at length what this is for. '.repeat(20);

function presentRoot(
  schema: JsonSchema,
  settings: Partial<SchemaSettings> = {},
): Presented & { tokens: number } {
  const tool = { name: 'api_do', description: 'Does something.' };
  const presented = present({ ...tool, schema }, { ...DEFAULT_SCHEMA_SETTINGS, ...settings });
  const shown = { ...tool, inputSchema: presented.inputSchema };
  expect(findViolations(shown)).toEqual([]);
  return { ...presented, tokens: estimateTokens(shown) };
}

function objectWith(properties: JsonObject, rest: JsonObject = {}): JsonSchema {
  return { type: 'object', properties, ...rest };
}

function many(count: number, make: (index: number) => Json): JsonObject {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`field${index}`, make(index)]));
}

test('a schema that fits is presented as it is, the same object', () => {
  const schema = objectWith({ id: { type: 'string', title: 'Id', description: STORY.slice(0, 300) } });
  const { inputSchema, cut } = presentRoot(schema);
  expect(inputSchema).toBe(schema);
  expect(cut).toEqual([]);
});

test('words go before structure: long descriptions of deep fields cost no field', () => {
  const deep = objectWith(many(40, (index) => ({ type: 'string', description: `${index}. ${STORY}` })));
  const { inputSchema, cut, tokens } = presentRoot(objectWith({ deep }));
  expect(tokens).toBeLessThanOrEqual(1500);
  expect(cut).toEqual([]);
  expect(inputSchema).toMatchObject({
    properties: { deep: { properties: { field39: { type: 'string' } } } },
  });
});

test('a large enum becomes its type and a sample', () => {
  const values = Array.from({ length: 900 }, (_, index) => `value-${index}`);
  const { inputSchema, cut } = presentRoot(objectWith({ zone: { enum: values, description: 'The zone.' } }));
  expect(inputSchema).toMatchObject({
    properties: {
      zone: {
        type: 'string',
        description: expect.stringMatching(
          /^The zone\. \(one of "value-0", .* and \d+ more; shortened\)$/,
        ) as unknown,
      },
    },
  });
  expect(cut).toEqual([{ pointer: '/properties/zone/enum', what: 'enum' }]);
});

const ZONES = { enum: Array.from({ length: 900 }, (_, index) => `zone-${index}`) };

test.each<[string, JsonSchema, Json]>([
  ['exactly one of several', { oneOf: [ZONES, { type: 'string', maxLength: 3 }] }, 'abc'],
  [
    'exactly one beside any of several',
    { anyOf: [{ type: 'string' }], oneOf: [ZONES, { maxLength: 3 }] },
    'abc',
  ],
  ['a negation', { not: ZONES }, 'elsewhere'],
  ['a condition', { if: ZONES, else: { minLength: 9 }, maxLength: 20 }, 'elsewhere'],
  ['the other side of a condition', { if: { not: ZONES }, else: { const: 'x' } }, 'elsewhere'],
  [
    'what an excluded form leaves over',
    { allOf: [{ oneOf: [{ not: ZONES }, { maxLength: 3 }] }] },
    'elsewhere',
  ],
  [
    'at most one that fits',
    { type: 'array', items: {}, contains: ZONES, maxContains: 1 },
    ['zone-1', 'elsewhere'],
  ],
  [
    'members that nothing evaluated',
    {
      type: 'object',
      anyOf: [{ properties: { a: { not: ZONES } } }, { properties: { b: true } }],
      unevaluatedProperties: false,
    },
    { a: 'elsewhere' },
  ],
])('%s does not become stricter when its parts are relaxed', (_what, schema, value) => {
  const whole = objectWith({ value: schema });
  expect(validator(whole)({ value })).toBe(true);
  for (const definitions of ['keep', 'inline'] as const) {
    const { inputSchema, cut } = presentRoot(whole, { definitions });
    expect(cut.length).toBeGreaterThan(0);
    expect(validator(inputSchema)({ value })).toBe(true);
  }
});

test('required paths stay when optional subtrees are cut', () => {
  const heavy = objectWith(
    many(60, (index) => objectWith(many(10, (field) => ({ type: 'string', maxLength: index * 10 + field })))),
  );
  const item = objectWith({ sku: { type: 'string' }, heavy }, { required: ['sku'] });
  const order = objectWith({ items: { type: 'array', items: item }, heavy }, { required: ['items'] });
  const { inputSchema, cut } = presentRoot(objectWith({ order }, { required: ['order'] }));
  expect(inputSchema).toMatchObject({
    required: ['order'],
    properties: {
      order: {
        required: ['items'],
        properties: { items: { items: { required: ['sku'], properties: { sku: { type: 'string' } } } } },
      },
    },
  });
  expect(cut.every(({ pointer }) => pointer.includes('/heavy'))).toBe(true);
  expect(cut.length).toBeGreaterThan(0);
});

test('what repeats is shared, and what is used once is written in its place', () => {
  const address = objectWith(many(12, () => ({ type: 'string', maxLength: 80 })));
  const once = { type: 'string', maxLength: 7 };
  const { inputSchema, cut } = presentRoot({
    ...objectWith({ ...many(12, () => structuredClone(address)), once: { $ref: '#/$defs/Once' } }),
    $defs: { Once: once },
  });
  expect(cut).toEqual([]);
  expect(inputSchema).toMatchObject({ properties: { once } });
  expect(Object.keys(inputSchema['$defs'] as JsonObject)).toHaveLength(1);
});

test.each([
  ['300 optional parameters with long descriptions', 300, []],
  ['300 parameters, 20 of them required', 300, Array.from({ length: 20 }, (_, index) => `field${index * 7}`)],
  ['3,000 parameters', 3_000, ['field2999']],
  ['2,000 required parameters', 2_000, Array.from({ length: 2_000 }, (_, index) => `field${index}`)],
])('%s stay within the limit, and each can be given', (_what, count, required) => {
  const schema = objectWith(
    many(count, () => ({ type: 'integer', description: STORY })),
    { required, additionalProperties: false },
  );
  const { inputSchema, tokens } = presentRoot(schema);
  expect(tokens).toBeLessThanOrEqual(4000);
  const accepts = validator(inputSchema);
  expect(
    accepts(Object.fromEntries(Object.keys(schema['properties'] as JsonObject).map((key) => [key, 1]))),
  ).toBe(true);
  const shown = JSON.stringify(inputSchema);
  if (required.length <= 20) for (const key of required) expect(shown).toContain(key);
});

test('argument names that no tokenizer knows do not break the limit', () => {
  const schema = objectWith(
    Object.fromEntries(
      Array.from({ length: 400 }, (_, index) => [`x${'kqzvwbtrpg'.repeat(5)}${index}`, { type: 'string' }]),
    ),
  );
  expect(presentRoot(schema).tokens).toBeLessThanOrEqual(4000);
});

test('a description in a script that costs a token a byte leaves room for the schema', () => {
  const description = fitDescription('ᚠ'.repeat(1_000), { ...DEFAULT_SCHEMA_SETTINGS, limit: 1_000 });
  expect(estimateTokens(description)).toBeLessThanOrEqual(500);
  expect(fitDescription('Gets a ticket.', DEFAULT_SCHEMA_SETTINGS)).toBe('Gets a ticket.');
});

test('without definitions, a cycle ends in an open object at its second turn', () => {
  const node = objectWith({ name: { type: 'string' }, next: { $ref: '#/$defs/node' } });
  const { inputSchema, cut } = presentRoot(
    { ...objectWith({ list: { $ref: '#/$defs/node' } }), $defs: { node } },
    { definitions: 'inline' },
  );
  expect(inputSchema).toEqual(
    objectWith({
      list: objectWith({
        name: { type: 'string' },
        next: objectWith({
          name: { type: 'string' },
          next: { type: 'object', description: '(2 properties; shortened)' },
        }),
      }),
    }),
  );
  expect(cut).toEqual([{ pointer: '/$defs/node/properties/next', what: 'schema' }]);
});

test('definitions that multiply when they are inlined are cut in time', () => {
  const definitions = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [
      `d${index}`,
      objectWith(many(4, () => (index === 39 ? { type: 'string' } : { $ref: `#/$defs/d${index + 1}` }))),
    ]),
  );
  const { tokens } = presentRoot(
    { ...objectWith({ a: { $ref: '#/$defs/d0' } }), $defs: definitions },
    { definitions: 'inline' },
  );
  expect(tokens).toBeLessThanOrEqual(1500);
});

test('the full schema goes on validating what the presented one cut', () => {
  const fields = many(80, (index) => objectWith(many(20, () => ({ type: 'string', maxLength: index + 1 }))));
  const tool = compileBody({ type: 'object', properties: { spec: objectWith(fields) } });
  expect(estimateTokens(tool.inputSchema)).toBeLessThan(1500);
  expect(tool.inputSchema).toBe(tool.inputSchema);
  const args = { spec: { field3: { field1: 'too long' } } };
  expect(validator(tool.inputSchema)(args)).toBe(true);
  expect(validator(tool.validationSchema)(args)).toBe(false);
});
