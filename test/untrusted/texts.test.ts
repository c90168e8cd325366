import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isJsonObject, type Json } from '../../src/catalog/json.ts';
import { createCatalog } from '../../src/catalog/catalog.ts';
import { compileMcp } from '../../src/compile/mcp/compile.ts';
import { createLocker } from '../../src/lock/entry.ts';

const HIDDEN =
  /(?![\t\n])\p{Cc}|[\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF0-\uFFFB]|[\u{E0000}-\u{E0FFF}]/u;

const lists = { tools: [], resources: [], templates: [], prompts: [] };
const compile = (given: Partial<Record<keyof typeof lists, unknown[]>>) =>
  compileMcp({ source: 'up', trustAnnotations: false, ...lists, ...given });

const EVIL = 'Reads\u0000 \u202Ea\u202C\u200B file\u001B[2J\u{E0041}\u{E0042}\r\nsafely';
const CLEAN = 'Reads a file\nsafely';

test('texts of every kind of entry show all they say', () => {
  const argument = { name: 'path', title: EVIL, description: EVIL };
  const { tools, resources, templates, prompts, lossy } = compile({
    tools: [
      {
        name: 'read',
        title: EVIL,
        description: EVIL,
        annotations: { title: EVIL, readOnlyHint: true },
        inputSchema: {
          type: 'object',
          description: EVIL,
          properties: {
            description: { type: 'string', description: EVIL, enum: [EVIL], default: EVIL },
            list: { type: 'array', items: { anyOf: [{ title: EVIL }] } },
          },
        },
        outputSchema: { type: 'object', $defs: { title: { $comment: EVIL } } },
      },
    ],
    resources: [{ uri: 'file:///a', name: EVIL, title: EVIL, description: EVIL }],
    templates: [{ uriTemplate: 'file:///{a}', name: EVIL, title: EVIL, description: EVIL }],
    prompts: [{ name: 'ask', title: EVIL, description: EVIL, arguments: [argument] }],
  });
  expect(tools[0]).toMatchObject({
    title: CLEAN,
    description: CLEAN,
    annotations: { title: CLEAN, readOnlyHint: true },
    inputSchema: {
      type: 'object',
      description: CLEAN,
      properties: {
        // What a call may have to repeat stays as it is.
        description: { type: 'string', description: CLEAN, enum: [EVIL], default: EVIL },
        list: { type: 'array', items: { anyOf: [{ title: CLEAN }] } },
      },
    },
    outputSchema: { type: 'object', $defs: { title: { $comment: CLEAN } } },
  });
  expect(resources[0]?.definition).toEqual({
    uri: 'file:///a',
    name: CLEAN,
    title: CLEAN,
    description: CLEAN,
  });
  expect(templates[0]?.definition).toMatchObject({ name: CLEAN, title: CLEAN, description: CLEAN });
  expect(prompts[0]?.definition).toEqual({
    name: 'ask',
    title: CLEAN,
    description: CLEAN,
    arguments: [{ name: 'path', title: CLEAN, description: CLEAN }],
  });
  const rows = lossy.map(({ operation, reason, detail }) => `${operation} ${reason} ${detail}`);
  expect(rows).toContain('resource file:///a control-characters-removed /name: 12 removed');
  expect(rows).toContain('tool read hidden-characters-kept /inputSchema, /outputSchema');
});

test('a text beyond its bound is cut, with a mark, and said to be', () => {
  const long = 'x'.repeat(10_000);
  const { tools, prompts, lossy } = compile({
    tools: [
      {
        name: 'a',
        title: long,
        description: long,
        inputSchema: { type: 'object', properties: { p: { description: long } } },
      },
    ],
    prompts: [{ name: 'b', description: long }],
  });
  expect(tools[0]?.title).toHaveLength(256);
  expect(tools[0]?.description).toHaveLength(4_096);
  expect(tools[0]?.description.endsWith('…')).toBe(true);
  expect(tools[0]?.inputSchema).toMatchObject({
    properties: { p: { description: expect.stringMatching(/^x{4095}…$/) } },
  });
  expect(prompts[0]?.definition['description']).toHaveLength(4_096);
  expect(lossy.map(({ reason }) => reason).toSorted()).toEqual([
    'description-truncated',
    'description-truncated',
    'description-truncated',
    'title-truncated',
  ]);
});

test('icons come from https and data URLs, or not at all', () => {
  const icons = [
    { src: 'https://example.com/a.png' },
    { src: 'javascript:alert(1)' },
    { src: 'file:///etc/passwd' },
    { src: 'data:image/png;base64,AA' },
    'nonsense',
  ];
  const kept = [icons[0], icons[3]];
  const { tools, resources } = compile({
    tools: [{ name: 'a', icons, inputSchema: { type: 'object' } }],
    resources: [{ uri: 'file:///a', name: 'a', icons: [icons[1]] }],
  });
  expect(tools[0]?.passthrough).toEqual({ icons: kept });
  expect(resources[0]?.definition).toEqual({ uri: 'file:///a', name: 'a' });
});

test('a definition whose texts were clean is passed on as it was', () => {
  const inputSchema = { type: 'object', properties: { a: { description: 'ok' } } };
  const resource = { uri: 'file:///a', name: 'a', _meta: { x: EVIL }, unknown: [1] };
  const { tools, resources } = compile({ tools: [{ name: 'a', inputSchema }], resources: [resource] });
  expect(tools[0]?.inputSchema).toBe(inputSchema);
  expect(resources[0]?.definition).toEqual(resource);
});

const hostile = fc.string({ unit: 'binary', maxLength: 60 });
const texts = fc.record(
  { title: fc.oneof(hostile, fc.jsonValue()), description: fc.oneof(hostile, fc.jsonValue()) },
  { requiredKeys: [] },
);
const schema = fc
  .tuple(texts, fc.dictionary(hostile, texts, { maxKeys: 4 }))
  .map(([own, properties]) => ({ ...own, type: 'object', properties }));
const entry = fc
  .record({ texts, name: hostile, inputSchema: schema, outputSchema: schema, arguments: fc.array(texts) })
  .map(({ texts: own, ...rest }) => ({ ...own, ...rest, uri: rest.name, uriTemplate: rest.name }));

/** Every `title` and `description` where prose belongs. */
function proseOf(value: Json | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(proseOf);
  if (!isJsonObject(value)) return [];
  const { title, description, properties, arguments: args, inputSchema, outputSchema } = value;
  const children = isJsonObject(properties) ? Object.values(properties) : [];
  return [
    ...[title, description].filter((text) => typeof text === 'string'),
    ...[...children, args, inputSchema, outputSchema].flatMap(proseOf),
  ];
}

test('whatever an upstream says, names are plain, prose hides nothing, and nothing throws', () => {
  const locker = createLocker([]);
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 6 }), (entries) => {
      const offer = compile({ tools: entries, resources: entries, templates: entries, prompts: entries });
      for (const { name } of [...offer.tools, ...offer.prompts])
        expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
      const definitions = [...offer.resources, ...offer.templates, ...offer.prompts].map(
        // Schemas are no members of these: what is not known is passed on.
        ({ definition: { inputSchema: _input, outputSchema: _output, ...known } }) => known as Json,
      );
      const shown = [...offer.tools.map((tool) => ({ ...tool }) as unknown as Json), ...definitions];
      for (const prose of shown.flatMap(proseOf)) {
        expect(prose).not.toMatch(HIDDEN);
        expect(prose.length).toBeLessThanOrEqual(4_096);
      }
      expect(createCatalog([offer]).digest).toMatch(/^sha256:/);
      for (const tool of offer.tools) expect(locker.digestOf(tool)).toBeTypeOf('string');
    }),
    { numRuns: 200 },
  );
});
