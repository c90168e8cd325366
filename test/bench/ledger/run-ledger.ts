import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLedger } from '../../../src/gateway/ledger/create-ledger.ts';
import { NO_COST, type LedgerRequest } from '../../../src/gateway/ledger/ledger.ts';
import { openMemory } from '../../../src/state/memory/open-memory.ts';
import { openSqlite } from '../../../src/state/sqlite/open-sqlite.ts';
import type { Store } from '../../../src/state/store.ts';
import { policy, principal, toolTarget } from '../../policy/fixtures.ts';
import { formatMarkdownTable } from '../markdown-table.ts';

/** The best of several rounds, in microseconds of CPU for reserving and settling one call. */
interface LedgerLine {
  readonly home: string;
  readonly callers: number;
  readonly cpu: number;
}

const CALLERS = [1, 16, 64];
const CALLS = 4_000;
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const COST = { ...NO_COST, nanoUsd: 2_000_000 };

/** A rate, a budget and a concurrency, each by principal. */
const LIMITS = policy(`
policy: bench
limits:
  - { id: pace, by: principal, rate: { calls: 1000000, per: minute } }
  - { id: month, by: principal, budget: { usd: 1000000, per: month } }
  - { id: slots, by: principal, concurrency: 1000 }
`);

/** What the Ledger costs a call under three limits, from the road's point of view, the store included. */
export async function runLedgerBench(
  rounds: number,
  onProgress: (line: string) => void,
): Promise<LedgerLine[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-ledger-'));
  const best = new Map<string, LedgerLine>();
  try {
    // The first round warms up.
    for (let round = 0; round <= rounds; round += 1) {
      onProgress(`ledger: round ${round} of ${rounds}`);
      for (const [home, open] of homesIn(folder, round)) {
        for (const callers of CALLERS) {
          const line = await measure(home, await open(callers), callers);
          const key = `${home} ${callers}`;
          const before = best.get(key);
          if (round > 0 && line.cpu < (before?.cpu ?? Infinity)) best.set(key, line);
        }
      }
    }
    return [...best.values()];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(home: string, store: Store, callers: number): Promise<LedgerLine> {
  const ledger = createLedger({
    store,
    logger: SILENT,
    now: Date.now,
    newId: () => crypto.randomUUID(),
    timeZone: () => 'UTC',
    localShare: 0.1,
  });
  const requests = Array.from({ length: CALLS }, (_, index) => toRequest(index));
  const caller = async (): Promise<void> => {
    for (let request = requests.pop(); request; request = requests.pop()) {
      const hold = await ledger.reserve(request);
      await hold.settle(COST);
    }
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: callers }, caller));
  const { user, system } = process.cpuUsage(before);
  await ledger.close();
  await store.close();
  return { home, callers, cpu: (user + system) / CALLS };
}

function toRequest(index: number): LedgerRequest {
  return {
    id: crypto.randomUUID(),
    principal: principal({ subject: `agent-${index % 50}`, key: '0123456789ab' }),
    target: toolTarget('crm', 'lookup'),
    policy: LIMITS,
    bound: COST,
  };
}

type OpenHome = (callers: number) => Promise<Store>;

function homesIn(folder: string, round: number): readonly (readonly [name: string, open: OpenHome])[] {
  return [
    ['memory', async () => openMemory({ logger: SILENT })],
    [
      'SQLite',
      (callers) =>
        openSqlite({ file: path.join(folder, `${round}-${callers}.db`), logger: SILENT, now: Date.now }),
    ],
  ];
}

/** A Markdown table that reads well on a terminal too. */
export function formatLedgerTable(lines: readonly LedgerLine[]): string {
  const head = ['home', 'callers', 'CPU µs a call'];
  const rows = lines.map(({ home, callers, cpu }) => [home, String(callers), cpu.toFixed(1)]);
  return formatMarkdownTable(head, rows);
}
