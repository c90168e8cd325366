import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { BailiwickError, messageOf } from '../errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import { sealBatch } from './batch.ts';
import type { BatchEntry, DatedPosition, SealedBatch } from './batch.ts';
import { EMPTY_HEAD, prepareEntry } from './chain.ts';
import type { Head, PreparedEntry } from './chain.ts';
import { createCheckpoints } from './checkpoints.ts';
import type { SigningOptions } from './checkpoints.ts';
import { nodeFileSystem } from './file-system.ts';
import type { ChainFileSystem } from './file-system.ts';
import { markLive } from './live-chains.ts';
import type { RecordEntry } from './record.ts';
import { createSegments } from './segments.ts';
import type { SigningKey } from './signing-key.ts';

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

/** A chain that is being written. */
export interface ChainWriter extends RecordWriter {
  /**
   * Lets another key sign from now on: a `key` record names it, the key before signs that, and the new one too. Nothing
   * happens where it signs already.
   *
   * @throws BailiwickError RECORD_UNAVAILABLE when that cannot be recorded; then the key before goes on.
   */
  useKey(key: SigningKey): Promise<void>;
  /** Signs what is on disk now. Resolves when that is on disk too, or could not be written. */
  checkpoint(): Promise<void>;
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
  /** Absent: the chain is not signed. */
  readonly signing?: SigningOptions;
}

interface Waiting extends BatchEntry {
  /** Undefined: accepted already, so it stays until the disk takes it. */
  readonly settle?: { resolve: () => void; reject: (error: BailiwickError) => void };
}

const MEBIBYTE = 1024 * 1024;

/** How long accepted entries wait before a disk that refused them is tried again. */
const RETRY_MS = 1000;

/** One write takes no more than this, so that sealing a batch does not hold up the event loop. */
const BATCH_BYTES = MEBIBYTE / 2;

/** What an entry costs beside its text; its link to the chain is shorter. */
const ENTRY_OVERHEAD_BYTES = 512;

/** The last checkpoint of a segment fits into this. */
const CHECKPOINT_BYTES = 1024;

const CHAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/**
 * Starts a chain.
 *
 * All entries that wait share one write and one fsync. After a failed write the file is cut back to its last good line,
 * and the next append tries again, so that recording resumes by itself when the disk does.
 *
 * With `signing`, the first record is a checkpoint that names the key, and is on disk when this resolves; others follow
 * from time to time, and one is the last of each segment and of the chain.
 *
 * @throws BailiwickError RECORD_UNAVAILABLE when the directory cannot be made or written to, or the chain exists.
 */
export async function openChain(options: ChainOptions): Promise<ChainWriter> {
  const { chain, now, logger, fileSystem = nodeFileSystem } = options;
  const { flushDelayMs = 50, segmentBytes = 64 * MEBIBYTE, maxWaitingBytes = 16 * MEBIBYTE } = options;
  if (!CHAIN_NAME.test(chain)) throw new RangeError(`not a name for a chain: ${chain}`);
  const directory = join(options.dir, chain);
  let unmarked: unknown;
  const live = await markLive(options.dir, chain).catch((error: unknown) => void (unmarked = error));
  try {
    await claimDirectory(fileSystem, directory);
  } catch (error) {
    live?.release();
    throw error;
  }
  // Records matter more. Without the mark, others may take the chain for one whose process is gone.
  if (!live) logger.warn({ err: unmarked, chain }, 'the audit chain cannot be marked as being written');
  const segments = createSegments({ directory, segmentBytes, fileSystem, logger });
  const checkpoints = options.signing && createCheckpoints(chain, options.signing, flushSoon);

  let head: DatedPosition = { ...EMPTY_HEAD, time: '' };
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
    const time = timeNow();
    if (!durable && !failing) {
      waiting.push({ prepared, time });
      if (waitingBytes > BATCH_BYTES) flushSoon();
      else timer ??= setTimeout(flushSoon, flushDelayMs);
      return Promise.resolve();
    }
    return enqueue({ prepared, time });
  }

  function enqueue(entry: BatchEntry): Promise<void> {
    return new Promise((resolve, reject) => {
      waiting.push({ ...entry, settle: { resolve, reject } });
      flushSoon();
    });
  }

  function timeNow(): string {
    return new Date(now()).toISOString();
  }

  async function useKey(key: SigningKey): Promise<void> {
    if (checkpoints === undefined || checkpoints.key().id === key.id) return;
    if (closed) throw unavailable('the audit chain is closed');
    const detail = { change: 'signs', key: key.id, publicKey: key.spki, before: checkpoints.key().id };
    const prepared = prepareEntry({ type: 'key', detail });
    waitingBytes += costOf(prepared);
    await enqueue({ prepared, time: timeNow(), nextKey: key });
  }

  async function checkpoint(): Promise<void> {
    if (closed) return;
    checkpoints?.demand();
    flushSoon();
    await flushing;
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
      } while (!isAll || waiting.some((one) => one.settle !== undefined) || (isSignatureDue() && !failing));
    } finally {
      // In the same turn as the last look at `waiting`: nobody can come to wait for a flush that is over.
      flushing = undefined;
    }
    if (closed || (waiting.length === 0 && !isSignatureDue())) return;
    // Accepted while the last batch was on its way, or kept because the disk refused it.
    timer ??= setTimeout(flushSoon, failing ? RETRY_MS : flushDelayMs);
    if (failing) timer.unref();
  }

  function isSignatureDue(): boolean {
    return checkpoints?.isDueAfter(head.seq) ?? false;
  }

  /** Writes what waits, up to a bound. False: there was more, and the disk may take it. */
  async function writeBatch(): Promise<boolean> {
    const batch = waiting.splice(0, countForBatch(waiting));
    const isAll = waiting.length === 0;
    try {
      await endFullSegment(batch);
      if (!(await write(batch))) return isAll;
    } catch (error) {
      // Accepted entries keep their place before all that came later.
      waiting = [...batch, ...waiting];
      refuseWaiting(error);
      return true;
    }
    if (failing) logger.info({ chain, seq: head.seq }, 'audit records are being written again');
    failing = false;
    for (const one of batch) settled(one)?.resolve();
    return isAll;
  }

  /** False: there was nothing to write. */
  async function write(batch: readonly BatchEntry[], isEnd = false): Promise<boolean> {
    const sealed: SealedBatch = sealBatch(chain, head, batch, { checkpoints, time: timeNow(), isEnd });
    if (sealed.bytes.length === 0) return false;
    await segments.append(sealed.bytes, head.seq + 1);
    head = sealed.head;
    if (sealed.key) checkpoints?.use(sealed.key);
    checkpoints?.written(head.seq, sealed.checkpoint);
    return true;
  }

  /** Where a batch will not fit into the segment, a checkpoint is its last record. */
  async function endFullSegment(batch: readonly Waiting[]): Promise<void> {
    const bytes = batch.reduce((sum, one) => sum + costOf(one.prepared), CHECKPOINT_BYTES);
    if (checkpoints === undefined || batch.length === 0 || segments.hasRoom(bytes)) return;
    if (checkpoints.isSignedAt(head.seq)) return segments.startNext();
    await write([], true);
    segments.startNext();
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
    checkpoints?.stop();
    if (waiting.length === 0 && checkpoints?.isSignedAt(head.seq) === false) {
      try {
        await write([], true);
      } catch (error) {
        logger.warn({ err: error, chain }, 'the last audit records are not signed');
      }
    }
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

  async function begin(): Promise<void> {
    if (checkpoints === undefined) return;
    try {
      await write([]);
    } catch (error) {
      checkpoints.stop();
      await segments.close().catch(() => {});
      live?.release();
      throw unavailable(`${directory}: the audit chain cannot be begun: ${messageOf(error)}`, error);
    }
  }

  await begin();
  let closing: Promise<void> | undefined;
  return { append, useKey, checkpoint, head: () => toHead(head), close: () => (closing ??= close()) };
}

function toHead({ seq, hash }: DatedPosition): Head {
  return { seq, hash };
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
    throw unavailable(`${directory}: the audit directory cannot be made: ${messageOf(error)}`, error);
  }
  if (!isNew) throw unavailable(`${directory}: the audit chain exists already`);
}

function unavailable(message: string, cause?: unknown): BailiwickError {
  return new BailiwickError('RECORD_UNAVAILABLE', message, { cause });
}
