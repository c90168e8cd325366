import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { BailiwickError } from '../../errors.ts';
import { parseRedisUrl, type RedisUrl } from './redis-url.ts';
import type { StateSettings } from '../settings.ts';

export type RedisSettings = NonNullable<StateSettings['redis']>;

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** How to reach Redis, read from the settings. */
export interface Topology {
  readonly kind: 'single' | 'cluster' | 'sentinel';
  /** The server, some nodes of the cluster, or the sentinels. */
  readonly endpoints: readonly [Endpoint, ...Endpoint[]];
  readonly database: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: ConnectionOptions | undefined;
  readonly sentinel:
    | { readonly name: string; readonly username: string | undefined; readonly password: string | undefined }
    | undefined;
  /** What an operator calls it, e.g. `Redis at 10.0.0.1:6379`. Without credentials. */
  readonly title: string;
}

/** @throws BailiwickError `CONFIGURATION` */
export async function readTopology(settings: RedisSettings): Promise<Topology> {
  const { kind, urls } = toUrls(settings);
  const port = kind === 'sentinel' ? 26_379 : 6379;
  const [first, ...others] = urls.map((url) => parseUrl(url, port));
  if (first === undefined) throw new BailiwickError('CONFIGURATION', 'state.redis names no server');
  const all = [first, ...others];
  const endpoints: Topology['endpoints'] = [first.endpoint, ...others.map(({ endpoint }) => endpoint)];
  if (kind === 'cluster' && all.some(({ database }) => database !== 0))
    throw new BailiwickError('CONFIGURATION', 'state.redis.cluster: a cluster has only database 0');
  const usesTls = settings.tls !== undefined || all.some(({ secure }) => secure);
  // What stands in a URL of a sentinel is for the sentinel.
  const ofUrl = kind === 'sentinel' ? undefined : first;
  return {
    kind,
    endpoints,
    database: first.database,
    username: settings.username ?? ofUrl?.username,
    password: settings.password ?? ofUrl?.password,
    tls: usesTls
      ? await readTls(settings.tls, kind === 'cluster' ? first.endpoint.host : undefined)
      : undefined,
    sentinel: settings.sentinel && {
      name: settings.sentinel.name,
      username: settings.sentinel.username ?? first.username,
      password: settings.sentinel.password ?? first.password,
    },
    title: toTitle(kind, endpoints, settings.sentinel?.name),
  };
}

function toUrls(settings: RedisSettings): { kind: Topology['kind']; urls: readonly string[] } {
  if (settings.cluster !== undefined) return { kind: 'cluster', urls: settings.cluster };
  if (settings.sentinel !== undefined) return { kind: 'sentinel', urls: settings.sentinel.urls };
  return { kind: 'single', urls: settings.url === undefined ? [] : [settings.url] };
}

interface ParsedUrl extends Omit<RedisUrl, 'host' | 'port'> {
  readonly endpoint: Endpoint;
}

function parseUrl(text: string, defaultPort: number): ParsedUrl {
  const url = parseRedisUrl(text);
  if (typeof url === 'string') throw new BailiwickError('CONFIGURATION', `state.redis: a URL ${url}`);
  const { host, port = defaultPort, ...others } = url;
  return { endpoint: { host, port }, ...others };
}

/** The nodes of a cluster are found by address, but their certificate carries a name. */
async function readTls(
  settings: RedisSettings['tls'],
  defaultName: string | undefined,
): Promise<ConnectionOptions> {
  const servername = settings?.serverName ?? defaultName;
  return {
    ...(servername === undefined ? {} : { servername }),
    ...(settings?.ca === undefined ? {} : { ca: await readAuthority(settings.ca) }),
  };
}

async function readAuthority(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new BailiwickError('CONFIGURATION', `state.redis.tls.ca: ${file} cannot be read`, { cause: error });
  }
}

function toTitle(kind: Topology['kind'], endpoints: readonly Endpoint[], name: string | undefined): string {
  const where = endpoints.map(toAddress).join(', ');
  if (kind === 'cluster') return `Redis Cluster at ${where}`;
  if (kind === 'sentinel') return `Redis ${name} behind the sentinels at ${where}`;
  return `Redis at ${where}`;
}

export function toAddress({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
