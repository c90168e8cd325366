import { DatabaseSync } from 'node:sqlite';
import type { Store } from '../../../src/state/store.ts';

/** A home to measure; a new one for each round. */
export interface BenchHome {
  readonly name: string;
  open(): Promise<{ readonly store: Store; close(): Promise<void> }>;
}

/** An instant; the time of the store's clock goes on by a millisecond with each call. */
const NOW = Date.UTC(2026, 10, 21, 12);

/**
 * Calls that reserve and settle: three counters (a rate, a budget, a concurrency) and a row, `callers` at a time, of fifty
 * principals. Answers microseconds of CPU for both steps of a call.
 */
export async function measureCalls(store: Store, calls: number, callers: number): Promise<number> {
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let index = next; index < calls; index = next) {
      next += 1;
      await call(store, `${callers}-${index}`, index);
    }
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: callers }, caller));
  return microseconds(before) / calls;
}

async function call(store: Store, id: string, index: number): Promise<void> {
  const now = NOW + index;
  const who = `principal-${index % 50}`;
  const rest = { limit: Number.MAX_SAFE_INTEGER, mode: 'hard', onLoss: 'charge' } as const;
  const answer = await store.reserve({
    id,
    now,
    leaseUntil: now + 60_000,
    items: [
      { counter: `rate/${who}`, window: { sliding: 60_000 }, amount: 1, ...rest },
      { counter: `budget/${index % 5}`, window: { until: NOW + 86_400_000 }, amount: 2_000_000, ...rest },
      { counter: `running/${who}`, amount: 1, ...rest, onLoss: 'release' },
    ],
    tally: { table: 'spend', row: who, add: { calls: 1, lost: 1 }, expiresAt: NOW + 86_400_000 },
  });
  if (answer.outcome !== 'reserved') throw new Error('a reservation without a limit was refused');
  const amounts = { [`budget/${index % 5}`]: 1_500_000 };
  await store.settle({ id, now: now + 1, amounts, add: { calls: 1, nanoUsd: 1_500_000 } });
}

/** A transaction of one upsert, in a file of the same kind: what SQLite costs without us. Microseconds of CPU. */
export function measureUpserts(file: string, count: number): number {
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000;
    CREATE TABLE counter (key TEXT PRIMARY KEY, total INTEGER) WITHOUT ROWID`);
  const [begin, commit] = [database.prepare('BEGIN IMMEDIATE'), database.prepare('COMMIT')];
  const upsert = database.prepare(
    'INSERT INTO counter VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET total = total + 1',
  );
  const before = process.cpuUsage();
  for (let index = 0; index < count; index += 1) {
    begin.run();
    upsert.run(`principal-${index % 50}`);
    commit.run();
  }
  const cpu = microseconds(before) / count;
  database.close();
  return cpu;
}

function microseconds(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
