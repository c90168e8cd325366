import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, type AnyClient } from '../support/clients.ts';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { urlOf } from './support/open.ts';
import { startCountingApi, type CountingApi } from './support/counting-api.ts';
import { startRedis, type RedisServer } from './support/redis-server.ts';
import { until } from './support/until.ts';

/*
 * Two gateway processes in front of one HTTP API, their limits in one Redis: a hard budget of $5 for calls of $0.10, a soft
 * limit that is never reached, and a tool that nothing limits.
 */
let redis: RedisServer;
let api: CountingApi;
let gateways: readonly GatewayProcess[];
let clients: readonly AnyClient[];

const POLICY = {
  policy: 'all',
  scopes: { all: { source: 'shop' } },
  limits: [
    { id: 'month', what: { tool: 'paid' }, budget: { usd: 5, per: 'month' } },
    { id: 'pace', what: { tool: 'paced' }, budget: { calls: 1_000, per: 'month', mode: 'soft' } },
  ],
};

beforeEach(async () => {
  redis = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always']);
  api = await startCountingApi(['paid', 'paced', 'free']);
  gateways = await Promise.all([start(), start()]);
  clients = await Promise.all(gateways.map(({ url }) => connect('v2 modern', `${url}/mcp/shop`)));
});
afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await Promise.all([api.close(), redis.close()]);
});

const start = (): Promise<GatewayProcess> =>
  startGateway({
    identity: { local: { scopes: ['all'] } },
    sources: { shop: { openapi: api.document, url: api.url, price: 0.1 } },
    policy: POLICY,
    // Two cores do all of this at once: what is slow here is not Redis.
    state: { redis: { url: urlOf(redis), timeoutMs: 20_000 } },
  });

/** What became of a call: `ok`, or the code of the error. */
async function call(client: AnyClient, name: string): Promise<string> {
  const { isError, structuredContent } = await client.callTool({ name, arguments: {} });
  const { error } = (structuredContent ?? {}) as { error?: { code?: string } };
  return isError === true ? (error?.code ?? 'an error without a code') : 'ok';
}

/** So many calls, in turn by each gateway; how many there were of each outcome. */
async function callMany(name: string, count: number, atOnce: number): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {};
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < count) {
      const client = clients[next % clients.length]!;
      next += 1;
      const outcome = await call(client, name); // oxlint-disable-line no-await-in-loop -- one after the other
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  return outcomes;
}

describe('two gateways over one Redis', () => {
  it('let exactly 50 of 1,000 calls of $0.10 through to the API, of a budget of $5', async () => {
    expect(await callMany('paid', 1_000, 200)).toEqual({ ok: 50, LIMIT_EXCEEDED: 950 });
    expect(api.counts.get('/paid')).toBe(50);
  });

  it('refuse under hard limits while Redis is away, go on with everything else, and count nothing twice', async () => {
    expect(await callMany('paid', 10, 4)).toEqual({ ok: 10 });
    expect(await callMany('paced', 10, 4)).toEqual({ ok: 10 });
    await redis.kill();
    const knowsIt = ({ child }: GatewayProcess): boolean =>
      child.stderrTail().includes(`Redis at 127.0.0.1:${redis.port} is away`);
    // Each notices by itself, within the time that a connection may be gone.
    await until('both gateways say that Redis is away', () => gateways.every(knowsIt), 30_000);

    expect(await callMany('paid', 6, 2)).toEqual({ STATE_UNAVAILABLE: 6 });
    expect(await callMany('paced', 6, 2)).toEqual({ ok: 6 });
    expect(await callMany('free', 6, 2)).toEqual({ ok: 6 });
    const lists = await Promise.all(clients.map((client) => client.listTools()));
    expect(lists.map(({ tools }) => tools.length)).toEqual([3, 3]);
    expect(api.counts.get('/paid')).toBe(10);

    await redis.restart();
    for (const client of clients)
      await until('the gateway reaches Redis again', async () => (await call(client, 'paid')) === 'ok'); // oxlint-disable-line no-await-in-loop -- one after the other
    // 12 of the 50 are gone: 10 from before, and the first of each gateway since.
    expect(await callMany('paid', 60, 10)).toEqual({ ok: 38, LIMIT_EXCEEDED: 22 });
    expect(api.counts.get('/paid')).toBe(50);
    for (const { child } of gateways)
      expect(child.stderrTail()).toMatch(/store of limits and budgets is back/);
  });
  it('pass the budget neither way when Redis is killed in the middle of calls', async () => {
    const calls = callMany('paid', 300, 20);
    await until('some calls have reached the API', () => (api.counts.get('/paid') ?? 0) >= 10);
    await redis.kill();
    const { ok = 0, ...others } = await calls;
    expect(Object.keys(others)).toEqual(['STATE_UNAVAILABLE']);
    expect(api.counts.get('/paid')).toBe(ok);
    await redis.restart();
    // What was reserved for calls that were then refused is given back as soon as Redis can be told.
    await until('all of the budget is used, and both gateways reach Redis', async () => {
      const { STATE_UNAVAILABLE: away = 0 } = await callMany('paid', 10, 2);
      return away === 0 && api.counts.get('/paid') === 50;
    });
    expect(await callMany('paid', 20, 4)).toEqual({ LIMIT_EXCEEDED: 20 });
    expect(api.counts.get('/paid')).toBe(50);
  });
});
