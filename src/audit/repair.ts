import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../telemetry/logger.ts';
import { openPlainFile, readChainEnd } from './chain-end.ts';
import type { ChainEnd } from './chain-end.ts';
import { listMarked, takeLeftBehind } from './live-chains.ts';
import type { RecordEntry } from './record.ts';
import type { DatedHead } from './signed-head.ts';

export interface RepairOptions {
  readonly dir: string;
  /** Resolves once the entry is on disk. */
  readonly record: (entry: RecordEntry) => Promise<void>;
  /** Told where each chain that was put in order ends. */
  readonly onHead?: (head: DatedHead) => void;
  readonly logger: Logger;
  /** True: whoever asked has no time left; what is not done is done by the next process. */
  readonly isStopped?: () => boolean;
}

/** Longer than what a writer has under way at once; the rest of it is counted and not read. */
const MAX_TORN_BYTES = 64 * 1024 * 1024;

/**
 * Puts in order the chains whose process ended without closing them: an unfinished last line is cut off, and a `repair`
 * record says what was cut, and where the chain ends.
 *
 * Safe beside others that do the same, and when it is itself cut short: a chain is held by the lock that its writer had.
 * A chain that cannot be put in order is logged, stays as it is, and is tried again by the next process.
 */
export async function repairLeftBehind(options: RepairOptions): Promise<void> {
  const { dir, logger } = options;
  for (const chain of await listMarked(dir)) {
    if (options.isStopped?.()) return;
    const hold = takeLeftBehind(dir, chain);
    if (hold === undefined) continue;
    try {
      await repairChain(chain, options);
      await hold.forget();
    } catch (error) {
      logger.warn({ err: error, chain }, 'an audit chain that was not closed could not be put in order');
    } finally {
      hold.release();
    }
  }
}

async function repairChain(chain: string, { dir, record, onHead, logger }: RepairOptions): Promise<void> {
  const end = await readChainEnd(dir, chain).catch((error: unknown) => {
    // Begun, and ended before its directory was made.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (end === undefined) return;
  const torn = end.size > end.wholeSize ? await digestOfTorn(join(dir, chain, end.file), end) : undefined;
  const { head } = end;
  // Recorded first: bytes are gone from the disk only once the record says which.
  await record({
    type: 'repair',
    detail: {
      change: torn ? 'cut' : 'closed',
      chain,
      file: end.file,
      bytes: end.size - end.wholeSize,
      ...(torn !== undefined && { digest: torn }),
      ...(head && { head: { seq: head.seq, hash: head.hash, time: head.time } }),
    },
  });
  if (torn !== undefined) await cutOff(join(dir, chain, end.file), end.wholeSize);
  if (head) onHead?.(head);
  logger.info(
    { chain, file: end.file, bytes: end.size - end.wholeSize, seq: head?.seq },
    'an audit chain that was not closed was put in order',
  );
}

/** SHA-256 of what stands after the last whole line, as `sha256:<64 hex digits>`. */
async function digestOfTorn(path: string, { size, wholeSize }: ChainEnd): Promise<string> {
  const handle = await openPlainFile(path, constants.O_RDONLY);
  try {
    const bytes = Buffer.alloc(Math.min(size - wholeSize, MAX_TORN_BYTES));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, wholeSize);
    return `sha256:${createHash('sha256').update(bytes.subarray(0, bytesRead)).digest('hex')}`;
  } finally {
    await handle.close();
  }
}

async function cutOff(path: string, size: number): Promise<void> {
  const handle = await openPlainFile(path, constants.O_RDWR);
  try {
    await handle.truncate(size);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}
