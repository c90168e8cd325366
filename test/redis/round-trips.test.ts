import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Store } from '../../src/state/store.ts';
import { openBy, urlOf } from './support/open.ts';
import { startRedis, type RedisServer } from './support/redis-server.ts';
import { budgetOf, NOW } from './support/reservations.ts';

let server: RedisServer;
let store: Store;
beforeAll(async () => {
  server = await startRedis();
  store = await openBy({ url: urlOf(server) });
});
afterAll(async () => {
  await store.close();
  await server.close();
});

/** How often clients sent each kind of command. What scripts call is not among them. */
async function sent(): Promise<Record<string, number>> {
  const info = String(await server.command('info', 'commandstats'));
  const counts = [...info.matchAll(/cmdstat_(eval|evalsha|script\|load|ping):calls=(\d+)/g)];
  return Object.fromEntries(counts.map(([, name = '', calls]) => [name, Number(calls)]));
}

it('reserving is one round trip, and settling is one', async () => {
  await store.reserve(budgetOf('warm'));
  await store.settle({ id: 'warm', now: NOW, amounts: {} });
  const before = await sent();
  for (let index = 0; index < 10; index += 1) {
    await store.reserve(budgetOf(`call-${index}`)); // oxlint-disable-line no-await-in-loop -- one after the other
    await store.settle({ id: `call-${index}`, now: NOW, amounts: { budget: 1 } }); // oxlint-disable-line no-await-in-loop -- one after the other
  }
  expect(await sent()).toEqual({ ...before, evalsha: (before['evalsha'] ?? 0) + 20 });
});

it('a server that forgot the scripts is given them again', async () => {
  await server.command('script', 'flush');
  expect(await store.reserve(budgetOf('after the flush'))).toMatchObject({ outcome: 'reserved' });
});
