import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { scriptUpstream, serveScripted, type ScriptedUpstream } from '../lists/scripted.ts';
import { askModern, gather, openSession, sendModern, type Message } from '../lists/wire.ts';
import { catalogOf, tool } from '../policy/fixtures.ts';

const withStatus = (name: string): Tool => {
  const schema = {
    type: 'object',
    properties: { status: { enum: ['open', 'closed'] }, limit: { type: 'integer' } },
    required: ['status'],
  };
  return { ...tool('desk', name), inputSchema: schema, validationSchema: schema };
};

/** Answers a call with the arguments that it got, a prompt and a completion with the name, a read with the URI. */
const desk = (): ScriptedUpstream =>
  scriptUpstream(
    catalogOf('desk', {
      tools: [
        withStatus('list'),
        withStatus('secret'),
        tool('desk', 'create', 'write'),
        tool('desk', 'drop', 'destructive'),
      ],
      resources: ['file:///a', 'file:///b', 'ui://desk/view'],
      templates: ['file:///a/{id}', 'file:///b/{id}'],
      prompts: ['greet', 'part'],
    }),
    {
      callTool: async (called, args) => ({
        result: { content: [{ type: 'text', text: JSON.stringify([called.name, args]) }] },
        status: 'ok',
      }),
      request: async (method, { name, uri, ref }) =>
        method === 'resources/read'
          ? { contents: [{ uri: uri as string, text: 'read' }] }
          : method === 'prompts/get'
            ? { messages: [], description: `got ${name as string}` }
            : { completion: { values: [JSON.stringify(ref)] } },
    },
  );

const other = (): ScriptedUpstream =>
  scriptUpstream(catalogOf('other', { tools: [tool('other', 'list')], resources: ['file:///a'] }));

/** Ann sees all but the secret; Bob only what the catalog does not have. */
const POLICY = `
policy: desk
rules:
  - { id: ann, effect: permit, who: { groups: [ann] } }
  - { id: bob, effect: permit, who: { groups: [bob] }, what: { tool: drop } }
  - { id: secret, effect: deny, what: { tool: secret } }
`;

const SUPPORT = {
  description: 'For support.',
  include: [{ source: 'desk' }],
  exclude: [{ access: 'destructive' }, { resource: 'file:///b*' }, { prompt: 'part' }],
  rename: { desk_create: 'open_ticket', desk_greet: 'welcome' },
  pin: { 'desk_*': { status: 'open' } },
};

const served = (catalogs: unknown = { support: SUPPORT }) => ({
  upstreams: [desk(), other()],
  policy: POLICY,
  catalogs,
});

type Ask = (method: string, params?: JsonObject) => Promise<Message>;

/** Asks at a path as one caller, in one era. */
const ERAS: [era: string, open: (endpoint: string, caller: string) => Promise<Ask>][] = [
  ['modern', async (endpoint, caller) => (method, params) => askModern(endpoint, caller, method, params)],
  ['legacy', async (endpoint, caller) => (await openSession(endpoint, caller)).ask],
];

const listOf = ({ result = {} }: Message, member: string): JsonObject[] => result[member] as JsonObject[];

const named = async (ask: Ask, method: string, member: string, key = 'name'): Promise<unknown[]> =>
  listOf(await ask(method), member).map((entry) => entry[key]);

test.each(ERAS)('a catalog lists what it includes, under its names (%s)', async (_era, open) => {
  await using gateway = await serveScripted(served());
  const ask = await open(`${gateway.endpoint}/support`, 'ann');
  expect(await named(ask, 'tools/list', 'tools')).toEqual(['open_ticket', 'desk_list']);
  expect(await named(ask, 'prompts/list', 'prompts')).toEqual(['welcome']);
  expect(await named(ask, 'resources/list', 'resources', 'uri')).toEqual([
    'desk+file:///a',
    'ui://desk/desk/view',
  ]);
  expect(await named(ask, 'resources/templates/list', 'resourceTemplates', 'uriTemplate')).toEqual([
    'desk+file:///a/{id}',
  ]);
});

test.each(ERAS)('what it lists can be used through it (%s)', async (_era, open) => {
  await using gateway = await serveScripted(served());
  const ask = await open(`${gateway.endpoint}/support`, 'ann');
  const text = async (name: string, args: JsonObject): Promise<unknown> =>
    listOf(await ask('tools/call', { name, arguments: args }), 'content')[0]?.['text'];
  expect(await text('open_ticket', { a: 1 })).toBe('["create",{"a":1}]');
  const read = await ask('resources/read', { uri: 'desk+file:///a' });
  expect(read.result?.['contents']).toEqual([{ uri: 'desk+file:///a', text: 'read' }]);
  expect((await ask('prompts/get', { name: 'welcome' })).result?.['description']).toBe('got greet');
  const complete = await ask('completion/complete', {
    ref: { type: 'ref/prompt', name: 'welcome' },
    argument: { name: 'a', value: '' },
  });
  expect(complete.result?.['completion']).toEqual({ values: ['{"type":"ref/prompt","name":"greet"}'] });
  const target = gateway.records.find(({ target: one }) => one?.kind === 'tool')?.target;
  expect(target).toMatchObject({ source: 'desk', name: 'create' });
  expect(gateway.records.flatMap(({ type, via }) => (type === 'call.intent' ? via?.endpoint : []))).toEqual(
    Array.from({ length: 4 }, () => '/mcp/support'),
  );
});

test.each(ERAS)(
  'a pinned argument is not shown, is put in, and no caller gives it another value (%s)',
  async (_era, open) => {
    await using gateway = await serveScripted(served());
    const ask = await open(`${gateway.endpoint}/support`, 'ann');
    const tools = (await ask('tools/list')).result?.['tools'] as JsonObject[];
    expect(tools.find(({ name }) => name === 'desk_list')?.['inputSchema']).toEqual({
      type: 'object',
      properties: { limit: { type: 'integer' } },
    });
    const call = async (args: JsonObject) =>
      (await ask('tools/call', { name: 'desk_list', arguments: args })).result ?? {};
    for (const given of [{ limit: 1 }, { limit: 1, status: 'open' }]) {
      expect((await call(given))['content']).toEqual([
        { type: 'text', text: expect.stringMatching(/"status":"open"/) },
      ]);
    }
    const refused = await call({ status: 'closed' });
    expect(refused['isError']).toBe(true);
    expect(JSON.stringify(refused['structuredContent'] ?? refused['_meta'])).toContain('"pointer":"/status"');
    expect(JSON.stringify(refused)).not.toContain('open');
  },
);

test('policy decides about the arguments with what is pinned in them, and a tool that it never permits with that is hidden', async () => {
  const policy = `${POLICY}  - { id: open-only, effect: deny, what: { tool: list, source: desk }, when: "args.status == 'closed'" }\n`;
  const catalogs = {
    opened: { include: [{ source: 'desk', tool: 'list' }], pin: { desk_list: { status: 'open' } } },
    closed: {
      include: [{ source: 'desk', tool: ['list', 'create'] }],
      pin: { desk_list: { status: 'closed' } },
    },
  };
  await using gateway = await serveScripted({ ...served(catalogs), policy });
  const call = async (name: string) =>
    askModern(`${gateway.endpoint}/${name}`, 'ann', 'tools/call', { name: 'desk_list', arguments: {} });
  expect((await call('opened')).result?.['isError']).toBeUndefined();
  const closed = (method: string): Promise<Message> => askModern(`${gateway.endpoint}/closed`, 'ann', method);
  expect(listOf(await closed('tools/list'), 'tools').map(({ name }) => name)).toEqual(['desk_create']);
  expect((await call('closed')).error).toMatchObject({ code: -32_602, message: 'Unknown tool: desk_list' });
});

/** What a caller is told of names in lists, beside what it sent. */
const told = ({ error, result }: Message, name: string): string =>
  JSON.stringify(error ?? result).replaceAll(name, 'NAME');

test.each(ERAS)(
  'what it does not include is told apart from what does not exist by nobody (%s)',
  async (_era, open) => {
    await using gateway = await serveScripted(served());
    const ask = await open(`${gateway.endpoint}/support`, 'ann');
    const isAlike = async (
      method: string,
      absent: string,
      hidden: readonly string[],
      toParams: (name: string) => JsonObject,
    ) => {
      const expected = told(await ask(method, toParams(absent)), absent);
      expect(expected).toContain('NAME');
      for (const name of hidden) expect(told(await ask(method, toParams(name)), name)).toBe(expected);
    };
    const tools = ['desk_drop', 'desk_secret', 'desk_create', 'other_list', 'list', 'create'];
    await isAlike('tools/call', 'desk_nothing', tools, (name) => ({ name, arguments: {} }));
    await isAlike('prompts/get', 'desk_nothing', ['desk_part', 'desk_greet', 'greet'], (name) => ({ name }));
    const uris = ['desk+file:///b', 'desk+file:///x/../b', 'other+file:///a', 'file:///a'];
    await isAlike('resources/read', 'nowhere+file:///c', uris, (uri) => ({ uri }));
    const argument = { name: 'a', value: '' };
    await isAlike('completion/complete', 'desk_nothing', ['desk_part', 'desk_greet'], (name) => ({
      ref: { type: 'ref/prompt', name },
      argument,
    }));
    await isAlike(
      'completion/complete',
      'nowhere+file:///{id}',
      ['desk+file:///b/{id}', 'other+file:///a'],
      (uri) => ({
        ref: { type: 'ref/resource', uri },
        argument,
      }),
    );
  },
);

test('an endpoint in which a caller finds nothing is not there, nor is one that nobody configured', async () => {
  await using gateway = await serveScripted(served());
  const at = async (name: string, caller: string) => {
    const response = await sendModern(`${gateway.endpoint}/${name}`, caller, 'tools/list');
    return [response.status, (await response.text()).replaceAll(name, 'NAME')];
  };
  const absent = await at('nowhere', 'bob');
  expect(absent[0]).toBe(404);
  expect(await at('support', 'bob')).toEqual(absent);
  expect(await at('other', 'bob')).toEqual(absent);
  expect((await at('support', 'ann'))[0]).toBe(200);
});

test('clients are told what a catalog is for, before what its sources say', async () => {
  await using gateway = await serveScripted(served());
  const { initialized } = await openSession(`${gateway.endpoint}/support`, 'ann');
  expect(initialized['instructions']).toBe('For support.');
});

test('a session subscribes to what its catalog includes, and is told of nothing else', async () => {
  const setup = served();
  const [upstream] = setup.upstreams;
  await using gateway = await serveScripted(setup);
  const session = await openSession(`${gateway.endpoint}/support`, 'ann');
  const { messages } = gather(await session.listen());
  expect((await session.ask('resources/subscribe', { uri: 'desk+file:///b' })).error?.message).toContain(
    'Unknown resource',
  );
  expect((await session.ask('resources/subscribe', { uri: 'desk+file:///a' })).result).toEqual({});
  upstream?.update('file:///a', { uri: 'file:///b' });
  upstream?.update('file:///a');
  await expect.poll(() => messages.map(({ params }) => params?.['uri'])).toEqual(['desk+file:///a']);

  await gateway.swap({ ...setup, catalogs: { support: { ...SUPPORT, exclude: [{ resource: '*' }] } } });
  await expect.poll(() => upstream?.subscribed).toEqual([]);
});

test('a change of one catalog is told at its endpoint alone, and one that goes away ends its sessions', async () => {
  const two = { support: SUPPORT, sales: { include: [{ source: 'desk', tool: 'create' }] } };
  const setup = served(two);
  await using gateway = await serveScripted(setup);
  const [support, sales, all] = [
    await openSession(`${gateway.endpoint}/support`, 'ann'),
    await openSession(`${gateway.endpoint}/sales`, 'ann'),
    await openSession(gateway.endpoint, 'ann'),
  ];
  const heard = [support, sales, all].map(async (session) => gather(await session.listen()).messages);
  const [atSupport, atSales, atAll] = await Promise.all(heard);

  await gateway.swap({
    ...setup,
    catalogs: { ...two, support: { ...SUPPORT, rename: { desk_create: 'file_ticket' } } },
  });
  await expect
    .poll(() => atSupport?.map(({ method }) => method).toSorted())
    .toEqual(['notifications/prompts/list_changed', 'notifications/tools/list_changed']);
  expect(await named(support.ask, 'tools/list', 'tools')).toEqual(['file_ticket', 'desk_list']);
  expect((await support.ask('tools/call', { name: 'open_ticket', arguments: {} })).error?.message).toBe(
    'Unknown tool: open_ticket',
  );

  await gateway.swap({ ...setup, catalogs: { support: SUPPORT } });
  expect((await sales.send('tools/list')).status).toBe(404);
  expect((await all.send('tools/list')).status).toBe(200);
  expect([atSales, atAll].map((messages) => messages?.map(({ method }) => method))).toEqual([
    ['notifications/tools/list_changed'],
    [],
  ]);
});

test('a session of a catalog is none of a source that takes its name', async () => {
  const setup = served({ late: SUPPORT });
  await using gateway = await serveScripted(setup);
  const session = await openSession(`${gateway.endpoint}/late`, 'ann');
  const late = scriptUpstream(catalogOf('late', { tools: [tool('late', 'list')] }));
  await gateway.swap({ ...setup, upstreams: [...setup.upstreams, late], catalogs: {} });
  const response = await session.send('tools/list');
  expect(response.status).toBe(404);
  expect(await response.text()).toContain('Session not found');
});

test('cursors of a catalog are those of its own lists', async () => {
  await using gateway = await serveScripted({ ...served(), pageSize: 1 });
  const page = async (path: string, cursor?: unknown): Promise<Message> =>
    askModern(
      `${gateway.endpoint}${path}`,
      'ann',
      'tools/list',
      cursor === undefined ? {} : { cursor: cursor as string },
    );
  const first = await page('/support');
  const cursor = first.result?.['nextCursor'];
  expect((await page('/support', cursor)).result?.['tools']).toMatchObject([{ name: 'desk_list' }]);
  expect((await page('', cursor)).error?.code).toBe(-32_602);
  expect((await page('/desk', cursor)).error?.code).toBe(-32_602);
});
