import { afterAll, beforeAll } from 'vitest';
import { describeStore, type OpenHome } from '../state/contract.ts';
import { openBy, urlOf } from './support/open.ts';
import { startCluster, type RedisCluster } from './support/redis-cluster.ts';
import { startSentinelGroup, type SentinelGroup } from './support/redis-sentinel.ts';
import { startRedis, type RedisServer } from './support/redis-server.ts';

let server: RedisServer;
let cluster: RedisCluster;
let group: SentinelGroup;
let homes = 0;
beforeAll(async () => {
  [server, cluster, group] = await Promise.all([startRedis(), startCluster(), startSentinelGroup()]);
});
afterAll(() => Promise.all([server.close(), cluster.close(), group.close()]));

/** Each home is a deployment of its own on the same servers; in a cluster, anywhere. */
async function openHome(settings: object): Promise<OpenHome> {
  homes += 1;
  const own = { ...settings, prefix: `home-${homes}`, timeoutMs: 10_000 };
  const [first, second] = await Promise.all([openBy(own), openBy(own)]);
  return {
    first,
    second,
    async close() {
      await Promise.all([first.close(), second.close()]);
    },
  };
}

describeStore('state in Redis', () => openHome({ url: urlOf(server) }));
describeStore('state in Redis Cluster', () => openHome({ cluster: cluster.urls }));
describeStore('state in Redis behind Sentinel', () =>
  openHome({ sentinel: { name: group.name, urls: group.urls } }),
);
