import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EMPTY_HEAD, sealPrepared, prepareEntry } from '../../src/audit/chain.ts';
import type { RecordEntry } from '../../src/audit/record.ts';
import type { ReadRecord, Trouble } from '../../src/audit/read/cursor.ts';
import { readDirectory, type ReadOptions } from '../../src/audit/read/read-directory.ts';
import { toSegmentName } from '../../src/audit/segment-name.ts';

/** 2026-11-21T00:00:00Z. */
const START = Date.UTC(2026, 10, 21);

/** So many milliseconds after {@link START}, as records write it. */
export function at(milliseconds: number): string {
  return new Date(START + milliseconds).toISOString();
}

/** An entry and when it is recorded, in milliseconds after {@link START}. */
export type Timed = RecordEntry & { readonly at: number };

/** The lines of a chain, each with its line feed. */
export function toLines(chain: string, entries: readonly Timed[]): string[] {
  let head = EMPTY_HEAD;
  return entries.map(({ at: milliseconds, ...entry }) => {
    const seq = head.seq + 1;
    const link = { chain, seq, prev: head.hash, time: at(milliseconds) };
    const { line, hash } = sealPrepared(prepareEntry(entry), link);
    head = { seq, hash };
    return `${line}\n`;
  });
}

/** Writes a chain as a process would have, `perSegment` records in a file. */
export async function writeChain(
  dir: string,
  chain: string,
  entries: readonly Timed[],
  perSegment = Infinity,
): Promise<void> {
  await mkdir(join(dir, chain), { recursive: true });
  const lines = toLines(chain, entries);
  for (let from = 0; from < lines.length; from += perSegment) {
    const text = lines.slice(from, from + perSegment).join('');
    await writeFile(join(dir, chain, toSegmentName(from + 1)), text);
    if (perSegment === Infinity) break;
  }
}

/** Everything of a directory, and what was passed over. */
export async function readAll(
  dir: string,
  options: ReadOptions = {},
): Promise<{ reads: ReadRecord[]; troubles: Trouble[]; names: string[] }> {
  const troubles: Trouble[] = [];
  const reads: ReadRecord[] = [];
  const onTrouble = (trouble: Trouble): void => void troubles.push(trouble);
  for await (const read of readDirectory(dir, { ...options, onTrouble })) reads.push(read);
  return { reads, troubles, names: reads.map(({ record }) => `${record.chain}:${record.seq}`) };
}
