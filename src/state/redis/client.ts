import { Cluster, Redis, type ClusterOptions, type RedisOptions } from 'ioredis';
import { QuietSentinelConnector } from './sentinel-connector.ts';
import type { Topology } from './topology.ts';

export type Client = Redis | Cluster;

type SingleOptions = RedisOptions & { replyMapping: 'legacy' };

const LONGEST_DELAY_MS = 2_000;

/** Grows with each failure up to two seconds, and differs between gateways, so that they do not come back all at once. */
export function toDelay(failures: number): number {
  const cap = Math.min(LONGEST_DELAY_MS, 25 * 2 ** Math.min(failures, 10));
  return Math.ceil(cap / 2 + (Math.random() * cap) / 2);
}

/**
 * A client that is not connected yet. It sends each command once: what is in flight when a connection is lost is rejected,
 * because only the caller knows whether it may be repeated. Nothing waits in a queue for a connection.
 */
export function createClient(topology: Topology, timeoutMs: number): Client {
  return topology.kind === 'cluster'
    ? new Cluster([...topology.endpoints], toClusterOptions(topology, timeoutMs))
    : new Redis(toSingleOptions(topology, timeoutMs));
}

/** One connection of its own, for hearing: a subscriber cannot send commands. In a cluster, to one node. */
export function createSubscriber(topology: Topology, timeoutMs: number, client: Client): Redis {
  const own = { connectionName: 'bailiwick-subscriber', retryStrategy: () => null };
  if (!(client instanceof Cluster)) return new Redis({ ...toSingleOptions(topology, timeoutMs), ...own });
  const known = client.nodes('master').map(({ options: { host, port } }) => ({ host, port }));
  const nodes = known.length > 0 ? known : topology.endpoints;
  const { host = '127.0.0.1', port = 6379 } = nodes[Math.floor(Math.random() * nodes.length)] ?? {};
  return new Redis({
    ...toConnectionOptions(topology, timeoutMs),
    ...own,
    enableOfflineQueue: false,
    host,
    port,
  });
}

function toConnectionOptions(topology: Topology, timeoutMs: number) {
  return {
    lazyConnect: true,
    protocol: 2,
    replyMapping: 'legacy',
    connectionName: 'bailiwick',
    disableClientInfo: true,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    connectTimeout: Math.max(timeoutMs, 1_000),
    // A connection that is half open answers nothing for a quarter of an hour: a new one is made instead.
    socketTimeout: timeoutMs * 2,
    keepAlive: 10_000,
    // What a connection that is closed may take to say goodbye; a command waits for it at its end.
    disconnectTimeout: 300,
    reconnectOnError: (error: Error) =>
      /^(READONLY|MASTERDOWN|UNBLOCKED)\b/.test(error.message) ? 1 : false,
    ...(topology.username === undefined ? {} : { username: topology.username }),
    ...(topology.password === undefined ? {} : { password: topology.password }),
    ...(topology.tls === undefined ? {} : { tls: topology.tls }),
  } satisfies RedisOptions;
}

function toSingleOptions(topology: Topology, timeoutMs: number): SingleOptions {
  const { sentinel, endpoints, tls } = topology;
  const options = {
    ...toConnectionOptions(topology, timeoutMs),
    db: topology.database,
    enableOfflineQueue: false,
    retryStrategy: toDelay,
  };
  if (sentinel === undefined) return { ...options, ...endpoints[0] };
  return {
    ...options,
    Connector: QuietSentinelConnector,
    name: sentinel.name,
    sentinels: [...endpoints],
    sentinelRetryStrategy: toDelay,
    sentinelReconnectStrategy: toDelay,
    sentinelCommandTimeout: timeoutMs,
    failoverDetector: true,
    ...(sentinel.username === undefined ? {} : { sentinelUsername: sentinel.username }),
    ...(sentinel.password === undefined ? {} : { sentinelPassword: sentinel.password }),
    ...(tls === undefined ? {} : { sentinelTLS: tls, enableTLSForSentinelMode: true }),
  };
}

function toClusterOptions(topology: Topology, timeoutMs: number) {
  return {
    redisOptions: toConnectionOptions(topology, timeoutMs),
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: toDelay,
    slotsRefreshTimeout: Math.max(timeoutMs, 1_000),
    slotsRefreshInterval: 5_000,
    // Zero: not sent again by the client. See above.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    retryDelayOnTryAgain: 20,
    scaleReads: 'master',
    // Names are resolved by the socket, which tries each of their addresses.
    dnsLookup: (address, callback) => callback(null, address),
  } satisfies ClusterOptions;
}
