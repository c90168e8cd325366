import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import { principal } from '../policy/fixtures.ts';
import { startCpuTime } from '../support/cpu-time.ts';
import { narrow, narrowingOf, objectSchema, presentNarrowed, regionOf, toolWith } from './fixtures.ts';

const SCHEMA = objectSchema({
  name: { type: 'string' },
  kind: { type: 'string' },
  count: { type: 'integer' },
});

const many = (count: number, toText: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => toText(index));

test.each<[what: string, permits: string[], denies: string[]]>([
  ['permits of one argument', many(2_000, (index) => `args.name == "n${index}"`), []],
  ['permits of two', many(2_000, (index) => `args.name == "n${index}" && args.count <= ${index % 7}`), []],
  [
    'denies of two',
    ['true'],
    many(2_000, (index) => `args.name == "n${index}" && args.count <= ${index % 7}`),
  ],
  [
    'conditions outside of the fragment',
    ['true'],
    many(2_000, (index) => `args.kind == args.name + "${index}"`),
  ],
])(
  'thousands of %s come to something that can be shown, in words that can be read',
  (_what, permits, denies) => {
    const narrowing = narrow(regionOf(permits, denies), toolWith(SCHEMA));
    expect(narrowing).toMatchObject({ kind: 'some', words: expect.stringMatching(/^.{1,600}$/) });
    expect(JSON.stringify(narrowing).length).toBeLessThan(5_000);
  },
);

test('a bound that all of too many permits have is still one', () => {
  const permits = many(2_000, (index) => `args.name == "n${index}" && args.count <= ${index % 7}`);
  expect(narrow(regionOf(permits), toolWith(SCHEMA))).toMatchObject({
    limits: [
      { path: ['count'], schema: { maximum: 6 } },
      { path: ['name'], required: true },
    ],
  });
});

function limitsFor(count: number): unknown {
  return narrowingOf(
    ['permit args.name in principal.claims.names'],
    SCHEMA,
    principal({ claims: { names: many(count, (index) => `n${index}`) } }),
  );
}

test('a claim of two hundred values is an enum, and one of thousands is told in words', () => {
  expect(limitsFor(200)).toMatchObject({ limits: [{ schema: { enum: expect.any(Array) } }] });
  expect(limitsFor(200)).not.toHaveProperty('words');
  expect(limitsFor(5_000)).toMatchObject({
    limits: [{ path: ['name'], required: true, schema: {} }],
    words: 'What is permitted depends on `name`, by rules that are too long to be given here.',
  });
});

const nested = (depth: number, wrap: (inner: Json) => JsonObject): Json =>
  Array.from({ length: depth }).reduce<Json>((inner) => wrap(inner), { type: 'string' });

test.each<[what: string, schema: JsonObject]>([
  ['a definition that is itself', { a: { $ref: '#/$defs/c' } }],
  ['two that are each other', { a: { $ref: '#/$defs/x' } }],
  ['a chain of references', { a: { $ref: '#/$defs/d0' } }],
  ['references that double at each step', { a: { $ref: '#/$defs/e0' } }],
  ['combinations ten thousand deep', { a: nested(10_000, (inner) => ({ allOf: [inner] })) }],
  ['objects ten thousand deep', { a: nested(10_000, (inner) => ({ properties: { b: inner } })) }],
  [
    'ten thousand alternatives',
    { a: { anyOf: many(10_000, (text) => `${text}`).map((text) => ({ const: text })) } },
  ],
  ['a reference to nowhere', { a: { $ref: '#/$defs/%E0%A4%A' } }],
])('a schema with %s is read as far as it goes', (_what, properties) => {
  const schema = {
    ...objectSchema(properties),
    $defs: {
      c: { $ref: '#/$defs/c' },
      x: { allOf: [{ $ref: '#/$defs/y' }] },
      y: { anyOf: [{ $ref: '#/$defs/x' }] },
      ...Object.fromEntries(
        many(5_000, String).map((_, index) => [`d${index}`, { $ref: `#/$defs/d${index + 1}` }]),
      ),
      ...Object.fromEntries(
        many(50, String).map((_, index) => {
          const next = { $ref: `#/$defs/e${index + 1}` };
          return [`e${index}`, { allOf: [next, next], properties: { b: next } }];
        }),
      ),
    },
  };
  const tool = toolWith(schema);
  const narrowing = narrow(regionOf(['!has(args.a) || args.a != "x"']), tool);
  expect(narrowing.kind).not.toBe('nothing');
  expect(presentNarrowed(tool, narrowing).inputSchema).toBeTypeOf('object');
});

test('members with the names of what every object has are members', () => {
  const schema = JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}}}') as JsonObject;
  const tool = toolWith(schema);
  const narrowing = narrow(regionOf(['args["__proto__"] == "x" && args.constructor == 1']), tool);
  const { inputSchema } = presentNarrowed(tool, narrowing);
  expect(JSON.parse(JSON.stringify(inputSchema))).toEqual(
    JSON.parse(
      '{"type":"object","properties":{"__proto__":{"type":"string","const":"x"},"constructor":{"const":1}},"required":["__proto__","constructor"]}',
    ),
  );
});

test.each(['\u{1f600}', 'a\nb', '\0', 'é', '\uffff'])('texts of any characters: %j', (text) => {
  const written = JSON.stringify(text);
  const narrowing = narrow(
    regionOf([`args.name.startsWith(${written}) && args.name != ${written}`]),
    toolWith(SCHEMA),
  );
  expect(narrowing.kind).toBe('some');
});

test('five thousand tools under the same rules cost little each', () => {
  const region = regionOf(['args.name in ["a", "b"] && args.count < 5'], ['args.kind == "Secret"']);
  const tools = many(5_000, (index) => `x${index}`).map((name) =>
    toolWith(objectSchema({ ...(SCHEMA['properties'] as JsonObject), [name]: {} })),
  );
  const cpuTime = startCpuTime();
  for (const tool of tools) presentNarrowed(tool, narrow(region, tool));
  expect(cpuTime()).toBeLessThan(2_000);
});

test('tools whose arguments differ in words only are narrowed once', () => {
  const caller = principal({ claims: { names: ['a', ['b']] } });
  const [first, second] = ['One.', 'Another.'].map((description) =>
    narrowingOf(
      ['permit args.name in principal.claims.names'],
      objectSchema({ name: { type: 'string', description } }),
      caller,
    ),
  );
  expect(first).toMatchObject({ limits: [{ path: ['name'], schema: { const: 'a' } }] });
  expect(second).toBe(first);
});
