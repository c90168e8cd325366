import { expect, test } from 'vitest';
import type { ServerFacts } from '../../src/catalog/entries.ts';
import type { JsonObject } from '../../src/catalog/json.ts';
import { catalogOf, tool } from '../policy/fixtures.ts';
import { scriptUpstream, serveScripted, type ScriptedUpstream } from './scripted.ts';
import { askModern, openSession } from './wire.ts';

const UI = 'io.modelcontextprotocol/ui';

const source = (name: string, server?: Partial<ServerFacts>): ScriptedUpstream =>
  scriptUpstream({
    ...catalogOf(name, {
      tools: [tool(name, 'look')],
      resources: ['a:b'],
      templates: ['a:{x}'],
      prompts: ['p'],
    }),
    ...(server && { server: { capabilities: {}, ...server } }),
  });

/** Ann sees alpha and beta, Bob alpha alone. */
const POLICY = `
policy: two
rules:
  - { id: alpha, effect: permit, what: { source: alpha } }
  - { id: beta, effect: permit, who: { groups: [ann] }, what: { source: beta } }
`;

const ALPHA = {
  instructions: 'Look first.',
  ttlMs: 70_000,
  capabilities: {
    extensions: {
      [UI]: { mimeTypes: ['a'] },
      'io.modelcontextprotocol/tasks': {},
      'io.modelcontextprotocol/skills': {},
    },
    experimental: { first: { of: 'alpha' } },
    tasks: { list: {} },
  },
};
const BETA = {
  instructions: 'Then leap.',
  ttlMs: 30_000,
  capabilities: {
    extensions: { [UI]: { mimeTypes: ['a', 'b'] } },
    experimental: { first: { of: 'beta' }, second: {} },
  },
};

const OWN = {
  tools: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  prompts: { listChanged: true },
  completions: {},
  logging: {},
};

/** What an endpoint says of itself in both eras; it has to be the same. */
async function offerOf(endpoint: string, caller: string): Promise<JsonObject> {
  const { initialized } = await openSession(endpoint, caller);
  const discovered = (await askModern(endpoint, caller, 'server/discover')).result ?? {};
  const { capabilities, instructions = '' } = initialized;
  expect(discovered).toMatchObject({ capabilities, cacheScope: 'private' });
  expect(discovered['instructions'] ?? '').toBe(instructions);
  return { capabilities: capabilities ?? {}, instructions };
}

test('capabilities and instructions are put together from what this caller sees, the same in both eras', async () => {
  await using gateway = await serveScripted({
    upstreams: [source('beta', BETA), source('alpha', ALPHA)],
    policy: POLICY,
  });
  expect(await offerOf(gateway.endpoint, 'ann')).toEqual({
    capabilities: {
      ...OWN,
      extensions: { [UI]: { mimeTypes: ['a', 'b'] } },
      experimental: { first: { of: 'alpha' }, second: {} },
    },
    instructions: '## alpha\n\nLook first.\n\n## beta\n\nThen leap.',
  });
  expect(await offerOf(gateway.endpoint, 'bob')).toEqual({
    capabilities: {
      ...OWN,
      extensions: { [UI]: { mimeTypes: ['a'] } },
      experimental: { first: { of: 'alpha' } },
    },
    instructions: '## alpha\n\nLook first.',
  });
  expect((await offerOf(`${gateway.endpoint}/beta`, 'ann'))['instructions']).toBe('Then leap.');
});

test('long instructions of many sources leave room for one another, and end somewhere', async () => {
  const many = Array.from({ length: 100 }, (_, index) =>
    source(`s${index}`, { instructions: 'long '.repeat(10_000) }),
  );
  await using gateway = await serveScripted({ upstreams: many });
  const instructions = (await offerOf(gateway.endpoint, 'ann'))['instructions'] as string;
  expect(instructions.length).toBeLessThan(34_000);
  expect(instructions.match(/^## /gm)?.length).toBeGreaterThan(50);
  expect(instructions).toContain('instructions of further sources are left out');
});

const LISTS = ['tools/list', 'resources/list', 'resources/templates/list', 'prompts/list'] as const;

test('a list may be kept as long as the least of its sources’ lists, by this caller alone; a legacy client is told nothing of it', async () => {
  const upstreams = [source('alpha', ALPHA), source('beta', BETA)];
  await using gateway = await serveScripted({ upstreams, policy: POLICY });
  const client = await openSession(gateway.endpoint, 'ann');
  for (const method of LISTS) {
    expect((await askModern(gateway.endpoint, 'ann', method)).result).toMatchObject({
      ttlMs: 30_000,
      cacheScope: 'private',
    });
    expect((await askModern(gateway.endpoint, 'bob', method)).result).toMatchObject({
      ttlMs: 70_000,
      cacheScope: 'private',
    });
    const legacy = (await client.ask(method)).result ?? {};
    expect(['ttlMs', 'cacheScope', 'resultType', '_meta'].filter((member) => member in legacy)).toEqual([]);
  }
  await gateway.swap({
    upstreams: [source('alpha', ALPHA), source('beta', { capabilities: {} })],
    policy: POLICY,
  });
  expect((await askModern(gateway.endpoint, 'ann', 'tools/list')).result).toMatchObject({ ttlMs: 0 });
  await gateway.swap({ upstreams: [source('alpha')], policy: POLICY });
  expect((await askModern(gateway.endpoint, 'ann', 'tools/list')).result).toMatchObject({ ttlMs: 5_000 });
});

test('what is stale is marked for those who see something of it', async () => {
  const upstreams = [source('alpha', ALPHA), source('beta', BETA)];
  const since = Date.UTC(2026, 10, 20);
  await using gateway = await serveScripted({ upstreams, policy: POLICY, stale: new Map([['beta', since]]) });
  const client = await openSession(gateway.endpoint, 'ann');
  const stale = { 'bailiwick/stale': { beta: '2026-11-20T00:00:00.000Z' } };
  for (const method of LISTS) {
    expect((await client.ask(method)).result?.['_meta']).toEqual(stale);
    expect((await askModern(gateway.endpoint, 'ann', method)).result).toMatchObject({
      ttlMs: 0,
      _meta: stale,
    });
    expect((await askModern(gateway.endpoint, 'bob', method)).result?.['_meta']).not.toHaveProperty(
      'bailiwick/stale',
    );
  }
});

test('pages are as long as configured, in both eras, and go on where they ended', async () => {
  const tools = Array.from({ length: 5 }, (_, index) => tool('alpha', `t${index}`));
  await using gateway = await serveScripted({
    upstreams: [scriptUpstream(catalogOf('alpha', { tools }))],
    pageSize: 2,
  });
  const client = await openSession(gateway.endpoint, 'ann');
  const asks = [
    (params: JsonObject) => client.ask('tools/list', params),
    (params: JsonObject) => askModern(gateway.endpoint, 'ann', 'tools/list', params),
  ];
  for (const ask of asks) {
    const names: unknown[] = [];
    let params: JsonObject | undefined = {};
    while (params) {
      const result: JsonObject = (await ask(params)).result ?? {};
      names.push((result['tools'] as JsonObject[]).map(({ name }) => name));
      params = typeof result['nextCursor'] === 'string' ? { cursor: result['nextCursor'] } : undefined;
    }
    expect(names).toEqual([['alpha_t0', 'alpha_t1'], ['alpha_t2', 'alpha_t3'], ['alpha_t4']]);
    expect((await ask({ cursor: '' })).error).toMatchObject({ code: -32_602 });
    expect((await ask({ cursor: 'bm8' })).error).toMatchObject({ code: -32_602 });
  }
});

test('a tool does not say that it can be a task, and keeps what else it says', async () => {
  const look = {
    ...tool('alpha', 'look'),
    passthrough: {
      execution: { taskSupport: 'required' },
      icons: [],
      _meta: { ui: { resourceUri: 'ui://v' } },
    },
  };
  await using gateway = await serveScripted({
    upstreams: [scriptUpstream(catalogOf('alpha', { tools: [look] }))],
  });
  const client = await openSession(gateway.endpoint, 'ann');
  const { result = {} } = await client.ask('tools/list');
  const [listed] = result['tools'] as JsonObject[];
  expect(listed).toMatchObject({ icons: [], _meta: { ui: { resourceUri: 'ui://alpha/v' } } });
  expect(listed).not.toHaveProperty('execution');
});

test('how long a resource may be kept is the upstream’s to say, to modern clients; others may not have what one may', async () => {
  const upstream = scriptUpstream(catalogOf('alpha', { resources: ['ui://v'] }), {
    request: async () => ({
      contents: [{ uri: 'ui://v', mimeType: 'text/html;profile=mcp-app', text: '' }],
      ttlMs: 9_000,
      cacheScope: 'public',
    }),
  });
  await using gateway = await serveScripted({ upstreams: [upstream] });
  const uri = 'ui://alpha/v';
  const contents = [{ uri, mimeType: 'text/html;profile=mcp-app', text: '' }];
  expect((await askModern(gateway.endpoint, 'ann', 'resources/read', { uri })).result).toMatchObject({
    contents,
    ttlMs: 9_000,
    cacheScope: 'private',
  });
  const client = await openSession(gateway.endpoint, 'ann');
  expect((await client.ask('resources/read', { uri })).result).toEqual({ contents });
});

test.each([['nonsense'], ['tasks/list'], ['tools/nonsense'], ['__proto__']])(
  'an unknown method is an error that says so, in both eras: %s',
  async (method) => {
    await using gateway = await serveScripted({ upstreams: [source('alpha')] });
    const client = await openSession(gateway.endpoint, 'ann');
    const answers = [await client.ask(method), await askModern(gateway.endpoint, 'ann', method)];
    expect(answers.map(({ error }) => error?.code)).toEqual([-32_601, -32_601]);
    expect(JSON.stringify(answers)).not.toMatch(/node_modules|\.[mc]?js|at \w+ \(/);
  },
);

test('logging/setLevel is a session’s own, and no method of a modern client', async () => {
  await using gateway = await serveScripted({ upstreams: [source('alpha')] });
  const client = await openSession(gateway.endpoint, 'ann');
  expect((await client.ask('logging/setLevel', { level: 'warning' })).result).toEqual({});
  expect((await client.ask('logging/setLevel', { level: 'loud' })).error?.code).toBe(-32_602);
  expect((await askModern(gateway.endpoint, 'ann', 'logging/setLevel', { level: 'info' })).error?.code).toBe(
    -32_601,
  );
});

test.each<[string, JsonObject, string]>([
  ['tools/call', {}, 'Invalid params: name: expected string, received undefined'],
  ['tools/list', { cursor: 3 }, 'Invalid params: cursor: expected string, received number'],
  ['resources/read', { uri: ['a:b'] }, 'Invalid params: uri: expected string, received array'],
  ['prompts/get', { name: 'p', arguments: 1 }, 'Invalid params: arguments: expected record, received number'],
])(
  'parameters that are none are told in a sentence, in both eras: %s %j',
  async (method, params, message) => {
    await using gateway = await serveScripted({ upstreams: [source('alpha')] });
    const client = await openSession(gateway.endpoint, 'ann');
    for (const { error } of [
      await client.ask(method, params),
      await askModern(gateway.endpoint, 'ann', method, params),
    ]) {
      expect(error).toEqual({ code: -32_602, message });
    }
  },
);
