import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import { catalogOf } from '../policy/fixtures.ts';
import { createWorld, NUMBER, TEXT, textOf, toolOf, type WorldOptions } from './world.ts';

const MANY = Object.fromEntries(
  Array.from({ length: 60 }, (_, at) => [
    `filler_${at}`,
    { type: 'object', properties: { a: TEXT, b: TEXT } },
  ]),
);
const SPEC = {
  type: 'object',
  properties: { team: { type: 'string', enum: ['red', 'blue', 'canary'] }, size: NUMBER, ...MANY },
};

/** One tool, its spec written in several ways: there, by reference, and beside others. */
const WRITTEN: Readonly<Record<string, JsonObject>> = {
  there: { type: 'object', properties: { spec: SPEC, name: TEXT } },
  'by reference': {
    type: 'object',
    properties: { spec: { $ref: '#/$defs/Spec' }, name: TEXT },
    $defs: { Spec: SPEC },
  },
  'with words beside the reference': {
    type: 'object',
    properties: { spec: { $ref: '#/$defs/Spec', description: 'What is wanted' }, name: TEXT },
    $defs: { Spec: SPEC },
  },
  'as one of several parts': {
    type: 'object',
    properties: {
      spec: { allOf: [{ $ref: '#/$defs/Spec' }, { type: 'object', properties: { other: TEXT } }] },
      name: TEXT,
    },
    $defs: { Spec: SPEC },
  },
};

const cut: JsonObject = { type: 'object', properties: { spec: { type: 'object' }, name: TEXT } };

const offersOf = (whole: JsonObject) => [
  catalogOf('s', { tools: [toolOf('s', 'do', { schema: cut, whole })] }),
];

/** Every text that `describe_tool` gives of the tool, by every cut that it points to, and by guessing. */
async function everythingTold(options: WorldOptions): Promise<string> {
  const world = createWorld(options);
  const [entry] = world.sight.entries;
  const open = [
    '',
    '/spec',
    '/spec/team',
    '/properties/spec/allOf/0',
    '/$defs/Spec',
    '/$defs/Spec/properties/team',
    '/properties/spec/$ref',
  ];
  const seen = new Set<string>();
  const texts: string[] = [];
  for (let pointer = open.pop(); pointer !== undefined && seen.size < 40; pointer = open.pop()) {
    seen.add(pointer);
    const text = textOf(await world.ask('describe_tool', { name: entry?.shown ?? '', pointer }));
    texts.push(text.replaceAll(pointer, ''));
    for (const [, next = ''] of text.matchAll(/"…":"(\/[^"]*)"/g)) if (!seen.has(next)) open.push(next);
  }
  texts.push(textOf(await world.ask('find_tools', { query: 'do', detail: 'schema' })));
  return texts.join('\n');
}

const ENDPOINT = { kind: 'catalog', name: 'team' } as const;

describe.each(Object.entries(WRITTEN))('of a schema that is written %s', (_how, whole) => {
  const offers = offersOf(whole);

  test('what an endpoint pins is not told', async () => {
    const team = { include: [{ source: 's' }], pin: { s_do: { '/spec/team': 'canary' } } };
    const told = await everythingTold({ offers, endpoint: ENDPOINT, team });
    expect(told).not.toMatch(/team|canary/);
    expect(told).toContain('size');
  });

  test('what policy fixes is not told', async () => {
    const policy =
      'policy: p\nrules:\n  - { id: a, effect: permit, obligations: { set: { /spec/team: canary } } }';
    const told = await everythingTold({ offers, policy });
    expect(told).not.toMatch(/\bteam\b|canary/);
    expect(told).toContain('size');
  });

  test('what policy narrows is told as it is narrowed', async () => {
    const policy = `policy: p\nrules:\n  - { id: a, effect: permit, when: 'args.spec.team in ["red", "blue"] && args.spec.size < 5' }`;
    const world = createWorld({ offers, policy });
    const told = async (pointer: string): Promise<string> =>
      textOf(await world.ask('describe_tool', { name: 's_do', pointer }));
    expect(await told('/spec/team')).toContain('"enum":["blue","red"]');
    expect(await told('/spec/team')).not.toContain('canary');
    expect(await told('/spec/size')).toContain('"exclusiveMaximum":5');
    const all = await everythingTold({ offers, policy });
    expect(all).not.toContain('canary');
    expect(all).toContain('blue');
  });
});

describe('no question finds a tool by what is kept back of its arguments', () => {
  const fixed =
    'policy: p\nrules:\n  - { id: a, effect: permit, obligations: { set: { /spec/team: canary } } }';
  const narrowed = `policy: p\nrules:\n  - { id: a, effect: permit, when: 'args.spec.team in ["red", "blue"]' }`;
  const team = { include: [{ source: 's' }], pin: { s_do: { '/spec/team': 'canary' } } };

  test.each<[string, Omit<WorldOptions, 'offers'>, readonly string[], readonly string[]]>([
    ['pinned at the endpoint', { endpoint: ENDPOINT, team }, ['canary', 'red', 'team'], ['size']],
    ['fixed by policy', { policy: fixed }, ['canary', 'red', 'team'], ['size']],
    ['narrowed by policy', { policy: narrowed }, ['canary'], ['red', 'team', 'size']],
    ['all there', {}, [], ['canary', 'red', 'team', 'size']],
  ])('%s', async (_how, options, hidden, seen) => {
    for (const whole of Object.values(WRITTEN)) {
      const world = createWorld({ offers: offersOf(whole), ...options });
      const finds = async (query: string): Promise<boolean> =>
        textOf(await world.ask('find_tools', { query })).includes('s_do(');
      for (const word of hidden) expect(await finds(word), word).toBe(false);
      for (const word of seen) expect(await finds(word), word).toBe(true);
    }
  });
});

test('a source of which an endpoint shows no tool, because policy never permits what is pinned, is not named', async () => {
  const offers = [...offersOf(WRITTEN['there'] ?? {}), catalogOf('t', { tools: [toolOf('t', 'do')] })];
  const policy = `policy: p\nrules:\n  - { id: a, effect: permit, when: '!has(args.spec.team) || args.spec.team in ["red", "blue"]' }`;
  const team = { include: [{ source: 's' }, { source: 't' }], pin: { s_do: { '/spec/team': 'canary' } } };
  const world = createWorld({ offers, policy, endpoint: ENDPOINT, team });
  expect(world.sight.entries.map(({ shown }) => shown)).toEqual(['t_do']);
  const told = textOf(await world.ask('find_tools', { query: 'do', source: 's' }));
  expect(told).toContain('has to be one of: t,');
});

test('whatever is pinned, and however deep, no pointer leads to it', async () => {
  const names = fc.constantFrom('a', 'b', 'c');
  const path = fc.array(names, { minLength: 1, maxLength: 3 });
  const nodes: JsonObject = {
    type: 'object',
    properties: { a: { $ref: '#/$defs/N' }, b: { $ref: '#/$defs/N' }, c: { $ref: '#/$defs/N' } },
    $defs: {
      N: { type: 'object', properties: { a: { $ref: '#/$defs/N' }, b: { $ref: '#/$defs/N' }, c: TEXT } },
    },
  };
  await fc.assert(
    fc.asyncProperty(path, async (pinned) => {
      const pointer = `/${pinned.join('/')}`;
      const offers = offersOf(nodes);
      const team = { include: [{ source: 's' }], pin: { s_do: { [pointer]: 'canary' } } };
      const world = createWorld({ offers, endpoint: ENDPOINT, team });
      if (world.sight.entries.length === 0) return;
      for (const way of [pointer, `/${pinned.map((name) => `properties/${name}`).join('/')}`]) {
        const answer = await world.ask('describe_tool', { name: 's_do', pointer: way });
        expect(answer['isError'], textOf(answer)).toBe(true);
      }
    }),
    { numRuns: 15 },
  );
});
