import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/state/store.ts';
import { freePort } from '../support/child-process.ts';
import { openBy, recordLog, urlOf } from './support/open.ts';
import { startProxy, type Proxy } from './support/proxy.ts';
import { startRedis, type RedisServer } from './support/redis-server.ts';
import { budgetOf, budgetTotal, NOW, PRICE } from './support/reservations.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop(); // oxlint-disable-line no-await-in-loop -- in turn
});

async function start(settings: readonly string[] = []): Promise<RedisServer> {
  const server = await startRedis(settings);
  stops.push(() => server.close());
  return server;
}

async function open(settings: object, logger = recordLog()): Promise<Store> {
  const store = await openBy(settings, { logger });
  stops.push(() => store.close());
  return store;
}

const untilAvailable = (store: Store): Promise<void> =>
  expect.poll(() => store.isAvailable(), { timeout: 15_000 }).toBe(true);

describe('Redis that is killed', () => {
  it('is known to be away at once, and the log says so', async () => {
    const server = await start();
    const logger = recordLog();
    const store = await open({ url: urlOf(server), timeoutMs: 300 }, logger);
    const changes: boolean[] = [];
    store.onAvailability((available) => changes.push(available));
    await server.kill();
    await expect(store.reserve(budgetOf('call'))).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
    expect(store.isAvailable()).toBe(false);
    expect(changes).toEqual([false]);
    expect(logger.lines.at(-1)).toMatchObject({
      level: 'warn',
      message: expect.stringContaining(`Redis at 127.0.0.1:${server.port} is away`),
    });
    const before = performance.now();
    await expect(store.reserve(budgetOf('call'))).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
    expect(performance.now() - before).toBeLessThan(50);
  });

  it('has what was reserved and settled when it is back, with an append-only file', async () => {
    const server = await start(['--appendonly', 'yes', '--appendfsync', 'always']);
    const store = await open({ url: urlOf(server), timeoutMs: 300 });
    await store.reserve(budgetOf('one'));
    await store.reserve(budgetOf('two'));
    await store.settle({ id: 'one', now: NOW, amounts: {} });
    await server.kill();
    await expect.poll(() => store.isAvailable()).toBe(false);
    await server.restart();
    await untilAvailable(store);
    expect(await store.settle({ id: 'one', now: NOW, amounts: {} })).toBe('unknown');
    expect(await store.settle({ id: 'two', now: NOW, amounts: { budget: 1 } })).toBe('settled');
    expect(await budgetTotal(store)).toEqual({ spent: PRICE + 1, held: 0 });
  });

  it('is known to have lost what it held by the only gateway that uses it', async () => {
    const server = await start();
    const logger = recordLog();
    const store = await open({ url: urlOf(server), timeoutMs: 300 }, logger);
    for (const id of ['one', 'two']) {
      await server.command('flushall'); // oxlint-disable-line no-await-in-loop -- twice in turn
      await store.reserve(budgetOf(id)); // oxlint-disable-line no-await-in-loop
    }
    const losses = logger.lines.filter(({ message }) => message.includes('has lost what it held'));
    expect(losses).toHaveLength(2);
  });

  it('begins anew when it is back empty, without another start of the gateway', async () => {
    const server = await start();
    const logger = recordLog();
    const losses = (log: typeof logger): number =>
      log.lines.filter(({ message }) =>
        message.endsWith('has lost what it held: limits and budgets begin anew'),
      ).length;
    const store = await open({ url: urlOf(server), timeoutMs: 300 }, logger);
    const others = recordLog();
    const other = await open({ url: urlOf(server), timeoutMs: 300 }, others);
    await store.reserve(budgetOf('one'));
    await server.kill();
    await expect.poll(() => store.isAvailable() || other.isAvailable()).toBe(false);
    await server.restart();
    await untilAvailable(store);
    await untilAvailable(other);
    expect(await store.reserve(budgetOf('two'))).toMatchObject({ outcome: 'reserved', totals: [PRICE] });
    // Each gateway says so, whichever of them made the keys anew.
    expect([losses(logger), losses(others)]).toEqual([1, 1]);
    await server.command('flushall');
    expect(await store.reserve(budgetOf('three'))).toMatchObject({ outcome: 'reserved', totals: [PRICE] });
    expect(losses(logger)).toBe(2);
  });
});

describe('opening', () => {
  it('resolves where nobody listens, and reaches Redis when it comes', async () => {
    const port = await freePort();
    const logger = recordLog();
    const store = await open({ url: `redis://127.0.0.1:${port}`, timeoutMs: 300 }, logger);
    expect(store.isAvailable()).toBe(false);
    expect(logger.lines).toMatchObject([{ level: 'warn', message: expect.stringContaining('ECONNREFUSED') }]);
    await expect(store.get('key', NOW)).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
    const server = await start(['--port', String(port)]);
    await untilAvailable(store);
    expect(await store.get('key', NOW)).toBeUndefined();
    expect(server.pid).toBeGreaterThan(0);
  });

  it('resolves where the network swallows everything', async () => {
    const server = await start();
    const proxy = await startProxy(server.port);
    stops.push(() => proxy.close());
    proxy.stall();
    const store = await open({ url: urlOf(proxy), timeoutMs: 200 });
    expect(store.isAvailable()).toBe(false);
    proxy.heal();
    await untilAvailable(store);
  });

  it.each([
    { name: 'a wrong password', user: ':wrong-secret@', path: '', says: 'user name or password is wrong' },
    { name: 'no password', user: '', path: '', says: 'it asks for a password' },
    {
      name: 'a database that is not there',
      user: ':right-secret@',
      path: '/99',
      says: 'does not have the database',
    },
  ])('refuses $name, and does not repeat the password', async ({ user, path, says }) => {
    const server = await start(['--requirepass', 'right-secret']);
    const logger = recordLog();
    const opened = openBy({ url: `redis://${user}127.0.0.1:${server.port}${path}` }, { logger });
    await expect(opened).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining(says),
    });
    const [error] = await Promise.allSettled([opened]);
    expect(inspect({ error, lines: logger.lines }, { depth: 10 })).not.toContain('secret');
  });

  it('refuses one server where a cluster is configured, and the other way round', async () => {
    const [alone, node] = await Promise.all([start(), start(['--cluster-enabled', 'yes'])]);
    await expect(openBy({ cluster: [urlOf(alone)] })).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('use state.redis.url'),
    });
    const store = await open({ url: urlOf(node), timeoutMs: 200 });
    expect(store.isAvailable()).toBe(false);
  });

  it('works with user, password and a database of its own', async () => {
    const server = await start(['--requirepass', 'p@ss:word']);
    await server.command('auth', 'p@ss:word').catch(() => undefined);
    const store = await open({ url: `redis://default:p%40ss%3Aword@127.0.0.1:${server.port}/3` });
    expect(await store.put('key', 1, { now: NOW })).toBe(true);
    const other = await open({ url: urlOf(server), username: 'default', password: 'p@ss:word' });
    expect(await other.get('key', NOW)).toBeUndefined();
  });
});

it('a user that may touch nothing but the keys and channels of the prefix is enough', async () => {
  const server = await start();
  const rights = '~{mine}:* &{mine}:* +@all -@dangerous +info';
  await server.command('acl', 'setuser', 'gateway', 'on', '>pass', ...rights.split(' '));
  const logger = recordLog();
  const store = await open(
    { url: urlOf(server), username: 'gateway', password: 'pass', prefix: 'mine' },
    logger,
  );
  const heard: unknown[] = [];
  await store.subscribe('topic', (message) => heard.push(message));
  await store.publish('topic', 1);
  await store.reserve(budgetOf('one'));
  expect(await store.settle({ id: 'one', now: NOW, amounts: {} })).toBe('settled');
  expect(await store.put('key', 1, { now: NOW })).toBe(true);
  await expect.poll(() => heard).toEqual([1]);
  expect(logger.lines.map(({ level }) => level)).toEqual(['info']);
  await expect(
    openBy({ url: urlOf(server), username: 'gateway', password: 'pass', prefix: 'other' }),
  ).rejects.toMatchObject({ code: 'CONFIGURATION' });
});

describe('the settings of the server', () => {
  it('are warned of where keys may be evicted, and told where nothing is kept on disk', async () => {
    const server = await start(['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru']);
    const logger = recordLog();
    await open({ url: urlOf(server) }, logger);
    await expect.poll(() => logger.lines.length).toBe(3);
    expect(logger.lines).toMatchObject([
      { level: 'info', message: expect.stringContaining('is reached') },
      { level: 'warn', message: expect.stringContaining('maxmemory-policy is allkeys-lru') },
      { level: 'warn', message: expect.stringContaining('nothing is kept on disk') },
    ]);
  });

  it('are not warned of where only keys that expire may be evicted: ours do not', async () => {
    const server = await start(['--maxmemory', '100mb', '--maxmemory-policy', 'volatile-lru']);
    const logger = recordLog();
    const store = await open({ url: urlOf(server) }, logger);
    await store.put('key', 1, { now: NOW, expiresAt: NOW + 1_000 });
    await store.reserve(budgetOf('one'));
    await expect.poll(() => logger.lines.length).toBe(2);
    expect(logger.lines.filter(({ message }) => message.includes('maxmemory-policy'))).toEqual([]);
    const keys = (await server.command('keys', '*')) as string[];
    const lives = await Promise.all(keys.map((key) => server.command('ttl', key)));
    expect(new Set(lives)).toEqual(new Set([-1]));
  });

  it('do not keep back what is settled when there is no memory left', async () => {
    const server = await start(['--maxmemory-policy', 'noeviction']);
    const logger = recordLog();
    const store = await open({ url: urlOf(server) }, logger);
    await store.reserve(budgetOf('one'));
    await server.command('config', 'set', 'maxmemory', '1');
    await expect(store.reserve(budgetOf('two'))).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
    expect(logger.lines.at(-1)?.message).toContain('it has no memory left');
    expect(store.isAvailable()).toBe(true);
    expect(await store.settle({ id: 'one', now: NOW, amounts: {} })).toBe('settled');
    expect(await budgetTotal(store)).toEqual({ spent: PRICE, held: 0 });
  });
});

describe('a network that fails', () => {
  let server: RedisServer;
  let proxy: Proxy;
  let store: Store;
  beforeEach(async () => {
    server = await start();
    proxy = await startProxy(server.port);
    stops.push(() => proxy.close());
    store = await open({ url: urlOf(proxy), timeoutMs: 200 });
  });

  it.each([
    ['slow', (network: Proxy) => network.delayAnswers(1_000)],
    ['cut off', (network: Proxy) => network.stall()],
  ] as const)('keeps nobody waiting longer than timeoutMs when it is %s', async (_name, fail) => {
    await store.reserve(budgetOf('before'));
    fail(proxy);
    const before = performance.now();
    const answers = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => store.reserve(budgetOf(`call-${index}`))),
    );
    expect(performance.now() - before).toBeLessThan(600);
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'rejected'));
    proxy.heal();
    await untilAvailable(store);
    // What was reserved without an answer is what it is; repeating finds it, or reserves it now.
    for (let index = 0; index < 20; index += 1) await store.reserve(budgetOf(`call-${index}`)); // oxlint-disable-line no-await-in-loop -- in turn
    expect(await budgetTotal(store)).toEqual({ spent: 0, held: 21 * PRICE });
  });

  it('is survived where only connections break', async () => {
    await store.reserve(budgetOf('one'));
    proxy.reset();
    expect(await store.reserve(budgetOf('two'))).toMatchObject({ outcome: 'reserved', totals: [2 * PRICE] });
  });

  it('shows when Redis hangs, and that it goes on', async () => {
    server.signal('SIGSTOP');
    await expect(store.reserve(budgetOf('one'))).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
    expect(store.isAvailable()).toBe(false);
    server.signal('SIGCONT');
    await untilAvailable(store);
    await store.reserve(budgetOf('one'));
    expect(await budgetTotal(store)).toEqual({ spent: 0, held: PRICE });
  });
});

it('says why it is away in plain words, and nothing of an outage before', async () => {
  const port = await freePort();
  const logger = recordLog();
  const store = await open({ url: `redis://127.0.0.1:${port}`, timeoutMs: 200 }, logger);
  const server = await start(['--port', String(port)]);
  await untilAvailable(store);
  const before = logger.lines.length;
  server.signal('SIGSTOP');
  await Promise.allSettled(Array.from({ length: 5 }, (_, index) => store.reserve(budgetOf(`call-${index}`))));
  await expect(store.reserve(budgetOf('late'))).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
  server.signal('SIGCONT');
  await untilAvailable(store);
  expect(inspect(logger.lines.slice(before))).not.toMatch(/ECONNREFUSED|enableOfflineQueue|max retries/);
});

describe('a store that is closed', () => {
  it('rejects every later call', async () => {
    const server = await start();
    const store = await open({ url: urlOf(server) });
    await store.close();
    await store.close();
    expect(store.isAvailable()).toBe(false);
    for (const call of [
      store.get('key', NOW),
      store.reserve(budgetOf('one')),
      store.publish('topic', 1),
      store.subscribe('topic', () => undefined),
    ])
      await expect(call).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' }); // oxlint-disable-line no-await-in-loop -- in turn
  });
});
