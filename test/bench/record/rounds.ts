import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { firstLine, startNode } from '../../support/child-process.ts';
import { formatMarkdownTable } from '../markdown-table.ts';
import type { RecordSample } from './measure.ts';

/** One line of the table: the best of several processes. */
export interface RecordLine extends RecordSample {
  readonly name: string;
  readonly unit: 'records' | 'calls' | 'bytes';
  /** Processor time for one unit, as a multiple of the baseline above it. */
  readonly ratio: number;
}

const CHILD = fileURLToPath(new URL('measure.ts', import.meta.url));

/** What verification may hold of a file of 200 MB. */
const SMALL_HEAP = '--max-old-space-size=64';

const CHAIN_RECORDS = 200_000;

const MEASURES = [
  { name: 'canonical JSON + SHA-256 alone', what: 'hash', count: 100_000, unit: 'records' },
  { name: 'append, chain on', what: 'append', count: 100_000, unit: 'records' },
  { name: 'durable append, 1 caller', what: 'durable-1', count: 500, unit: 'calls' },
  { name: 'durable append, 16 callers', what: 'durable-16', count: 5000, unit: 'calls' },
  { name: 'durable append, 64 callers', what: 'durable-64', count: 20_000, unit: 'calls' },
] as const;

const READS = [
  { name: 'SHA-256 of the files alone', what: 'digest' },
  { name: 'audit verify, heap of 64 MB', what: 'verify' },
] as const;

/** Writes and verifies records, each measurement in processes of its own, one after another. */
export async function runRecordBench(
  rounds: number,
  onProgress: (line: string) => void,
): Promise<RecordLine[]> {
  const lines: RecordLine[] = [];
  const add = (line: Omit<RecordLine, 'ratio'>, baseline: number): void => {
    const cost = line.cpuMs / line.done;
    lines.push({
      ...line,
      ratio: cost / (lines[baseline] ? lines[baseline].cpuMs / lines[baseline].done : cost),
    });
  };
  for (const { name, what, count, unit } of MEASURES) {
    onProgress(name);
    // oxlint-disable-next-line no-await-in-loop -- two at once would slow each other down
    add({ name, unit, ...(await best(rounds, (dir) => measure([CHILD, what, dir, String(count)]))) }, 0);
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-record-'));
  try {
    onProgress(`writing a chain of ${CHAIN_RECORDS} records`);
    await measure([CHILD, 'append', folder, String(CHAIN_RECORDS)]);
    for (const { name, what } of READS) {
      onProgress(name);
      // oxlint-disable-next-line no-await-in-loop
      const sample = await best(rounds, () => measure([SMALL_HEAP, CHILD, what, folder, '0']));
      add({ name, unit: 'bytes', ...sample }, MEASURES.length);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return lines;
}

async function best(rounds: number, run: (dir: string) => Promise<RecordSample>): Promise<RecordSample> {
  const samples: RecordSample[] = [];
  for (let round = 0; round < rounds; round++) {
    // oxlint-disable-next-line no-await-in-loop -- one process at a time
    const folder = await mkdtemp(path.join(tmpdir(), 'bench-record-'));
    try {
      // oxlint-disable-next-line no-await-in-loop
      samples.push(await run(folder));
    } finally {
      // oxlint-disable-next-line no-await-in-loop
      await rm(folder, { recursive: true, force: true });
    }
  }
  const [first] = samples.toSorted((a, b) => a.cpuMs - b.cpuMs);
  if (first === undefined) throw new RangeError('no rounds');
  return first;
}

async function measure(args: readonly string[]): Promise<RecordSample> {
  const child = startNode(args);
  const sample = JSON.parse(await firstLine(child)) as RecordSample;
  await child.stop();
  return sample;
}

/** A Markdown table that reads well on a terminal too. */
export function formatRecordTable(lines: readonly RecordLine[]): string {
  const head = ['what', 'per second and core', '÷ baseline', 'calls per fsync', 'calls/s', 'peak MB'];
  const rows = lines.map(({ name, unit, done, cpuMs, ms, fsyncs, ratio, peakBytes }) => [
    name,
    unit === 'bytes'
      ? `${(done / 1e3 / cpuMs).toFixed(0)} MB`
      : `${((done / cpuMs) * 1000).toFixed(0)} ${unit}`,
    ratio.toFixed(1),
    unit === 'calls' ? (done / Math.max(fsyncs, 1)).toFixed(1) : '',
    unit === 'calls' ? ((done / ms) * 1000).toFixed(0) : '',
    (peakBytes / 1_048_576).toFixed(0),
  ]);
  return formatMarkdownTable(head, rows);
}
