import { expect, test } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import { call, faultOf, never, startUpstream, textOf, until } from '../mcp-upstream/support.ts';
import { LOSSES, REFUSALS, startFaultProxy } from './fault-proxy.ts';
import { startServer } from './server.ts';

interface Told {
  code: ErrorCode;
  says: RegExp;
  retryAfterMs?: number;
}

const AWAY = (says: RegExp, retryAfterMs?: number): Told => ({
  code: 'UPSTREAM_UNAVAILABLE',
  says,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});
const SLOW: Told = { code: 'UPSTREAM_TIMEOUT', says: /did not answer in time/ };
const NONSENSE = (says: RegExp): Told => ({ code: 'UPSTREAM_PROTOCOL', says });

const TOLD: Record<keyof typeof REFUSALS | keyof typeof LOSSES, Told> = {
  silence: SLOW,
  'headers and then silence': SLOW,
  'a closed connection': AWAY(/cannot be reached/),
  'HTTP 401': AWAY(/refuses the configured credential \(HTTP 401\)/),
  'HTTP 404': NONSENSE(/HTTP 404/),
  'HTTP 429': AWAY(/answered HTTP 429 and asks to come again in 7 s/, 7_000),
  'HTTP 500': AWAY(/answered HTTP 500/),
  'HTTP 503': AWAY(/answered HTTP 503 and asks to come again in 120 s/, 120_000),
  'garbage bytes': NONSENSE(/not JSON/),
  'garbage JSON': NONSENSE(/not JSON/),
  'JSON that is no JSON-RPC': NONSENSE(/not JSON-RPC/),
  'a web page': NONSENSE(/neither JSON nor an event stream/),
  'an answer that unfolds beyond all bounds': NONSENSE(/too long|not JSON/),
  'an event without end': NONSENSE(/too long/),
  'an answer that comes too late': SLOW,
  'an answer cut in the middle': AWAY(/cannot be reached|before it was complete/),
  'an answer byte by byte': SLOW,
  'an answer that is lost': AWAY(/cannot be reached/),
};

const rows = (['legacy', 'modern'] as const).flatMap((kind) => [
  ...Object.entries(REFUSALS).map(([name, fault]) => ({ kind, name, fault, done: 0 })),
  ...Object.entries(LOSSES).map(([name, fault]) => ({ kind, name, fault, done: 1 })),
]);

test.each(rows)(
  '$kind: a call that meets $name is told so, and nothing that may have happened is sent again',
  async ({ kind, name, fault, done }) => {
    await using server = await startServer(kind);
    await using proxy = await startFaultProxy(server);
    // Megabytes take their time.
    const timeoutMs = name === 'an event without end' ? 20_000 : 400;
    const upstream = startUpstream({ url: proxy.url, headers: {} }, { timeoutMs });
    await upstream.contribution(never);
    proxy.use(fault);
    const { code, says, retryAfterMs } = TOLD[name as keyof typeof TOLD];
    const told = await faultOf(call(upstream, 'work', { id: 'a' }));
    if (name === 'an answer cut in the middle') {
      expect(['UPSTREAM_UNAVAILABLE', 'UPSTREAM_PROTOCOL']).toContain(told.code);
    } else expect(told.code).toBe(code);
    expect(told.message).toMatch(says);
    expect(told.data['retryAfterMs']).toBe(retryAfterMs);
    expect(server.done).toHaveLength(done);
    // A session that is unknown (404) did nothing: only then is a call sent a second time.
    expect(proxy.calls()).toBe(kind === 'legacy' && name === 'HTTP 404' ? 2 : 1);
    proxy.use(undefined);
    if (retryAfterMs === undefined) {
      await until(async () => {
        const outcome = await call(upstream, 'work', { id: 'b' }).catch(() => undefined);
        return outcome !== undefined && textOf(outcome) === 'done b';
      }, 'the next call succeeds');
    }
  },
);

test('a session that the server forgot is renewed, and the call is carried out once', async () => {
  await using server = await startServer('legacy');
  await using proxy = await startFaultProxy(server);
  const upstream = startUpstream({ url: proxy.url, headers: {} });
  await upstream.contribution(never);
  server.forget();
  expect(textOf(await call(upstream, 'work', { id: 'a' }))).toBe('done a');
  expect(server.done).toEqual(['a']);
});

test.each(['legacy', 'modern'] as const)(
  '%s: calls that were given up leave no connection behind',
  async (kind) => {
    await using server = await startServer(kind);
    await using proxy = await startFaultProxy(server);
    const upstream = startUpstream({ url: proxy.url, headers: {} }, { timeoutMs: 200 });
    await upstream.contribution(never);
    proxy.use(REFUSALS['headers and then silence']);
    await Promise.all(Array.from({ length: 10 }, () => faultOf(call(upstream, 'work'))));
    await until(async () => (await proxy.connections()) <= 3, 'the connections are closed');
  },
);

test.each(Object.entries(REFUSALS).filter(([name]) => !name.startsWith('HTTP')))(
  'a server whose every answer is %s fails in time, and is found again when it is well',
  async (_name, fault) => {
    await using server = await startServer('modern');
    await using proxy = await startFaultProxy(server);
    proxy.use(fault, 'everything');
    const upstream = startUpstream({ url: proxy.url, headers: {} }, { startupTimeoutMs: 400 });
    const started = performance.now();
    expect((await faultOf(upstream.contribution(never))).code).toMatch(/^UPSTREAM_/);
    expect(performance.now() - started).toBeLessThan(3_000);
    proxy.use(undefined);
    await until(() => upstream.changes() > 0, 'the server is found again');
    expect((await upstream.contribution(never)).tools).toHaveLength(1);
  },
);
