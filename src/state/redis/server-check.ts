import { Cluster, type Redis } from 'ioredis';
import type { Client } from './client.ts';
import { toAddress } from './topology.ts';
import type { Warnings } from './warnings.ts';

/**
 * Says what of the settings of the servers can cost state: a policy that evicts keys, and nothing kept on disk. What a server
 * does not tell (services do not show their settings) is passed over.
 */
export async function inspectServers(client: Client, title: string, warnings: Warnings): Promise<void> {
  const servers = client instanceof Cluster ? client.nodes('master') : [client];
  await Promise.all(
    servers.map(async (server) => {
      try {
        await inspectServer(
          server,
          client instanceof Cluster ? toAddress(addressOf(server)) : title,
          warnings,
        );
      } catch {
        // It is asked again at the next probe.
      }
    }),
  );
}

async function inspectServer(server: Redis, title: string, warnings: Warnings): Promise<void> {
  const info = parseInfo(`${await server.info('memory')}\r\n${await server.info('persistence')}`);
  const policy = info.get('maxmemory_policy');
  // The policies that begin with volatile take keys that expire, and ours do not.
  if (policy?.startsWith('allkeys'))
    warnings.sayOnce(
      'warn',
      `${title}: maxmemory-policy is ${policy}, so Redis may drop counters and reservations when memory runs short, and budgets would begin anew. Set it to noeviction`,
    );
  if (info.get('aof_enabled') !== '0') return;
  const save = await readSetting(server, 'save');
  if (save === undefined) return;
  warnings.sayOnce(
    save === '' ? 'warn' : 'info',
    save === ''
      ? `${title}: nothing is kept on disk, so budgets begin anew when Redis restarts. Set appendonly yes to keep them`
      : `${title}: only snapshots are kept on disk, so a crash forgets what was spent after the last one. Set appendonly yes to keep it`,
  );
}

function parseInfo(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(/\r?\n/).flatMap((line) => {
      const colon = line.indexOf(':');
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
    }),
  );
}

/** A setting, or nothing where the user may not read it. */
async function readSetting(server: Redis, name: string): Promise<string | undefined> {
  try {
    const [, value] = await server.config('GET', name);
    return value;
  } catch {
    return undefined;
  }
}

function addressOf({ options: { host = '?', port = 0 } }: Redis): { host: string; port: number } {
  return { host, port };
}
