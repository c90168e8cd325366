import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import { catalogOf } from '../policy/fixtures.ts';
import { compileCluster } from './cluster.ts';
import { createWorld, errorOf, NUMBER, TEXT, textOf, toolOf } from './world.ts';

const world = createWorld();
const cluster = createWorld({ offers: [compileCluster()] });
const tell = async (args: unknown, of = world): Promise<string> =>
  textOf(await of.ask('describe_tool', args));

/** The schema in a description: its last line, or the one before what is said of cuts. */
function schemaIn(text: string): JsonObject {
  return JSON.parse(text.split('\n').findLast((line) => line.startsWith('{')) ?? '') as JsonObject;
}

const wide = (count: number, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  required: ['the_name', 'the_place'],
  properties: {
    ...Object.fromEntries(Array.from({ length: count }, (_, at) => [`member_number_${at}`, TEXT])),
    the_name: TEXT,
    the_place: NUMBER,
    ...more,
  },
});
const circle: JsonObject = {
  type: 'object',
  properties: { next: { $ref: '#/$defs/Node' } },
  $defs: { Node: { type: 'object', properties: { next: { $ref: '#/$defs/Node' }, value: TEXT } } },
};

describe('a description', () => {
  test('says what a tool is for, what it may do, and what it takes', async () => {
    expect((await tell({ name: 'helpdesk_delete_ticket' })).split('\n')).toEqual([
      'helpdesk_delete_ticket (destructive)',
      'Deletes a ticket for good.',
      '{"type":"object","required":["id"],"properties":{"id":{"type":"integer"}}}',
    ]);
  });

  test('of a prompt says its arguments, of a resource what it is, of a template likewise', async () => {
    expect(await tell({ name: 'code_review_change' })).toBe(
      [
        'prompt code_review_change',
        'Reviews a change of a repository.',
        '{"type":"object","required":["change"],"properties":{"change":{"type":"string","description":"Its number"},"tone":{"type":"string"}}}',
      ].join('\n'),
    );
    expect(await tell({ name: 'helpdesk+file:///handbook.md' })).toMatch(
      /^resource helpdesk\+file:\/\/\/handbook\.md/,
    );
    expect(await tell({ name: 'helpdesk+ticket://{id}' })).toMatch(/^template helpdesk\+ticket:\/\/\{id\}/);
  });

  test('of several names comes in their order; an unknown one spoils no other', async () => {
    const answer = await world.ask('describe_tool', { names: ['get_ticket', 'nothing', 'list_agents'] });
    expect(answer['isError']).toBeUndefined();
    expect((answer['content'] as { text: string }[]).map(({ text }) => text.split('\n')[0])).toEqual([
      'helpdesk_get_ticket (read)',
      expect.stringContaining('UNKNOWN_TOOL'),
      'helpdesk_list_agents (read)',
    ]);
  });

  test.each([
    [{}, '/name'],
    [{ name: '' }, '/name'],
    [{ name: 7 }, '/name'],
    [{ names: ['a', 'b', 'c', 'd', 'e', 'f'] }, '/names'],
    [{ name: 'get_ticket', pointer: 7 }, '/pointer'],
    [{ name: 'get_ticket', pointer: '/nothing' }, '/pointer'],
  ])('of %j says what is expected', async (args, pointer) => {
    expect(errorOf(await world.ask('describe_tool', args))).toMatchObject({
      code: 'INVALID_ARGUMENTS',
      pointer,
    });
  });
});

describe('a schema that is too large for the budget', () => {
  const name = 'cluster_createAppsV1NamespacedDeployment';

  test('is cut to 800 tokens with the description: structure, required and enum before words', async () => {
    const text = await tell({ name }, cluster);
    expect(encode(text).length).toBeLessThanOrEqual(800);
    const schema = schemaIn(text);
    const { properties, required } = schema as { properties: Record<string, JsonObject>; required: string[] };
    expect(required).toEqual(expect.arrayContaining(['namespace', 'spec']));
    expect(Object.keys(properties)).toEqual(
      expect.arrayContaining(['namespace', 'metadata', 'spec', 'dryRun']),
    );
    expect(properties['spec']).toMatchObject({
      type: 'object',
      required: ['template', 'replicas'],
      properties: { policy: { enum: ['Always', 'Never'] }, replicas: { type: 'integer' } },
    });
    expect(text).toContain('"…":"/spec/template');
    expect(text).toContain('describe_tool with that pointer shows more');
  });

  test('leads from cut to cut to everything in it, each within the budget', async () => {
    const seen = new Set<string>();
    const open = ['/spec'];
    for (let pointer = open.shift(); pointer !== undefined && seen.size < 12; pointer = open.shift()) {
      seen.add(pointer);
      const text = await tell({ name, pointer }, cluster);
      expect(encode(text).length).toBeLessThanOrEqual(800);
      expect(text.split('\n')[0]).toBe(`${name} ${pointer}`);
      for (const [, next = ''] of text.matchAll(/"…":"(\/[^"]*)"/g)) if (!seen.has(next)) open.push(next);
    }
    expect([...seen].some((pointer) => pointer.endsWith('/containers/items'))).toBe(true);
  });

  test.each([
    '/properties/spec/properties/template/properties/containers/items',
    '#/properties/spec/properties/template/properties/containers/items',
    '/spec/template/containers/items',
    '/spec/template/containers/0',
    'spec.template.containers.0',
    '/inputSchema/properties/spec/properties/template/properties/containers/items',
    '/body/spec/template/containers/0',
  ])('is looked into by %s', async (pointer) => {
    const schema = schemaIn(await tell({ name, pointer }, cluster));
    expect(schema).toMatchObject({
      type: 'object',
      required: ['name'],
      properties: { image: { type: 'string' } },
    });
  });

  test('says where a pointer ends that leads nowhere, and what there is', async () => {
    const answer = await cluster.ask('describe_tool', {
      name,
      pointer: '/properties/spec/properties/nothing',
    });
    expect(textOf(answer)).toContain('at /spec there is: option0, option1');
  });

  test('has the same bytes each time', async () => {
    const again = createWorld({ offers: [compileCluster()] });
    expect(await tell({ name }, again)).toBe(await tell({ name }, cluster));
  });

  test.each<[string, JsonObject, RegExp]>([
    ['many members', wide(400), /"required":\["the_name","the_place"\].*"the_name":.*and \d+ more/],
    [
      'a long enum',
      wide(3, { e: { enum: Array.from({ length: 900 }, (_, at) => `value ${at}`) } }),
      /"enum":\["value 0",.*\d+ more values/,
    ],
    ['a definition that refers to itself', circle, /"…":"\/next/],
    [
      'a reference that goes in circles',
      { type: 'object', properties: { a: { $ref: '#/$defs/A' } }, $defs: { A: { $ref: '#/$defs/A' } } },
      /"a":/,
    ],
    [
      'alternatives of themselves',
      {
        type: 'object',
        properties: { a: { $ref: '#/$defs/A' } },
        $defs: { A: { anyOf: Array.from({ length: 30 }, () => ({ $ref: '#/$defs/A' })) } },
      },
      /"type":"object"/,
    ],
    [
      'a text as long as a book',
      wide(0, { a: { type: 'string', description: 'word '.repeat(50_000) } }),
      /"a":\{"type":"string"/,
    ],
  ])('with %s stays within it', async (_what, schema, shows) => {
    const offers = [catalogOf('s', { tools: [toolOf('s', 'do', { schema })] })];
    const text = await tell({ name: 's_do' }, createWorld({ offers }));
    expect(encode(text).length).toBeLessThanOrEqual(800);
    expect(text).toMatch(shows);
  });
});

test('what was cut from a tool for its size is there to be looked into', async () => {
  const schema = {
    type: 'object',
    properties: { spec: { type: 'object', description: '(needs a; shortened)' } },
  };
  const whole = {
    type: 'object',
    properties: { spec: { type: 'object', required: ['a'], properties: { a: NUMBER } } },
  };
  const offers = [catalogOf('s', { tools: [toolOf('s', 'do', { schema, whole })] })];
  expect(schemaIn(await tell({ name: 's_do' }, createWorld({ offers })))).toEqual(whole);
});

test('what policy says at the end of a long description is never cut', async () => {
  const offers = [
    catalogOf('s', {
      tools: [
        toolOf('s', 'do', {
          description: `Does it.\n\n${'It is a long story. '.repeat(100)}`,
          properties: { a: TEXT },
        }),
      ],
    }),
  ];
  const policy = `policy: p
rules:
  - { id: a, effect: permit }
  - { id: b, effect: approve, when: 'args.a == "x"', approvers: self }`;
  const text = await tell({ name: 's_do' }, createWorld({ offers, policy }));
  expect(text).toContain('Some calls of this tool need the approval of a person.');
  expect(text).not.toContain('long story');
});
