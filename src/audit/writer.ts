import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { BailiwickError } from '../errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import { EMPTY_HEAD, prepareEntry, sealPrepared } from './chain.ts';
import type { Head, PreparedEntry } from './chain.ts';
import { nodeFileSystem } from './file-system.ts';
import type { ChainFileSystem } from './file-system.ts';
import { markLive } from './live-chains.ts';
import type { RecordEntry } from './record.ts';
import { createSegments } from './segments.ts';

/** Where records go. The order on disk is the order of the calls to `append`. */
export interface RecordWriter {
  /**
   * Resolves when the entry is on disk (durable), or accepted for writing within a bounded delay (not durable).
   *
   * While the disk refuses, an entry that is not durable waits for the disk too, and rejects with it. While the disk
   * hangs, neither refusing nor taking, entries that are not durable are accepted until too many bytes wait.
   *
   * @throws BailiwickError RECORD_UNAVAILABLE when the entry cannot be recorded; then nothing may be sent.
   */
  append(entry: RecordEntry, options: { durable: boolean }): Promise<void>;
  /** The last record that is on disk. */
  head(): Head;
  /**
   * Writes what waits, and closes the chain. Later appends reject.
   *
   * @throws BailiwickError RECORD_UNAVAILABLE when accepted entries could not be written.
   */
  close(): Promise<void>;
}

export interface ChainOptions {
  /** The audit directory; the chain is a directory in it. */
  readonly dir: string;
  /** The chain's name, from `createChainName`. It must not exist yet: every process writes a chain of its own. */
  readonly chain: string;
  readonly now: () => number;
  readonly logger: Logger;
  /** The longest that an entry which is not durable waits, in milliseconds. */
  readonly flushDelayMs?: number;
  /** A file that would grow beyond this is followed by a new one. */
  readonly segmentBytes?: number;
  /** Entries that would wait for a stuck disk beyond this many bytes are refused. */
  readonly maxWaitingBytes?: number;
  readonly fileSystem?: ChainFileSystem;
}

interface Waiting {
  readonly prepared: PreparedEntry;
  readonly time: string;
  /** Undefined: accepted already, so it stays until the disk takes it. */
  readonly settle?: { resolve: () => void; reject: (error: BailiwickError) => void };
}

const MEBIBYTE = 1024 * 1024;

/** How long accepted entries wait before a disk that refused them is tried again. */
const RETRY_MS = 1000;

/** One write takes no more than this, so that sealing a batch does not hold up the event loop. */
const BATCH_BYTES = MEBIBYTE / 2;

/** What an entry costs beside its text. */
const ENTRY_OVERHEAD_BYTES = 512;

const CHAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/**
 * Starts a chain.
 *
 * All entries that wait share one write and one fsync. After a failed write the file is cut back to its last good line,
 * and the next append tries again, so that recording resumes by itself when the disk does.
 *
 * @throws BailiwickError RECORD_UNAVAILABLE when the directory cannot be made, or the chain exists.
 */
export async function openChain(options: ChainOptions): Promise<RecordWriter> {
  const { chain, now, logger, fileSystem = nodeFileSystem } = options;
  const { flushDelayMs = 50, segmentBytes = 64 * MEBIBYTE, maxWaitingBytes = 16 * MEBIBYTE } = options;
  if (!CHAIN_NAME.test(chain)) throw new RangeError(`not a name for a chain: ${chain}`);
  const directory = join(options.dir, chain);
  const live = await markLive(options.dir, chain).catch((error: unknown) => {
    // Records matter more. Without the mark, others may take the chain for one whose process is gone.
    logger.warn({ err: error, chain }, 'the audit chain cannot be marked as being written');
    return undefined;
  });
  try {
    await claimDirectory(fileSystem, directory);
  } catch (error) {
    live?.release();
    throw error;
  }
  const segments = createSegments({ directory, segmentBytes, fileSystem, logger });

  let head = EMPTY_HEAD;
  let waiting: Waiting[] = [];
  let waitingBytes = 0;
  let failing = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> | undefined;

  function append(entry: RecordEntry, { durable }: { durable: boolean }): Promise<void> {
    if (closed) return Promise.reject(unavailable('the audit chain is closed'));
    let prepared: PreparedEntry;
    try {
      prepared = prepareEntry(entry);
    } catch (error) {
      return Promise.reject(unavailable('the audit record has no JSON form', error));
    }
    const cost = costOf(prepared);
    if (waitingBytes + cost > maxWaitingBytes) {
      return Promise.reject(unavailable('too many audit records wait for the disk'));
    }
    waitingBytes += cost;
    const time = new Date(now()).toISOString();
    if (!durable && !failing) {
      waiting.push({ prepared, time });
      if (waitingBytes > BATCH_BYTES) flushSoon();
      else timer ??= setTimeout(flushSoon, flushDelayMs);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      waiting.push({ prepared, time, settle: { resolve, reject } });
      flushSoon();
    });
  }

  /** Everything that arrives while one batch is on its way is the next batch. */
  function flushSoon(): void {
    clearTimeout(timer);
    timer = undefined;
    flushing ??= flush();
  }

  async function flush(): Promise<void> {
    try {
      let isAll: boolean;
      do {
        // One turn of the event loop, so that everybody who was just answered can join the batch.
        await setImmediate();
        isAll = await writeBatch();
      } while (!isAll || waiting.some((one) => one.settle !== undefined));
    } finally {
      // In the same turn as the last look at `waiting`: nobody can come to wait for a flush that is over.
      flushing = undefined;
    }
    if (waiting.length === 0 || closed) return;
    // Accepted while the last batch was on its way, or kept because the disk refused it.
    timer ??= setTimeout(flushSoon, failing ? RETRY_MS : flushDelayMs);
    if (failing) timer.unref();
  }

  /** Writes what waits, up to a bound. False: there was more, and the disk may take it. */
  async function writeBatch(): Promise<boolean> {
    const batch = waiting.splice(0, countForBatch(waiting));
    if (batch.length === 0) return true;
    const isAll = waiting.length === 0;
    let last = head;
    let text = '';
    for (const { prepared, time } of batch) {
      const seq = last.seq + 1;
      const { line, hash } = sealPrepared(prepared, { chain, seq, prev: last.hash, time });
      text += `${line}\n`;
      last = { seq, hash };
    }
    try {
      await segments.append(Buffer.from(text, 'utf8'), head.seq + 1);
    } catch (error) {
      // Accepted entries keep their place before all that came later.
      waiting = [...batch, ...waiting];
      refuseWaiting(error);
      return true;
    }
    head = last;
    if (failing) logger.info({ chain, seq: head.seq }, 'audit records are being written again');
    failing = false;
    for (const one of batch) settled(one)?.resolve();
    return isAll;
  }

  /** Rejects all who wait. What was accepted stays, until the disk takes it. */
  function refuseWaiting(cause: unknown): void {
    if (!failing) {
      logger.error({ err: cause, chain, directory }, 'audit records cannot be written; calls are refused');
    }
    failing = true;
    const refused = waiting.filter((one) => one.settle !== undefined);
    waiting = waiting.filter((one) => one.settle === undefined);
    const error = unavailable('the audit record cannot be written', cause);
    for (const one of refused) settled(one)?.reject(error);
  }

  function settled(one: Waiting): Waiting['settle'] {
    waitingBytes -= costOf(one.prepared);
    return one.settle;
  }

  async function close(): Promise<void> {
    closed = true;
    await flushing;
    // Whatever was accepted while that flush was on its way.
    flushSoon();
    await flushing;
    clearTimeout(timer);
    // All that counts as written was synchronised before.
    await segments.close().catch((error: unknown) => {
      logger.warn({ err: error, chain }, 'the last audit file could not be closed');
    });
    live?.release();
    if (waiting.length === 0) return;
    const count = waiting.length;
    waiting = [];
    throw unavailable(`the disk refused the last ${count} audit records`);
  }

  let closing: Promise<void> | undefined;
  return { append, head: () => head, close: () => (closing ??= close()) };
}

function costOf(prepared: PreparedEntry): number {
  return prepared.bytes + ENTRY_OVERHEAD_BYTES;
}

/** How many of those who wait, from the first, fit into one batch; at least one. */
function countForBatch(waiting: readonly Waiting[]): number {
  let bytes = 0;
  const last = waiting.findIndex((one) => (bytes += costOf(one.prepared)) >= BATCH_BYTES);
  return last === -1 ? waiting.length : last + 1;
}

async function claimDirectory(fileSystem: ChainFileSystem, directory: string): Promise<void> {
  let isNew: boolean;
  try {
    isNew = await fileSystem.makeDirectory(directory);
  } catch (error) {
    throw unavailable(`${directory}: the audit directory cannot be made`, error);
  }
  if (!isNew) throw unavailable(`${directory}: the audit chain exists already`);
}

function unavailable(message: string, cause?: unknown): BailiwickError {
  return new BailiwickError('RECORD_UNAVAILABLE', message, { cause });
}
