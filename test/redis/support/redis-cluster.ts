import { freePort } from '../../support/child-process.ts';
import { startRedis, type RedisServer } from './redis-server.ts';
import { until } from './until.ts';

const SLOTS = 16_384;

export interface RedisCluster {
  readonly primaries: readonly RedisServer[];
  readonly replicas: readonly RedisServer[];
  readonly urls: readonly string[];
  /** The primary that has a slot now. */
  ownerOf(slot: number): Promise<RedisServer>;
  close(): Promise<void>;
}

/** Three primaries with a third of the slots each, and as many replicas of the first ones as asked for. */
export async function startCluster({ replicas = 0 } = {}): Promise<RedisCluster> {
  const servers = await Promise.all(
    Array.from({ length: 3 + replicas }, async () => {
      const busPort = await freePort();
      const server = await startRedis([
        '--cluster-enabled',
        'yes',
        '--cluster-port',
        String(busPort),
        '--cluster-node-timeout',
        '1000',
        '--cluster-replica-validity-factor',
        '0',
      ]);
      return { server, busPort };
    }),
  );
  const all = servers.map(({ server }) => server);
  const primaries = all.slice(0, 3);
  const copies = all.slice(3);
  await Promise.all(all.map((server, index) => server.command('cluster', 'set-config-epoch', index + 1)));
  await Promise.all(
    primaries.map((server, index) =>
      server.command(
        'cluster',
        'addslotsrange',
        Math.floor((index * SLOTS) / 3),
        Math.floor(((index + 1) * SLOTS) / 3) - 1,
      ),
    ),
  );
  for (const { server, busPort } of servers.slice(1))
    // oxlint-disable-next-line no-await-in-loop -- one meets after the other
    await all[0]!.command('cluster', 'meet', '127.0.0.1', server.port, busPort);
  const knows = async (server: RedisServer): Promise<boolean> => {
    const info = String(await server.command('cluster', 'info'));
    return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${all.length}`);
  };
  await until('the cluster is whole', async () => (await Promise.all(all.map(knows))).every(Boolean));
  await Promise.all(
    copies.map(async (copy, index) => copy.command('cluster', 'replicate', await idOf(primaries[index]!))),
  );
  await until('replicas follow', async () =>
    (await Promise.all(copies.map((copy) => copy.command('info', 'replication')))).every((info) =>
      String(info).includes('master_link_status:up'),
    ),
  );
  return {
    primaries,
    replicas: copies,
    urls: all.map(({ port }) => `redis://127.0.0.1:${port}`),
    async ownerOf(slot) {
      const ranges = (await all[0]!.command('cluster', 'slots')) as [number, number, [string, number]][];
      const range = ranges.find(([first, last]) => slot >= first && slot <= last);
      const owner = all.find(({ port }) => port === range?.[2][1]);
      if (owner === undefined) throw new Error(`nobody has slot ${slot}`);
      return owner;
    },
    async close() {
      await Promise.all(all.map((server) => server.close()));
    },
  };
}

export async function idOf(server: RedisServer): Promise<string> {
  return String(await server.command('cluster', 'myid'));
}
