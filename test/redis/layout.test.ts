import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Store } from '../../src/state/store.ts';
import { openBy, recordLog, urlOf } from './support/open.ts';
import { startRedis, type RedisServer } from './support/redis-server.ts';
import { budgetOf, budgetTotal, NOW, PRICE } from './support/reservations.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.command('flushall');
});

const stores: Store[] = [];
afterEach(() => Promise.all(stores.splice(0).map((store) => store.close())));

async function open(...[settings, dependencies]: Partial<Parameters<typeof openBy>>): Promise<Store> {
  const store = await openBy({ url: urlOf(server), ...settings }, dependencies);
  stores.push(store);
  return store;
}

/** A next version: it wants each counter to be called something else. */
const NEXT = {
  version: 2,
  migrations: {
    1: `for _, field in ipairs(redis.call('HKEYS', KEYS[2])) do
      if field ~= '' then redis.call('HSET', KEYS[2], field, '7 ' .. string.match(redis.call('HGET', KEYS[2], field), '%d+$')) end
    end`,
  },
};

it('state of an older version is migrated in one step', async () => {
  const before = await open();
  await before.reserve(budgetOf('one'));
  const after = await open({}, { layout: NEXT });
  expect(await budgetTotal(after)).toEqual({ spent: 7, held: PRICE });
  expect(await after.settle({ id: 'one', now: NOW, amounts: { budget: 1 } })).toBe('settled');
  expect(await budgetTotal(after)).toEqual({ spent: 8, held: 0 });
});

it('a gateway of the older version that still runs then stops using it, and says why', async () => {
  const logger = recordLog();
  const before = await open({}, { logger });
  await before.put('key', 1, { now: NOW });
  await open({}, { layout: NEXT });
  await expect(before.put('key', 2, { now: NOW })).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
  expect(before.isAvailable()).toBe(false);
  await expect
    .poll(() => logger.lines.map(({ message }) => message).join('\n'))
    .toContain('has layout 2, and this version of Bailiwick knows 1: it was written by a newer one');
});

it('state of a newer version is refused and left alone', async () => {
  await server.command('set', '{bailiwick}:layout', '9');
  await expect(open()).rejects.toMatchObject({
    code: 'STATE_UNAVAILABLE',
    message: expect.stringContaining('it was written by a newer one'),
  });
  expect(await server.command('get', '{bailiwick}:layout')).toBe('9');
  expect(await server.command('dbsize')).toBe(1);
});

it('an older version that nothing leads from is refused', async () => {
  await open();
  await expect(open({}, { layout: { version: 3, migrations: {} } })).rejects.toMatchObject({
    message: expect.stringContaining('there is no way from the one to the other'),
  });
});

it('keys of another program are not written over', async () => {
  await server.command('set', '{bailiwick}:counters', 'not ours');
  const logger = recordLog();
  const store = await open({ timeoutMs: 200 }, { logger });
  expect(store.isAvailable()).toBe(false);
  expect(logger.lines.at(-1)?.message).toContain('another program uses the same keys');
  expect(await server.command('get', '{bailiwick}:counters')).toBe('not ours');
});

it('deployments with prefixes of their own share nothing, and every key carries the hash tag', async () => {
  const [one, two] = [await open({ prefix: 'one' }), await open({ prefix: 'two' })];
  await one.reserve(budgetOf('same'));
  await two.put('key', 1, { now: NOW });
  expect(await budgetTotal(two)).toEqual({ spent: 0, held: 0 });
  expect(await one.get('key', NOW)).toBeUndefined();
  const keys = (await server.command('keys', '*')) as string[];
  expect(keys.filter((key) => !/^\{(one|two)\}:/.test(key))).toEqual([]);
});
