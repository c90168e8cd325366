import { expect, test } from 'vitest';
import { createSourcePool } from '../../src/gateway/source-pool.ts';
import { connect } from '../support/clients.ts';
import { startModernServer } from '../mcp-upstream/modern-wire.ts';
import { call, faultOf, never, principalOf, startUpstream, textOf, until } from '../mcp-upstream/support.ts';
import { REFUSALS, startFaultProxy } from './fault-proxy.ts';
import { gatewayOf } from './gateway.ts';
import { startServer } from './server.ts';

test.each(['legacy', 'modern'] as const)(
  '%s: after five calls without an answer the next fail at once, unsent, until one finds the server well',
  async (kind) => {
    await using server = await startServer(kind);
    await using proxy = await startFaultProxy(server);
    let now = 1_000_000;
    const backoff = { initialMs: 60_000, maximumMs: 600_000 };
    const upstream = startUpstream(
      { url: proxy.url, headers: {} },
      { timeoutMs: 100, backoff, now: () => now },
    );
    await upstream.contribution(never);
    proxy.use(REFUSALS.silence);
    for (let round = 0; round < 5; round++) {
      expect((await faultOf(call(upstream, 'work'))).code).toBe('UPSTREAM_TIMEOUT');
    }
    now += 20_000;
    expect(await faultOf(call(upstream, 'work'))).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      message: 'source up is down: it did not answer in time; next try in 40 s',
      data: { retryAfterMs: 40_000 },
      nothingSent: true,
    });
    expect(proxy.calls()).toBe(5);
    proxy.use(undefined);
    now += 40_000;
    expect(textOf(await call(upstream, 'work', { id: 'a' }))).toBe('done a');
    expect(textOf(await call(upstream, 'work', { id: 'b' }))).toBe('done b');
    expect(server.done).toEqual(['a', 'b']);
  },
);

test('a server that says when to come again is left alone until then', async () => {
  await using server = await startServer('modern');
  await using proxy = await startFaultProxy(server);
  let now = 1_000_000;
  const upstream = startUpstream(
    { url: proxy.url, headers: {} },
    { backoff: { initialMs: 50, maximumMs: 60_000 }, now: () => now },
  );
  await upstream.contribution(never);
  proxy.use(REFUSALS['HTTP 429']);
  expect((await faultOf(call(upstream, 'work'))).data).toEqual({ status: 429, retryAfterMs: 7_000 });
  proxy.use(undefined);
  now += 6_000;
  expect((await faultOf(call(upstream, 'work'))).data).toEqual({ retryAfterMs: 1_000 });
  expect(proxy.calls()).toBe(1);
  now += 1_000;
  await call(upstream, 'work', { id: 'a' });
  expect(server.done).toEqual(['a']);
});

test('a server that answers every call with an error of its own is called all the same', async () => {
  const { url, seen } = await startModernServer({
    'tools/call': () => ({ error: { code: -32_603, message: 'out of paper' } }),
  });
  const upstream = startUpstream({ url, headers: {} });
  for (let round = 0; round < 12; round++) {
    expect((await faultOf(call(upstream, 'any'))).code).toBe('UPSTREAM_ERROR');
  }
  expect(seen.filter(({ method }) => method === 'tools/call')).toHaveLength(12);
});

test('lists that never end, page by page in time, are given up', async () => {
  let page = 0;
  const { url } = await startModernServer({
    'tools/list': () => ({ tools: [], nextCursor: `${(page += 1)}`, ttlMs: 0, cacheScope: 'private' }),
  });
  const upstream = startUpstream(
    { url, headers: {} },
    { startupTimeoutMs: 300, listTimeoutMs: 10, random: () => 0 },
  );
  const fault = await faultOf(upstream.contribution(never));
  expect(fault.code).toMatch(/^UPSTREAM_(?:TIMEOUT|PROTOCOL)$/);
});

test.each(['legacy', 'modern', 'sse'] as const)(
  '%s: a server that comes back is listed and called again by itself, and clients are told',
  async (kind) => {
    const server = await startServer(kind);
    const transport = kind === 'sse' ? 'sse' : 'http';
    await using gateway = await gatewayOf({ far: { mcp: { url: server.url, transport } } });
    await using client = await connect('v2 legacy', gateway.endpoint);
    await client.callTool({ name: 'far_work', arguments: { id: 'a' } });
    await server[Symbol.asyncDispose]();
    const refused = await client.callTool({ name: 'far_work', arguments: { id: 'b' } });
    expect(refused.isError).toBe(true);
    await expect.poll(() => gateway.app.gateway.current().stale.has('far'), { timeout: 5_000 }).toBe(true);
    await using again = await startServer(kind, { port: server.port });
    await expect.poll(() => gateway.app.gateway.current().stale.has('far'), { timeout: 10_000 }).toBe(false);
    await until(async () => {
      const result = await client.callTool({ name: 'far_work', arguments: { id: 'c' } });
      return result.isError !== true;
    }, 'the call succeeds');
    expect(again.done).toEqual(['c']);
  },
);

test('a call to a server that is down says when it is tried again, and others fail unsent until then', async () => {
  const server = await startServer('legacy');
  const upstream = startUpstream(
    { url: server.url, headers: {} },
    { backoff: { initialMs: 60_000, maximumMs: 600_000 } },
  );
  await upstream.contribution(never);
  await server[Symbol.asyncDispose]();
  const callers = ['ann', 'bob', 'cy'].map((name) => ({ caller: { principal: principalOf(name) } }));
  const faults = [];
  for (const caller of callers) faults.push(await faultOf(call(upstream, 'work', {}, caller)));
  expect(faults.map(({ code, data }) => [code, typeof data['retryAfterMs']])).toEqual(
    callers.map(() => ['UPSTREAM_UNAVAILABLE', 'number']),
  );
  expect(faults[2]?.message).toContain('is down: it cannot be reached (ECONNREFUSED); next try in');
});

test('a call that reaches a server which is back ends the wait for its lists', async () => {
  const server = await startServer('legacy');
  const clock = { now: 1_000_000 };
  const upstream = startUpstream(
    { url: server.url, headers: {} },
    { backoff: { initialMs: 60_000, maximumMs: 600_000 }, now: () => clock.now },
  );
  await upstream.contribution(never);
  await server[Symbol.asyncDispose]();
  await faultOf(call(upstream, 'work'));
  expect((await faultOf(upstream.contribution(never))).code).toBe('UPSTREAM_UNAVAILABLE');
  const before = upstream.changes();
  await using _again = await startServer('legacy', { port: server.port });
  clock.now += 600_000;
  const caller = { principal: principalOf('ann') };
  expect(textOf(await call(upstream, 'work', { id: 'a' }, { caller }))).toBe('done a');
  await until(() => upstream.changes() > before, 'the lists are announced');
  expect((await upstream.contribution(never)).tools).toHaveLength(1);
});

test('the log of a server that stays away tells each change once, in a line, and attempts for those who look closer', async () => {
  const server = await startServer('legacy');
  const upstream = startUpstream(
    { url: server.url, headers: {} },
    { backoff: { initialMs: 20, maximumMs: 20 } },
  );
  const changed: string[] = [];
  const pool = createSourcePool({
    onChange: () => void changed.push(pool.status()[0]?.state ?? ''),
    callsEnded: async () => {},
    logger: upstream.logger,
    now: Date.now,
  });
  pool.replace(new Map([['up', { key: 'up', create: () => upstream }]]));
  await pool.settled();
  await server[Symbol.asyncDispose]();
  await faultOf(call(upstream, 'work', {}, { caller: { principal: principalOf('ann') } }));
  const attempts = () => upstream.log.filter(({ message }) => message === 'upstream is not reachable');
  await until(() => changed.at(-1) === 'down' && attempts().length > 4, 'it was tried some times');
  await using _again = await startServer('legacy', { port: server.port });
  await until(() => changed.at(-1) === 'ready', 'it is back');
  const told = upstream.log.filter(({ level }) => level !== 'debug');
  expect(told.filter(({ message }) => message !== 'a connection was lost; it is opened again')).toEqual([
    {
      level: 'warn',
      fields: {
        source: 'up',
        code: 'UPSTREAM_UNAVAILABLE',
        reason: expect.stringContaining('cannot be reached (ECONNREFUSED)'),
        causes: expect.arrayContaining([expect.stringContaining('ECONNREFUSED')]),
      },
      message: 'source up is down',
    },
    { level: 'info', fields: { source: 'up' }, message: 'source up is back' },
  ]);
  expect(JSON.stringify(told)).not.toContain('    at ');
  await pool.close();
});
