import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openMemory } from '../../../src/state/memory/open-memory.ts';
import { openSqlite } from '../../../src/state/sqlite/open-sqlite.ts';
import { formatMarkdownTable } from '../markdown-table.ts';
import { measureCalls, measureUpserts, type BenchHome } from './measure.ts';

/** The best of several rounds, in microseconds of CPU. */
interface StateLine {
  readonly home: string;
  readonly callers: number;
  readonly cpu: number;
  /** One upsert in a transaction of its own, best of the same rounds. */
  readonly upsert: number;
}

const CALLERS = [1, 16, 64];
const CALLS = 4000;
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** What reserving and settling cost in the homes that live in this process, and in `more`. */
export async function runStateBench(
  rounds: number,
  onProgress: (line: string) => void,
  more: readonly BenchHome[] = [],
): Promise<StateLine[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-state-'));
  try {
    const homes = [...homesIn(folder), ...more];
    const cpu = new Map<string, number>();
    let upsert = Infinity;
    for (let round = 0; round <= rounds; round += 1) {
      onProgress(`state: round ${round} of ${rounds}`);
      const bare = measureUpserts(path.join(folder, `bare-${round}.db`), CALLS);
      // The first round warms up.
      if (round > 0) upsert = Math.min(upsert, bare);
      for (const home of homes) {
        for (const callers of CALLERS) {
          const { store, close } = await home.open();
          const measured = await measureCalls(store, CALLS, callers);
          await close();
          const key = `${home.name} ${callers}`;
          if (round > 0) cpu.set(key, Math.min(cpu.get(key) ?? Infinity, measured));
        }
      }
    }
    return homes.flatMap(({ name }) =>
      CALLERS.map((callers) => ({ home: name, callers, cpu: cpu.get(`${name} ${callers}`)!, upsert })),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function homesIn(folder: string): BenchHome[] {
  let files = 0;
  return [
    {
      name: 'memory',
      async open() {
        const store = openMemory({ logger: SILENT });
        return { store, close: () => store.close() };
      },
    },
    {
      name: 'SQLite',
      async open() {
        files += 1;
        const file = path.join(folder, `state-${files}.db`);
        const store = await openSqlite({ file, logger: SILENT, now: Date.now });
        return { store, close: () => store.close() };
      },
    },
  ];
}

/** A Markdown table that reads well on a terminal too. */
export function formatStateTable(lines: readonly StateLine[]): string {
  const head = ['home', 'callers', 'CPU µs a call', '÷ bare upsert'];
  const rows = lines.map(({ home, callers, cpu, upsert }) => [
    home,
    String(callers),
    cpu.toFixed(1),
    (cpu / upsert).toFixed(2),
  ]);
  return formatMarkdownTable(head, rows);
}
