import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Store } from '../../src/state/store.ts';
import { openBy, urlOf } from './support/open.ts';
import { startRedis, type RedisServer } from './support/redis-server.ts';

/*
 * Redis forgets what is over by itself, so these go by the true time: the store forgets only what its own clock and the one of
 * Redis both take for over.
 */
const HOUR = 3_600_000;

let server: RedisServer;
let store: Store;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.command('flushall');
  store = await openBy({ url: urlOf(server) });
});
afterEach(() => store.close());

/** How many entries the keys of the deployment hold, beside the one that each always has. */
async function size(): Promise<number> {
  const keys = (await server.command('keys', '{bailiwick}:*')) as string[];
  const sizes = await Promise.all(
    keys.map(async (key) => {
      const type = String(await server.command('type', key));
      if (type === 'hash') return Number(await server.command('hlen', key)) - 1;
      return type === 'zset' ? Number(await server.command('zcard', key)) - 1 : 0;
    }),
  );
  return sizes.reduce((sum, one) => sum + one, 0);
}

/** A call of another caller each time, under all kinds of limits, that took place so long ago. */
async function callAt(now: number, name: string, ends: boolean): Promise<void> {
  const item = { amount: 1, limit: 10, mode: 'hard', onLoss: 'charge' } as const;
  await store.reserve({
    id: `${name} ${now}`,
    now,
    leaseUntil: now + 60_000,
    items: [
      { ...item, counter: `hour ${name}`, window: { until: now + HOUR } },
      { ...item, counter: `rate ${name}`, window: { sliding: 60_000 } },
      { ...item, counter: `at once ${name}` },
    ],
    tally: { table: `day ${now}`, row: name, add: { calls: 1 }, expiresAt: now + HOUR },
  });
  if (ends) await store.settle({ id: `${name} ${now}`, now, amounts: {}, add: { calls: 1 } });
  await store.put(`token ${name}`, 'value', { now, expiresAt: now + HOUR });
}

/** Beyond everything that is kept of `then`. */
const DAYS = 3 * 24 * HOUR;

it('what is over is gone after a while, whoever it was about', async () => {
  const now = Date.now();
  const then = now - DAYS;
  for (let caller = 0; caller < 150; caller += 1) await callAt(then, String(caller), caller % 3 > 0); // oxlint-disable-line no-await-in-loop -- in turn
  expect(await size()).toBeGreaterThan(1_000);
  // The leases that are over are ended, a day later they are past correcting, and then it is swept.
  expect(await store.reap(then + 2 * HOUR)).toHaveLength(50);
  for (let round = 0; round < 10; round += 1) {
    await store.reap(now); // oxlint-disable-line no-await-in-loop -- some at a time
    await store.put('another', 1, { now, expiresAt: now }); // oxlint-disable-line no-await-in-loop -- some at a time
  }
  // One value that was just stored: in the hash, in its index and in its expiry.
  expect(await size()).toBe(3);
});

it('a gateway whose clock runs ahead does not make the others lose what is live', async () => {
  const now = Date.now();
  await callAt(now, 'caller', true);
  const before = await size();
  for (let round = 0; round < 3; round += 1) {
    await store.reap(now + 400 * DAYS); // oxlint-disable-line no-await-in-loop -- some at a time
    await store.put('another', 1, { now: now + 400 * DAYS }); // oxlint-disable-line no-await-in-loop -- some at a time
  }
  expect(await size()).toBe(before + 2);
  const window = { until: now + HOUR };
  expect(await store.totals([{ counter: 'hour caller', window }], now)).toEqual([{ spent: 1, held: 0 }]);
  expect(await store.get('token caller', now)).toEqual({ value: 'value', version: 1 });
});

it('many leases that are over are ended by one reservation, some at a time, and each is told once', async () => {
  const now = Date.now();
  for (let caller = 0; caller < 250; caller += 1) await callAt(now - HOUR, String(caller), false); // oxlint-disable-line no-await-in-loop -- in turn
  const answer = await store.reserve({ id: 'next', now, leaseUntil: now + 60_000, items: [] });
  expect(answer).toMatchObject({ outcome: 'reserved' });
  expect(new Set(answer.lost.map(({ id }) => id)).size).toBe(250);
  expect(await store.reap(now)).toEqual([]);
});
