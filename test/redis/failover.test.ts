import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Store } from '../../src/state/store.ts';
import { openBy, recordLog, urlOf } from './support/open.ts';
import { idOf, startCluster, type RedisCluster } from './support/redis-cluster.ts';
import { startSentinelGroup } from './support/redis-sentinel.ts';
import type { RedisServer } from './support/redis-server.ts';
import { budgetOf, budgetTotal, PRICE } from './support/reservations.ts';
import { until } from './support/until.ts';

let store: Store | undefined;
afterEach(() => store?.close());

/** Reserves one after the other while something happens, each again until it is answered; how many were reserved. */
async function reserveDuring(target: Store, work: () => Promise<void>): Promise<number> {
  const progress = { isOver: false };
  let count = 0;
  const reserving = (async () => {
    while (!progress.isOver || count === 0) {
      await until('a reservation is answered', () => reserveOnce(target, `during-${count}`)); // oxlint-disable-line no-await-in-loop -- one after the other
      count += 1;
    }
  })();
  try {
    await work();
  } finally {
    progress.isOver = true;
    await reserving;
  }
  return count;
}

/** Beyond any limit, so that only counting is looked at. */
async function reserveOnce(target: Store, id: string): Promise<boolean> {
  const { items, ...rest } = budgetOf(id);
  const soft = items.map((item) => ({ ...item, mode: 'soft' as const }));
  const answer = await target.reserve({ ...rest, items: soft }).catch(() => undefined);
  return answer?.outcome === 'reserved';
}

describe('behind Sentinel', () => {
  it('goes on at the replica when the primary is killed', async () => {
    const group = await startSentinelGroup();
    try {
      const logger = recordLog();
      store = await openBy({ sentinel: { name: group.name, urls: group.urls }, timeoutMs: 500 }, { logger });
      const opened = store;
      await reserveOnce(opened, 'before');
      await group.primary.command('wait', 1, 5_000);
      await group.primary.kill();
      await until('the replica is promoted', async () => (await group.primaryPort()) === group.replica.port);
      await until('the store is back', () => reserveOnce(opened, 'after'));
      expect(await budgetTotal(opened)).toEqual({ spent: 0, held: 2 * PRICE });
      expect(logger.lines.map(({ level }) => level)).toContain('warn');
    } finally {
      await group.close();
    }
  });
});

describe('a sentinel that is away', () => {
  it('keeps nobody from Redis, and nothing is written past the log', async () => {
    const group = await startSentinelGroup();
    const written = vi.spyOn(console, 'error');
    try {
      store = await openBy({ sentinel: { name: group.name, urls: group.urls }, timeoutMs: 500 });
      const heard: unknown[] = [];
      await store.subscribe('topic', (message) => heard.push(message));
      await group.sentinel.kill();
      const opened = store;
      const count = await reserveDuring(opened, () => until('some time has passed', twentyTimes()));
      expect(await budgetTotal(opened)).toEqual({ spent: 0, held: count * PRICE });
      await opened.publish('topic', 1);
      await expect.poll(() => heard).toEqual([1]);
      expect(written).not.toHaveBeenCalled();
    } finally {
      written.mockRestore();
      await store?.close();
      await group.close();
    }
  });
});

/** Yes, when asked for the twentieth time: half a second, in which connections are tried again. */
function twentyTimes(): () => boolean {
  let asked = 0;
  return () => (asked += 1) >= 20;
}

describe('a cluster', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startCluster({ replicas: 3 });
  });
  afterAll(() => cluster.close());

  /** The slot of a deployment, and the store that has one thing reserved in it. */
  async function openIn(prefix: string): Promise<{ opened: Store; slot: number }> {
    store = await openBy({ cluster: cluster.urls.slice(0, 2), prefix, timeoutMs: 1_000 });
    await reserveOnce(store, 'before');
    const slot = Number(await cluster.primaries[0]!.command('cluster', 'keyslot', prefix));
    return { opened: store, slot };
  }

  it('moves the slot key by key while calls are reserved, and loses none', async () => {
    const { opened, slot } = await openIn('moved');
    const source = await cluster.ownerOf(slot);
    const target = cluster.primaries.find((server) => server !== source)!;
    const count = await reserveDuring(opened, () => moveSlot(slot, source, target));
    expect((await cluster.ownerOf(slot)).port).toBe(target.port);
    // On the way it was told to ask the other node, or to try again.
    expect(await source.command('info', 'errorstats')).toMatch(/errorstat_(ASK|TRYAGAIN)/);
    expect(count).toBeGreaterThan(0);
    expect(await budgetTotal(opened)).toEqual({ spent: 0, held: (count + 1) * PRICE });
    await moveSlot(slot, target, source);
    expect(await budgetTotal(opened)).toEqual({ spent: 0, held: (count + 1) * PRICE });
  });

  it('hands over to a replica that is asked to take over, and loses nothing', async () => {
    const { opened, slot } = await openIn('handed');
    const source = await cluster.ownerOf(slot);
    const replica = cluster.replicas[cluster.primaries.indexOf(source)]!;
    const count = await reserveDuring(opened, async () => {
      await replica.command('cluster', 'failover');
      await until('the replica has the slot', async () => (await cluster.ownerOf(slot)) === replica);
    });
    expect(await budgetTotal(opened)).toEqual({ spent: 0, held: (count + 1) * PRICE });
  });

  it('tells whoever configured one of its nodes as the only server', async () => {
    const slot = Number(await cluster.primaries[0]!.command('cluster', 'keyslot', 'alone'));
    const owner = await cluster.ownerOf(slot);
    const other = cluster.primaries.find((server) => server !== owner)!;
    await expect(openBy({ url: urlOf(other), prefix: 'alone' })).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('use state.redis.cluster'),
    });
  });

  it('goes on at a replica when a primary is killed', async () => {
    const { opened, slot } = await openIn('killed');
    const source = await cluster.ownerOf(slot);
    await source.command('wait', 1, 5_000);
    await source.kill();
    await until('the store is back', () => reserveOnce(opened, 'after'));
    expect(await budgetTotal(opened)).toEqual({ spent: 0, held: 2 * PRICE });
    await source.restart();
  });

  it('is found again after all of it was away', async () => {
    const { opened } = await openIn('gone');
    const all = [...cluster.primaries, ...cluster.replicas];
    await Promise.all(all.map((server) => server.kill()));
    await until('the store knows', () => !opened.isAvailable());
    await Promise.all(all.map((server) => server.restart()));
    await until('the store is back', () => reserveOnce(opened, 'after'));
    // Nothing was kept on disk.
    expect(await budgetTotal(opened)).toEqual({ spent: 0, held: PRICE });
  });
});

/** As `redis-cli --cluster reshard` does it, a key at a time. */
async function moveSlot(slot: number, source: RedisServer, target: RedisServer): Promise<void> {
  await target.command('cluster', 'setslot', slot, 'importing', await idOf(source));
  await source.command('cluster', 'setslot', slot, 'migrating', await idOf(target));
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- until none is left
    const [key] = (await source.command('cluster', 'getkeysinslot', slot, 1)) as string[];
    if (key === undefined) break;
    await source.command('migrate', '127.0.0.1', target.port, key, 0, 5_000); // oxlint-disable-line no-await-in-loop -- one after the other
    await new Promise(setImmediate); // oxlint-disable-line no-await-in-loop -- one after the other
  }
  const id = await idOf(target);
  for (const server of [target, source]) await server.command('cluster', 'setslot', slot, 'node', id); // oxlint-disable-line no-await-in-loop -- in turn
}
