import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../support/child-process.ts';
import { startRedis, withConnection, type RedisServer } from './redis-server.ts';
import { until } from './until.ts';

export interface SentinelGroup {
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  readonly sentinel: RedisServer;
  readonly urls: readonly string[];
  readonly name: string;
  /** The port of the primary, as the sentinel knows it. */
  primaryPort(): Promise<number>;
  close(): Promise<void>;
}

/** A primary, a replica and a sentinel that replaces a primary which is gone for half a second. */
export async function startSentinelGroup(): Promise<SentinelGroup> {
  const name = 'deployment';
  const primary = await startRedis();
  const replica = await startRedis(['--replicaof', '127.0.0.1', String(primary.port)]);
  await until('the replica follows', async () =>
    String(await replica.command('info', 'replication')).includes('master_link_status:up'),
  );
  const directory = await mkdtemp(path.join(tmpdir(), 'bailiwick-sentinel-'));
  const port = await freePort();
  const file = path.join(directory, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${directory}`,
    `sentinel monitor ${name} 127.0.0.1 ${primary.port} 1`,
    `sentinel down-after-milliseconds ${name} 500`,
    `sentinel failover-timeout ${name} 3000`,
  ];
  await writeFile(file, lines.join('\n'));
  const sentinel = await startRedis([file, '--sentinel']);
  const ask = (...words: string[]): Promise<unknown> =>
    withConnection(port, (connection) => connection.call('sentinel', ...words));
  await until('the sentinel knows the replica', async () => {
    const replicas = (await ask('replicas', name)) as unknown[];
    return replicas.length === 1;
  });
  return {
    primary,
    replica,
    sentinel,
    name,
    urls: [`redis://127.0.0.1:${port}`],
    primaryPort: async () => Number(((await ask('get-master-addr-by-name', name)) as string[])[1]),
    async close() {
      await Promise.all([sentinel, replica, primary].map((server) => server.close()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}
