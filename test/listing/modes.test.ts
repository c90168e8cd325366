import { createRequire } from 'node:module';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import { list } from '../../src/gateway/list.ts';
import { mayCountTokens } from '../../src/gateway/listing/choose-mode.ts';
import { changedLists } from '../../src/server/list-changes.ts';
import { serveScripted, type ScriptedUpstream, type Served } from '../lists/scripted.ts';
import { askModern, gather, openSession, type Message } from '../lists/wire.ts';
import { principal, tool } from '../policy/fixtures.ts';
import { connectOverStdio } from '../support/stdio.ts';
import { FACADE, saying, speaking } from './scripted-facade.ts';

const BUILT_IN = ['find_tools', 'describe_tool', 'call_tool'];

/** Ann sees all but the secret; Bob one tool of the desk. */
const POLICY = `
policy: desk
rules:
  - { id: ann, effect: permit, who: { groups: [ann] } }
  - { id: bob, effect: permit, who: { groups: [bob] }, what: { tool: a_read } }
  - { id: secret, effect: deny, what: { tool: secret } }
`;

const DESK = ['z_write', 'a_read', 'secret', 'find_tools'].map((name) => tool('desk', name));

const served = (listing: unknown, more: Partial<Served> = {}): Served => ({
  upstreams: [speaking('desk', DESK), speaking('other', [tool('other', 'list')])],
  policy: POLICY,
  facade: FACADE,
  listing,
  ...more,
});

const ANN = principal({ subject: 'ann', groups: ['ann'] });
const BOB = principal({ subject: 'bob', groups: ['bob'] });

type Ask = (method: string, params?: JsonObject) => Promise<Message>;
const ERAS: [era: string, open: (endpoint: string, caller: string) => Promise<Ask>][] = [
  ['modern', async (endpoint, caller) => (method, params) => askModern(endpoint, caller, method, params)],
  ['legacy', async (endpoint, caller) => (await openSession(endpoint, caller)).ask],
];

const toolsIn = ({ result = {} }: Message): JsonObject[] => result['tools'] as JsonObject[];
const namesIn = (message: Message): unknown[] => toolsIn(message).map(({ name }) => name);

const definitionOf = ({ name, description, inputSchema }: JsonObject): string =>
  JSON.stringify({ name, description, inputSchema });

const isTokenizerLoaded = (): boolean =>
  Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('gpt-tokenizer'));

test('what fits the budget in bytes is listed without a tokenizer', async () => {
  // Another file of this worker may have loaded it.
  const before = isTokenizerLoaded();
  await using gateway = await serveScripted(served({ budget: 1_000 }));
  expect(namesIn(await askModern(gateway.endpoint, 'ann', 'tools/list'))).toHaveLength(4);
  expect(mayCountTokens(gateway.gateway.current())).toBe(false);
  // What cannot fit it, neither.
  await gateway.swap(served({ budget: 1 }));
  expect(namesIn(await askModern(gateway.endpoint, 'ann', 'tools/list'))).toEqual(BUILT_IN);
  expect(isTokenizerLoaded()).toBe(before);
  // Of part of it that is not known before somebody asks.
  expect(mayCountTokens(gateway.gateway.current())).toBe(true);
  await gateway.swap(served({ mode: 'search', budget: 1 }));
  expect(mayCountTokens(gateway.gateway.current())).toBe(false);
});

describe.each(ERAS)('%s', (_, open) => {
  test('in search mode everybody sees the built-in tools, the same bytes, and then the pinned ones he may use', async () => {
    await using gateway = await serveScripted(
      served({ mode: 'search', pin: ['desk_z_write', 'desk_a*', 'desk_secret', 'nothing'] }),
    );
    const ann = await (await open(gateway.endpoint, 'ann'))('tools/list');
    const bob = await (await open(gateway.endpoint, 'bob'))('tools/list');
    expect(namesIn(ann)).toEqual([...BUILT_IN, 'desk_a_read', 'desk_z_write']);
    expect(namesIn(bob)).toEqual([...BUILT_IN, 'desk_a_read']);
    expect(JSON.stringify(toolsIn(ann).slice(0, 3))).toBe(JSON.stringify(toolsIn(bob).slice(0, 3)));
    expect(toolsIn(ann).slice(0, 3)).toEqual(FACADE.tools);
  });

  test('at a source pins are by the names that /mcp shows, and the list has the source’s own', async () => {
    await using gateway = await serveScripted(served({ mode: 'search', pin: ['desk_a_read'] }));
    const ask = await open(`${gateway.endpoint}/desk`, 'ann');
    expect(namesIn(await ask('tools/list'))).toEqual([...BUILT_IN, 'a_read']);
  });

  test('a full list is every tool in the order of names, with what is pinned marked for clients that search themselves', async () => {
    await using gateway = await serveScripted(served({ mode: 'full', pin: ['desk_z*'] }));
    const whole = await (await open(gateway.endpoint, 'ann'))('tools/list');
    expect(toolsIn(whole).map(({ name, _meta }) => [name, _meta])).toEqual([
      ['desk_a_read', undefined],
      ['desk_find_tools', undefined],
      ['desk_z_write', { 'anthropic/alwaysLoad': true }],
      ['other_list', undefined],
    ]);
    const again = await (await open(gateway.endpoint, 'ann'))('tools/list');
    expect(JSON.stringify(toolsIn(again))).toBe(JSON.stringify(toolsIn(whole)));
  });

  test('what is not listed is called by its name, or through call_tool', async () => {
    await using gateway = await serveScripted(served({ mode: 'search' }));
    const ask = await open(gateway.endpoint, 'ann');
    const direct = await ask('tools/call', { name: 'desk_z_write', arguments: {} });
    expect(direct.result).toMatchObject(saying('desk/z_write'));
    const through = await ask('tools/call', {
      name: 'call_tool',
      arguments: { name: 'desk_z_write', arguments: {} },
    });
    expect(through.result).toMatchObject(saying('desk/z_write'));
  });

  test('built-in tools are called in every mode', async () => {
    await using gateway = await serveScripted(served({ mode: 'full' }));
    const ask = await open(gateway.endpoint, 'ann');
    expect(namesIn(await ask('tools/list'))).not.toContain('call_tool');
    const through = await ask('tools/call', { name: 'call_tool', arguments: { name: 'other_list' } });
    expect(through.result).toMatchObject(saying('other/list'));
  });

  test('an own tool with the name of a built-in one is meant in a full list, by who sees it', async () => {
    const call = { name: 'find_tools', arguments: {} };
    await using gateway = await serveScripted(served({ mode: 'full' }));
    const own = await (await open(`${gateway.endpoint}/desk`, 'ann'))('tools/call', call);
    expect(own.result).toMatchObject(saying('desk/find_tools'));
    const hidden = await (await open(`${gateway.endpoint}/desk`, 'bob'))('tools/call', call);
    expect(hidden.result).toMatchObject(saying('built-in find_tools'));
  });

  test('in search mode the built-in one is meant, listed once, and call_tool reaches the own one', async () => {
    await using gateway = await serveScripted(served({ mode: 'search', pin: ['desk_find_tools'] }));
    const ask = await open(`${gateway.endpoint}/desk`, 'ann');
    expect(namesIn(await ask('tools/list'))).toEqual(BUILT_IN);
    const called = await ask('tools/call', { name: 'find_tools', arguments: {} });
    expect(called.result).toMatchObject(saying('built-in find_tools'));
    const through = await ask('tools/call', { name: 'call_tool', arguments: { name: 'find_tools' } });
    expect(through.result).toMatchObject(saying('desk/find_tools'));
  });

  test('a list in pages is the list', async () => {
    await using gateway = await serveScripted(served({ mode: 'search', pin: ['*'] }, { pageSize: 2 }));
    const ask = await open(gateway.endpoint, 'ann');
    const names: unknown[] = [];
    let cursor: string | undefined;
    do {
      // oxlint-disable-next-line no-await-in-loop -- a page says where the next begins
      const page = await ask('tools/list', cursor === undefined ? {} : { cursor });
      names.push(...namesIn(page));
      cursor = page.result?.['nextCursor'] as string | undefined;
    } while (cursor !== undefined);
    expect(names).toEqual([...BUILT_IN, 'desk_a_read', 'desk_find_tools', 'desk_z_write', 'other_list']);
  });

  test('a source of which a caller sees nothing is not there for it, built-in tools or not', async () => {
    await using gateway = await serveScripted(served({ mode: 'search' }));
    const answer = await askModern(`${gateway.endpoint}/other`, 'bob', 'tools/list').catch(String);
    expect(JSON.stringify(answer)).toContain('nothing is served');
  });
});

test('a client on standard input and output gets the same', async () => {
  await using gateway = await serveScripted(served({ mode: 'search', pin: ['other_list'] }));
  for (const kind of ['v2 modern', 'v2 legacy'] as const) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await using client = await connectOverStdio(kind, {
      gateway: gateway.gateway,
      principal: ANN,
      logger: gateway.gateway.road.logger,
    });
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([...BUILT_IN, 'other_list']);
  }
});

/** Of all that Ann finds. */
const tokensOf = async (): Promise<number> => {
  await using gateway = await serveScripted(served({ mode: 'full' }));
  const { tools } = list(gateway.gateway.current(), ANN, { kind: 'all' });
  return tools.reduce((sum, one) => sum + countTokens(definitionOf(one)), 0);
};

describe('auto', () => {
  test('lists all up to the budget, and not beyond it', async () => {
    const tokens = await tokensOf();
    await using gateway = await serveScripted(served({ budget: tokens }));
    const whole = await askModern(gateway.endpoint, 'ann', 'tools/list');
    expect(namesIn(whole)).toEqual(['desk_a_read', 'desk_find_tools', 'desk_z_write', 'other_list']);
    await gateway.swap(served({ budget: tokens - 1 }));
    expect(namesIn(await askModern(gateway.endpoint, 'ann', 'tools/list'))).toEqual(BUILT_IN);
  });

  test('is chosen for each caller and endpoint by what is found there', async () => {
    const tokens = await tokensOf();
    await using gateway = await serveScripted(served({ budget: tokens - 1 }));
    expect(namesIn(await askModern(gateway.endpoint, 'ann', 'tools/list'))).toEqual(BUILT_IN);
    expect(namesIn(await askModern(gateway.endpoint, 'bob', 'tools/list'))).toEqual(['desk_a_read']);
    expect(namesIn(await askModern(`${gateway.endpoint}/other`, 'ann', 'tools/list'))).toEqual(['list']);
  });

  test('what a caller does not see has no part in it', async () => {
    const tokens = await tokensOf();
    const long = { ...tool('desk', 'secret'), description: 'word '.repeat(5_000) };
    const upstreams = [
      speaking('desk', [...DESK.filter(({ name }) => name !== 'secret'), long]),
      speaking('other', [tool('other', 'list')]),
    ];
    await using gateway = await serveScripted(served({ budget: tokens }, { upstreams }));
    expect(namesIn(await askModern(gateway.endpoint, 'ann', 'tools/list'))).toHaveLength(4);
  });

  test('a catalog lists in its own way', async () => {
    const include = [{ source: 'desk' }];
    const catalogs = {
      all: { include, listing: { mode: 'full' } },
      few: { include, rename: { desk_a_read: 'look' }, listing: { pin: ['desk_a_read'] } },
      same: { include },
    };
    await using gateway = await serveScripted(served({ mode: 'search', pin: ['desk_z*'] }, { catalogs }));
    const listed = async (name: string, caller = 'ann'): Promise<unknown[]> =>
      namesIn(await askModern(`${gateway.endpoint}/${name}`, caller, 'tools/list'));
    expect(await listed('all')).toEqual(['desk_a_read', 'desk_find_tools', 'desk_z_write']);
    expect(await listed('few')).toEqual([...BUILT_IN, 'look']);
    expect(await listed('same')).toEqual([...BUILT_IN, 'desk_z_write']);
    expect(await listed('same', 'bob')).toEqual(BUILT_IN);
  });
});

describe('changes', () => {
  const changed = { ...tool('desk', 'z_write'), description: 'writes' };
  const next = (listing: unknown): Served =>
    served(listing, {
      upstreams: [
        speaking('desk', [...DESK.filter(({ name }) => name !== 'z_write'), changed]),
        speaking('other', [tool('other', 'list')]),
      ],
    });

  test.each([
    ['of a tool that is not listed is none of the list', { mode: 'search' }, ANN, []],
    ['of a pinned tool is one', { mode: 'search', pin: ['desk_z_write'] }, ANN, ['tools']],
    ['of a pinned tool that a caller does not see is none', { mode: 'search', pin: ['*'] }, BOB, []],
  ])('a change %s', async (_, listing, who, expected) => {
    await using gateway = await serveScripted(served(listing));
    const of = () => list(gateway.gateway.current(), who, { kind: 'all' });
    const before = of();
    await gateway.swap(next(listing));
    expect(changedLists(before, of())).toEqual(expected);
  });

  test('a session is told when its list becomes another way of listing', async () => {
    await using gateway = await serveScripted(served({ mode: 'search' }));
    const session = await openSession(gateway.endpoint, 'ann');
    const stream = gather(await session.listen());
    await gateway.swap(next({ mode: 'search' }));
    await gateway.swap(next({ mode: 'full' }));
    await expect
      .poll(() => stream.messages.map(({ method }) => method))
      .toEqual(['notifications/tools/list_changed']);
    await stream.stop();
  });
});

/** A source with one tool that says how long its lists may be kept. */
const sayingFor = (source: string, ttlMs: number): ScriptedUpstream => {
  const one = speaking(source, [tool(source, 'list')]);
  const contribution = async () => ({
    ...(await one.contribution(new AbortController().signal)),
    server: { capabilities: {}, ttlMs },
  });
  return { ...one, contribution };
};

test('how long a short list may be kept depends on what is in it', async () => {
  await using gateway = await serveScripted(served({ mode: 'search' }));
  const ttl = async (): Promise<unknown> =>
    (await askModern(gateway.endpoint, 'ann', 'tools/list')).result?.['ttlMs'];
  expect(await ttl()).toBe(5_000);
  const upstreams = [sayingFor('desk', 1_000), sayingFor('other', 10)];
  await gateway.swap(served({ mode: 'search', pin: ['desk_list'] }, { upstreams }));
  expect(await ttl()).toBe(1_000);
  await gateway.swap(served({ mode: 'full' }, { upstreams }));
  expect(await ttl()).toBe(10);
});
