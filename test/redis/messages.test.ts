import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../src/catalog/json.ts';
import type { Store } from '../../src/state/store.ts';
import { freePort } from '../support/child-process.ts';
import { openBy, urlOf } from './support/open.ts';
import { startProxy } from './support/proxy.ts';
import { startCluster, type RedisCluster } from './support/redis-cluster.ts';
import { startRedis, type RedisServer } from './support/redis-server.ts';

let server: RedisServer;
let cluster: RedisCluster;
beforeAll(async () => {
  [server, cluster] = await Promise.all([startRedis(), startCluster()]);
});
afterAll(() => Promise.all([server.close(), cluster.close()]));

const stores: Store[] = [];
afterEach(() => Promise.all(stores.splice(0).map((store) => store.close())));

async function open(settings: object): Promise<Store> {
  const store = await openBy({ timeoutMs: 500, ...settings });
  stores.push(store);
  return store;
}

const heard = (list: readonly unknown[]) => expect.poll(() => list, { timeout: 15_000 });

describe.each(['one server', 'a cluster'])('on %s', (kind) => {
  const settings = (): object => (kind === 'a cluster' ? { cluster: cluster.urls } : { url: urlOf(server) });

  it('a message is heard by all gateways of a deployment, the sender included, and by no other', async () => {
    const [one, two, other] = await Promise.all([
      open(settings()),
      open(settings()),
      open({ ...settings(), prefix: 'other' }),
    ]);
    const messages: Record<string, Json[]> = { one: [], two: [], other: [] };
    await one.subscribe('keys', (message) => messages['one']!.push(message));
    await two.subscribe('keys', (message) => messages['two']!.push(message));
    await other.subscribe('keys', (message) => messages['other']!.push(message));
    await one.publish('keys', { revoked: 'a' });
    await two.publish('keys', 'ü');
    await heard(messages['one']!).toEqual([{ revoked: 'a' }, 'ü']);
    await heard(messages['two']!).toEqual([{ revoked: 'a' }, 'ü']);
    expect(messages['other']).toEqual([]);
  });

  it('nothing is heard after stopping, and a listener that throws keeps nothing from the others', async () => {
    const store = await open(settings());
    const first: Json[] = [];
    const second: Json[] = [];
    await store.subscribe('topic', () => {
      throw new Error('a fault of the listener');
    });
    const stop = await store.subscribe('topic', (message) => first.push(message));
    await store.subscribe('topic', (message) => second.push(message));
    await store.publish('topic', 1);
    await heard(second).toEqual([1]);
    await stop();
    await store.publish('topic', 2);
    await heard(second).toEqual([1, 2]);
    expect(first).toEqual([1]);
  });
});

it('a subscriber whose connection broke is told of the gap, and hears again', async () => {
  const proxy = await startProxy(server.port);
  const [near, far] = await Promise.all([open({ url: urlOf(proxy) }), open({ url: urlOf(server) })]);
  const messages: Json[] = [];
  let gaps = 0;
  await near.subscribe(
    'topic',
    (message) => messages.push(message),
    () => {
      gaps += 1;
    },
  );
  await far.publish('topic', 'before');
  await heard(messages).toEqual(['before']);
  proxy.stall();
  proxy.reset();
  await far.publish('topic', 'missed');
  proxy.heal();
  await expect.poll(() => gaps, { timeout: 15_000 }).toBe(1);
  await far.publish('topic', 'after');
  await heard(messages).toEqual(['before', 'after']);
  await proxy.close();
});

it('a node of a cluster that is killed takes no subscription with it', async () => {
  const own = await startCluster();
  try {
    const store = await open({ cluster: own.urls });
    let gaps = 0;
    const messages: Json[] = [];
    await store.subscribe(
      'topic',
      (message) => messages.push(message),
      () => (gaps += 1),
    );
    const clients = await Promise.all(
      own.primaries.map((node) => node.command('pubsub', 'numsub', '{bailiwick}:topic:topic')),
    );
    const index = clients.findIndex((answer) => (answer as [string, number])[1] === 1);
    await own.primaries[index]!.kill();
    await expect.poll(() => gaps, { timeout: 15_000 }).toBe(1);
    const alive = own.primaries.find((_, other) => other !== index)!;
    await alive.command('publish', '{bailiwick}:topic:topic', '"still here"');
    await heard(messages).toEqual(['still here']);
  } finally {
    await own.close();
  }
});

it('a subscription that is made while Redis is away is heard when it comes, after a gap', async () => {
  const port = await freePort();
  const store = await open({ url: `redis://127.0.0.1:${port}`, timeoutMs: 200 });
  const messages: Json[] = [];
  let gaps = 0;
  await store.subscribe(
    'topic',
    (message) => messages.push(message),
    () => (gaps += 1),
  );
  const late = await startRedis(['--port', String(port)]);
  await expect.poll(() => gaps, { timeout: 15_000 }).toBe(1);
  await expect.poll(() => store.isAvailable(), { timeout: 15_000 }).toBe(true);
  await store.publish('topic', 1);
  await heard(messages).toEqual([1]);
  await late.close();
});
