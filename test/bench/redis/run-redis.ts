import type { Store } from '../../../src/state/store.ts';
import { openBy, urlOf } from '../../redis/support/open.ts';
import { startRedis, withConnection, type RedisServer } from '../../redis/support/redis-server.ts';
import { formatMarkdownTable } from '../markdown-table.ts';
import { percentile, summarize } from '../statistics.ts';

/** One round: each number beside that of a bare PING in the same round. */
export interface RedisRound {
  readonly pingMicroseconds: number;
  readonly reserveMicroseconds: number;
  readonly settleMicroseconds: number;
  /** Commands that reached Redis for a reservation and its settlement. */
  readonly tripsPerPair: number;
  /** What Redis itself worked for a reservation and its settlement. */
  readonly redisMicrosecondsPerPair: number;
  /** Pairs a second with 64 callers at once. */
  readonly pairsPerSecond: number;
}

const PAIRS = 2_000;
const CALLERS = 64;

/** Reserves and settles against a real Redis of its own on this machine, as a call under three limits does. */
export async function runRedisBench(
  rounds: number,
  onProgress: (line: string) => void,
): Promise<readonly RedisRound[]> {
  const server = await startRedis();
  const store = await openBy({ url: urlOf(server), timeoutMs: 10_000 });
  try {
    await measurePairs(store, 'warm');
    const results: RedisRound[] = [];
    for (let round = 0; round < rounds; round += 1) {
      onProgress(`redis: round ${round + 1} of ${rounds}`);
      // oxlint-disable-next-line no-await-in-loop -- rounds do not disturb each other
      results.push(await measureRound(server, store, String(round)));
    }
    return results;
  } finally {
    await store.close();
    await server.close();
  }
}

async function measureRound(server: RedisServer, store: Store, name: string): Promise<RedisRound> {
  const pingMicroseconds = await measurePing(server);
  await server.command('config', 'resetstat');
  const { reserve, settle } = await measurePairs(store, name);
  const { calls, microseconds } = await readScripts(server);
  const pairsPerSecond = await measureThroughput(store, name);
  return {
    pingMicroseconds,
    reserveMicroseconds: median(reserve),
    settleMicroseconds: median(settle),
    tripsPerPair: calls / PAIRS,
    redisMicrosecondsPerPair: microseconds / PAIRS,
    pairsPerSecond,
  };
}

async function measurePairs(store: Store, name: string): Promise<{ reserve: number[]; settle: number[] }> {
  const reserve: number[] = [];
  const settle: number[] = [];
  for (let index = 0; index < PAIRS; index += 1) {
    const id = `${name}-${index}`;
    reserve.push(await timed(() => reserveOne(store, id))); // oxlint-disable-line no-await-in-loop -- latency of one after the other
    settle.push(await timed(() => settleOne(store, id))); // oxlint-disable-line no-await-in-loop -- latency of one after the other
  }
  return { reserve, settle };
}

async function measureThroughput(store: Store, name: string): Promise<number> {
  const began = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      while (next < PAIRS) {
        const id = `many-${name}-${next}`;
        next += 1;
        await reserveOne(store, id); // oxlint-disable-line no-await-in-loop -- a caller does one thing after the other
        await settleOne(store, id); // oxlint-disable-line no-await-in-loop -- a caller does one thing after the other
      }
    }),
  );
  return (PAIRS * 1000) / (performance.now() - began);
}

function measurePing(server: RedisServer): Promise<number> {
  return withConnection(server.port, async (connection) => {
    await connection.connect();
    const samples: number[] = [];
    for (let index = 0; index < PAIRS; index += 1) samples.push(await timed(() => connection.ping())); // oxlint-disable-line no-await-in-loop -- latency of one after the other
    return median(samples);
  });
}

/** What clients sent and Redis worked since the statistics were reset. */
async function readScripts(server: RedisServer): Promise<{ calls: number; microseconds: number }> {
  const info = String(await server.command('info', 'commandstats'));
  let calls = 0;
  let microseconds = 0;
  for (const [, count, usec] of info.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+),usec=(\d+)/g)) {
    calls += Number(count);
    microseconds += Number(usec);
  }
  return { calls, microseconds };
}

async function reserveOne(store: Store, id: string): Promise<void> {
  const now = Date.now();
  const item = { amount: 1, limit: 1_000_000_000, mode: 'hard', onLoss: 'charge' } as const;
  await store.reserve({
    id,
    now,
    leaseUntil: now + 60_000,
    items: [
      { ...item, counter: 'budget', window: { until: Math.ceil(now / 86_400_000) * 86_400_000 } },
      { ...item, counter: 'rate', window: { sliding: 60_000 } },
      { ...item, counter: 'at once' },
    ],
    tally: { table: 'spend', row: 'team', add: { calls: 1, nanoUsd: 1 }, expiresAt: now + 86_400_000 },
  });
}

async function settleOne(store: Store, id: string): Promise<void> {
  await store.settle({ id, now: Date.now(), amounts: { budget: 1 }, add: { calls: 1, nanoUsd: 1 } });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) * 1000;
}

function median(samples: number[]): number {
  return percentile(
    samples.toSorted((left, right) => left - right),
    0.5,
  );
}

const ROWS: readonly [string, keyof RedisRound, number][] = [
  ['a bare PING, p50 µs', 'pingMicroseconds', 0],
  ['reserve, p50 µs', 'reserveMicroseconds', 0],
  ['settle, p50 µs', 'settleMicroseconds', 0],
  ['round trips per reserve and settle', 'tripsPerPair', 2],
  ["Redis' own time per pair, µs", 'redisMicrosecondsPerPair', 0],
  ['pairs a second, 64 callers', 'pairsPerSecond', 0],
];

export function formatRedisTable(rounds: readonly RedisRound[]): string {
  return formatMarkdownTable(
    ['reserve and settle in Redis', 'median (lowest to highest round)'],
    ROWS.map(([title, key, digits]) => {
      const { median: middle, lowest, highest } = summarize(rounds.map((round) => round[key]));
      return [title, `${middle.toFixed(digits)} (${lowest.toFixed(digits)} to ${highest.toFixed(digits)})`];
    }),
  );
}
