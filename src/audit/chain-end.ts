import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject } from '../catalog/json.ts';
import { toSegmentFiles } from './segment-name.ts';
import type { SegmentFile } from './segment-name.ts';
import { isHash, isPosition } from './signed-head.ts';
import type { DatedHead } from './signed-head.ts';

/** Where a chain ends on the disk, as its last whole line says; nothing was verified. */
export interface ChainEnd {
  /** Absent: there is no whole line, or the last one is not a record of this chain. */
  readonly head?: DatedHead;
  /** The last file, and how many bytes it has. */
  readonly file: string;
  readonly size: number;
  /** Where its last whole line ends. What stands after that was never acknowledged. */
  readonly wholeSize: number;
}

const LINE_FEED = 0x0a;

/** Read at once, from the end. */
const STEP_BYTES = 16 * 1024;

/** The files of a chain, from the oldest. */
export async function listSegmentFiles(directory: string): Promise<SegmentFile[]> {
  return toSegmentFiles(await readdir(directory, { withFileTypes: true }));
}

/** The last whole line of a file, as a record of this chain; undefined where it is none. */
export async function readLastRecord(path: string, chain: string): Promise<DatedHead | undefined> {
  const { line } = await readLastLine(path);
  return line && toHead(line, chain);
}

/** Undefined for a chain without files. Reads the end alone, however long the chain. */
export async function readChainEnd(auditDirectory: string, chain: string): Promise<ChainEnd | undefined> {
  const directory = join(auditDirectory, chain);
  const files = (await listSegmentFiles(directory)).toReversed();
  let last: Omit<ChainEnd, 'head'> | undefined;
  for (const { file } of files) {
    // oxlint-disable-next-line no-await-in-loop -- the one before matters only if this one holds nothing
    const { size, wholeSize, line } = await readLastLine(join(directory, file));
    last ??= { file, size, wholeSize };
    if (line === undefined) continue;
    const head = toHead(line, chain);
    return head ? { ...last, head } : last;
  }
  return last;
}

/** Opens what is a file and nothing else, without following a link or waiting for a pipe. */
export async function openPlainFile(path: string, flags: number): Promise<FileHandle> {
  const handle = await open(path, flags | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new TypeError('it is not a file');
}

async function readLastLine(path: string): Promise<{ size: number; wholeSize: number; line?: Buffer }> {
  const handle = await openPlainFile(path, constants.O_RDONLY);
  try {
    const { size } = await handle.stat();
    let tail = Buffer.alloc(0);
    for (let from = size; from > 0;) {
      const step = Math.min(from, Math.max(STEP_BYTES, tail.length));
      from -= step;
      const part = Buffer.alloc(step);
      // oxlint-disable-next-line no-await-in-loop -- from the end, until the line is whole
      const { bytesRead } = await handle.read(part, 0, step, from);
      tail = Buffer.concat([part.subarray(0, bytesRead), tail]);
      const end = tail.lastIndexOf(LINE_FEED);
      const before = end > 0 ? tail.lastIndexOf(LINE_FEED, end - 1) : -1;
      if (end === -1 || (before === -1 && from > 0)) continue;
      return { size, wholeSize: from + end + 1, line: tail.subarray(before + 1, end) };
    }
    return { size, wholeSize: 0 };
  } finally {
    await handle.close();
  }
}

function toHead(line: Buffer, chain: string): DatedHead | undefined {
  let record: unknown;
  try {
    record = JSON.parse(line.toString('utf8'));
  } catch {
    return undefined;
  }
  if (!isJsonObject(record) || record['chain'] !== chain) return undefined;
  const { seq, hash, time } = record;
  return isPosition(seq) && isHash(hash) && typeof time === 'string' ? { chain, seq, hash, time } : undefined;
}
