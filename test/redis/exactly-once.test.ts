import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/state/store.ts';
import { openBy, urlOf } from './support/open.ts';
import { startProxy, type Proxy } from './support/proxy.ts';
import { startCluster, type RedisCluster } from './support/redis-cluster.ts';
import { startRedis, type RedisServer } from './support/redis-server.ts';
import { BUDGET, budgetOf, budgetTotal, NOW, PRICE, reserveMany } from './support/reservations.ts';

let server: RedisServer;
let cluster: RedisCluster;
beforeAll(async () => {
  [server, cluster] = await Promise.all([startRedis(), startCluster()]);
});
afterAll(() => Promise.all([server.close(), cluster.close()]));
beforeEach(async () => {
  await server.command('flushall');
});

describe('a hard budget', () => {
  it.each(['one server', 'a cluster'])(
    'lets exactly 50 of 1,000 reservations at once through on %s',
    async (kind) => {
      const store = await openBy(
        kind === 'a cluster'
          ? { cluster: cluster.urls, timeoutMs: 10_000 }
          : { url: urlOf(server), timeoutMs: 10_000 },
      );
      expect(await reserveMany(store, 1_000, 'call')).toBe(50);
      expect(await budgetTotal(store)).toEqual({ spent: 0, held: BUDGET });
      await store.close();
    },
  );

  it('lets exactly 50 through for two processes together', async () => {
    const settings = { url: urlOf(server), timeoutMs: 10_000 };
    const children = await Promise.all([startChild(settings, 500, 'one'), startChild(settings, 500, 'two')]);
    const [first = 0, second = 0] = await Promise.all(children.map((child) => child.go()));
    expect(first + second).toBe(50);
  });
});

describe('an answer that is lost', () => {
  let proxy: Proxy;
  let store: Store;
  beforeEach(async () => {
    proxy = await startProxy(server.port);
    store = await openBy({ url: urlOf(proxy), timeoutMs: 500 });
    return async () => {
      await store.close();
      await proxy.close();
    };
  });

  it('does not make a reservation count twice: the store repeats it by itself', async () => {
    await store.reserve(budgetOf('warm'));
    proxy.loseNextAnswer('lost-answer');
    expect(await store.reserve(budgetOf('lost-answer'))).toMatchObject({ outcome: 'reserved' });
    expect(await budgetTotal(store)).toEqual({ spent: 0, held: 2 * PRICE });
  });

  it('does not make a settlement count twice', async () => {
    await store.reserve(budgetOf('call'));
    proxy.loseNextAnswer('"amounts"');
    await store.settle({ id: 'call', now: NOW, amounts: { budget: 7 } });
    expect(await store.settle({ id: 'call', now: NOW, amounts: { budget: 7 } })).toBe('unknown');
    expect(await budgetTotal(store)).toEqual({ spent: 7, held: 0 });
  });

  it('is told as STATE_UNAVAILABLE where the step cannot be repeated by itself', async () => {
    await store.put('key', 'one', { now: NOW });
    proxy.loseNextAnswer('another-value');
    await expect(store.put('key', 'another-value', { now: NOW, ifVersion: 1 })).rejects.toMatchObject({
      code: 'STATE_UNAVAILABLE',
    });
    await expect.poll(() => store.isAvailable()).toBe(true);
    expect(await store.get('key', NOW)).toEqual({ value: 'another-value', version: 2 });
  });

  it('may come as late as it likes: what the caller repeats later counts once', async () => {
    proxy.loseAnswers();
    await expect(store.reserve(budgetOf('late'))).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
    expect(store.isAvailable()).toBe(false);
    proxy.heal();
    await expect.poll(() => store.isAvailable(), { timeout: 10_000 }).toBe(true);
    expect(await store.reserve(budgetOf('late'))).toMatchObject({ outcome: 'reserved', totals: [PRICE] });
    expect(await store.settle({ id: 'late', now: NOW, amounts: {} })).toBe('settled');
    expect(await budgetTotal(store)).toEqual({ spent: PRICE, held: 0 });
  });
});

interface ReservingChild {
  go(): Promise<number>;
}

async function startChild(settings: object, count: number, name: string): Promise<ReservingChild> {
  const file = new URL('reserve.child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [file, JSON.stringify(settings), String(count), name], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    async go() {
      child.stdin.write('go\n');
      return Number((await lines.next()).value);
    },
  };
}
