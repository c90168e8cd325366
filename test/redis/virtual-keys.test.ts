import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFolder } from '../support/gateway.ts';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { runWith } from '../support/in-process.ts';
import { INITIALIZE, post } from '../support/raw-http.ts';
import { startCountingApi, type CountingApi } from './support/counting-api.ts';
import { urlOf } from './support/open.ts';
import { startRedis, type RedisServer } from './support/redis-server.ts';
import { until } from './support/until.ts';

/* Two gateway processes, and the command line, with their keys in one Redis. */
let redis: RedisServer;
let api: CountingApi;
let gateways: readonly GatewayProcess[];
let workspace: Awaited<ReturnType<typeof createFolder>>;

const IDENTITY = { local: false, principals: { agent: { scopes: ['all'] } } };

beforeEach(async () => {
  redis = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always']);
  api = await startCountingApi(['free']);
  const state = { redis: { url: urlOf(redis) } };
  const start = (): Promise<GatewayProcess> =>
    startGateway({
      identity: IDENTITY,
      sources: { shop: { openapi: api.document, url: api.url } },
      policy: { policy: 'all', scopes: { all: { source: 'shop' } } },
      state,
    });
  gateways = await Promise.all([start(), start()]);
  workspace = await createFolder({
    'bailiwick.yaml': JSON.stringify({ identity: IDENTITY, sources: {}, policies: './policies/', state }),
    'policies/all.policy.yaml': 'policy: all\n',
  });
});
afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await Promise.all([api.close(), redis.close(), workspace[Symbol.asyncDispose]()]);
});

async function keys(...args: string[]): Promise<{ key: string; name: string }> {
  const { status, out, err } = await runWith(workspace.folder, ['keys', ...args, '--json']);
  if (status !== 0) throw new Error(err);
  return JSON.parse(out) as { key: string; name: string };
}

/** What both gateways say to a key. */
function statuses(key: string): Promise<number[]> {
  return Promise.all(
    gateways.map(async ({ url }) => {
      const answer = await post(`${url}/mcp`, JSON.stringify(INITIALIZE), { authorization: `Bearer ${key}` });
      return answer.status;
    }),
  );
}

const untilBothSay = (what: string, key: string, status: number): Promise<void> =>
  until(what, async () => (await statuses(key)).every((one) => one === status), 30_000);

describe('virtual keys over one Redis', () => {
  it('count at both gateways when they are made, and at none when they are revoked', async () => {
    const made = await keys('create', 'agent');
    expect(await statuses(made.key)).toEqual([200, 200]);
    await keys('revoke', made.name);
    const revokedAt = Date.now();
    await untilBothSay('both refuse it', made.key, 401);
    // Told, and not found by the look every half minute.
    expect(Date.now() - revokedAt).toBeLessThan(5_000);
  });

  it('that are known go on while Redis is killed, others are neither let in nor refused, and a revocation that was missed counts', async () => {
    const [known, doomed, fresh] = [
      await keys('create', 'agent'),
      await keys('create', 'agent'),
      await keys('create', 'agent'),
    ];
    for (const { key } of [known, doomed]) expect(await statuses(key)).toEqual([200, 200]); // oxlint-disable-line no-await-in-loop -- one after the other
    await redis.kill();
    expect(await statuses(known.key)).toEqual([200, 200]);
    await untilBothSay('what is not known waits for the store', fresh.key, 503);
    expect((await runWith(workspace.folder, ['keys', 'revoke', doomed.name])).status).toBe(3);
    expect(await statuses(known.key)).toEqual([200, 200]);

    await redis.restart();
    await keys('revoke', doomed.name);
    await untilBothSay('both refuse it', doomed.key, 401);
    await untilBothSay('what was not known is let in', fresh.key, 200);
    expect(await statuses(known.key)).toEqual([200, 200]);
  });
});
