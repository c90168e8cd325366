import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import { scriptUpstream, serveScripted, type ScriptedUpstream } from '../lists/scripted.ts';
import { askModern, gather, openSession, sendModern } from '../lists/wire.ts';
import { catalogOf, tool } from '../policy/fixtures.ts';

const SECRET = 'hunter2';

const policyOf = (...rules: string[]): string =>
  `policy: p\nrules:\n${rules.map((rule) => `  - ${rule}\n`).join('')}`;

const MASK = policyOf('{ id: a, effect: permit, obligations: { mask: [/ssn] } }');

describe('a question of an upstream, for a caller to whom a part of the answer is masked', () => {
  const asking: JsonObject = {
    resultType: 'input_required',
    requestState: 'x',
    content: [{ type: 'text', text: SECRET }],
    structuredContent: { ssn: SECRET },
    messages: [{ role: 'user', content: { type: 'text', text: SECRET } }],
    _meta: { hint: SECRET },
  };

  test.each([
    ['tools/call', { name: 's_t' }],
    ['prompts/get', { name: 's_p' }],
    ['resources/read', { uri: 's+file:///a' }],
  ])('has nothing of the answer beside it (%s)', async (method, params) => {
    const upstream = scriptUpstream(
      catalogOf('s', { tools: [tool('s', 't')], prompts: ['p'], resources: ['file:///a'] }),
      { callTool: async () => ({ result: asking, status: 'ok' }), request: async () => asking },
    );
    await using gateway = await serveScripted({ upstreams: [upstream], policy: MASK });
    const { result } = await askModern(gateway.endpoint, 'ann', method, params);
    expect(Object.keys(result ?? {}).toSorted()).toEqual(['_meta', 'requestState', 'resultType']);
    expect(JSON.stringify(result)).not.toContain(SECRET);
  });
});

test('a refusal does not tell what is pinned, where a schema reaches it by reference too', async () => {
  const schema: JsonObject = {
    type: 'object',
    properties: { filter: { $ref: '#/$defs/filter' }, limit: { type: 'integer' } },
    $defs: { filter: { type: 'object', properties: { tenant: { type: 'string' } } } },
  };
  const one = { ...tool('s', 't'), inputSchema: schema, validationSchema: schema };
  await using gateway = await serveScripted({
    upstreams: [scriptUpstream(catalogOf('s', { tools: [one] }))],
    policy: policyOf(
      "{ id: a, effect: permit, when: 'args.limit < 9', obligations: { set: { /filter/tenant: acme } } }",
    ),
  });
  const list = await askModern(gateway.endpoint, 'ann', 'tools/list');
  expect(JSON.stringify(list)).not.toContain('acme');
  for (const args of [{ limit: 1, filter: { tenant: 'other' } }, { limit: 10 }]) {
    const { result } = await askModern(gateway.endpoint, 'ann', 'tools/call', {
      name: 's_t',
      arguments: args,
    });
    expect(result).toMatchObject({ isError: true, structuredContent: { error: { code: 'POLICY_DENIED' } } });
    expect(JSON.stringify(result)).not.toContain('acme');
  }
});

const notes = (): ScriptedUpstream =>
  scriptUpstream(catalogOf('notes', { resources: ['note://a', 'note://z'] }));

test.each([
  ['a text', 'tenant: acme', { tenant: 'x' }],
  ['an object', 'any: { a: acme, b: [1] }', { any: 1 }],
  ['a list of objects', 'any: [{ a: acme }]', { any: [] }],
  ['a member of what takes any', '/any/a: acme', { any: { a: 'x' } }],
])('%s that every permit pins is told in no schema, no description and no refusal', async (_, set, other) => {
  const schema: JsonObject = {
    type: 'object',
    properties: { tenant: { type: 'string' }, any: {}, limit: { type: 'integer' } },
  };
  const one = { ...tool('s', 't'), inputSchema: schema, validationSchema: schema };
  const pinned = `obligations: { set: { ${set} } } }`;
  await using gateway = await serveScripted({
    upstreams: [scriptUpstream(catalogOf('s', { tools: [one], prompts: ['p'] }))],
    policy: policyOf(
      `{ id: a, effect: permit, when: 'args.limit * 3 == 6', ${pinned}`,
      `{ id: b, effect: permit, when: 'args.limit * 3 == 9 || args.limit < 2', ${pinned}`,
    ),
  });
  const list = await askModern(gateway.endpoint, 'ann', 'tools/list');
  expect(JSON.stringify(list)).toContain('args.limit * 3 == 6');
  const told: unknown[] = [list];
  for (const args of [{ limit: 1, ...other }, { limit: 10 }, {}]) {
    const call = { name: 's_t', arguments: args };
    const { result } = await askModern(gateway.endpoint, 'ann', 'tools/call', call);
    expect(result).toMatchObject({ isError: true, structuredContent: { error: { code: 'POLICY_DENIED' } } });
    const prompt = await askModern(gateway.endpoint, 'ann', 'prompts/get', {
      name: 's_p',
      arguments: { tenant: 'x' },
    });
    told.push(result, prompt);
  }
  expect(JSON.stringify(told)).not.toContain('acme');
});

describe('updates of a resource that was subscribed to', () => {
  const OPEN = policyOf('{ id: a, effect: permit }');
  const until = (time: number): string =>
    policyOf(
      `{ id: a, effect: permit, what: { resource: 'note://a*' }, when: 'now < timestamp("${new Date(time).toISOString()}")' }`,
      `{ id: z, effect: permit, what: { resource: 'note://z' } }`,
    );

  /** Listens to both resources in one era; `a` and `z` tell of updates, and the URIs that were told are returned. */
  const eras = [
    [
      'modern',
      async (endpoint: string) => {
        const notifications = { resourceSubscriptions: ['notes+note://a', 'notes+note://z'] };
        return gather(await sendModern(endpoint, 'ann', 'subscriptions/listen', { notifications }));
      },
    ],
    [
      'legacy',
      async (endpoint: string) => {
        const session = await openSession(endpoint, 'ann');
        const told = gather(await session.listen());
        for (const uri of ['notes+note://a', 'notes+note://z'])
          await session.ask('resources/subscribe', { uri });
        return told;
      },
    ],
  ] as const;

  test.each(eras)('are told as long as a condition on the time holds (%s)', async (_era, listen) => {
    const upstream = notes();
    await using gateway = await serveScripted({
      upstreams: [upstream],
      policy: until(Date.now() + 3_600_000),
    });
    const { messages, stop } = await listen(gateway.endpoint);
    await expect.poll(() => upstream.subscribed.length).toBe(2);
    const told = (): unknown[] =>
      messages.flatMap(({ method, params }) =>
        method === 'notifications/resources/updated' ? [params?.['uri']] : [],
      );
    upstream.update('note://a');
    await expect.poll(told).toEqual(['notes+note://a']);
    gateway.pass(7_200_000);
    upstream.update('note://a');
    upstream.update('note://z');
    await expect.poll(told).toEqual(['notes+note://a', 'notes+note://z']);
    await stop();
  });

  test.each(eras)('are decided by the policies of today, parts of it too (%s)', async (_era, listen) => {
    const upstream = notes();
    await using gateway = await serveScripted({ upstreams: [upstream], policy: OPEN });
    const { messages, stop } = await listen(gateway.endpoint);
    await expect.poll(() => upstream.subscribed.length).toBe(2);
    const policy = policyOf(
      "{ id: a, effect: permit, what: { resource: 'note://*' }, obligations: { mask: [/ssn] } }",
      "{ id: part, effect: deny, what: { resource: 'note://a/part' } }",
    );
    await gateway.swap({ upstreams: [upstream], policy });
    upstream.update('note://a', { uri: 'note://a/part' });
    upstream.update('note://a', { uri: 'note://a', title: SECRET });
    const told = (): unknown[] =>
      messages.flatMap(({ method, params }) =>
        method === 'notifications/resources/updated' ? [params] : [],
      );
    await expect.poll(told).toMatchObject([{ uri: 'notes+note://a' }]);
    expect(JSON.stringify(messages)).not.toContain(SECRET);
    await stop();
  });
});
