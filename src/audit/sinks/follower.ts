import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../telemetry/logger.ts';
import { takeFileLock, type FileLock } from '../file-lock.ts';
import { createBackoff } from './backoff.ts';
import type { DeadLetters } from './dead-letters.ts';
import { deliver } from './deliver.ts';
import type { Batch, Gatherer } from './gather.ts';
import { folderOfSink, type Offsets } from './offsets.ts';
import type { OrphanFinder } from './orphans.ts';
import type { Position } from './position.ts';
import type { ReadRecord } from './read-chain.ts';
import { SinkFault, toSinkFault, type Sink } from './sink.ts';

/**
 * Calls back after so many milliseconds, unless cancelled by the function it returns. A process may end without waiting for
 * it, unless it `keepsAlive`.
 */
export type Schedule = (callback: () => void, milliseconds: number, keepsAlive?: boolean) => () => void;

/** Brings the records of an audit directory to one sink, at its pace. */
export interface Follower {
  /** There may be something new. Cheap, and never throws. */
  wake(): void;
  /** Sends what is there without further waiting, for up to `graceMs`, and closes the sink. Once. Never rejects. */
  stop(graceMs: number): Promise<void>;
}

export interface FollowerOptions {
  readonly name: string;
  readonly isRequired: boolean;
  readonly delayMs: number;
  readonly auditDirectory: string;
  readonly sink: Sink;
  readonly offsets: Offsets;
  readonly gatherer: Gatherer;
  readonly orphans: OrphanFinder;
  readonly deadLetters: DeadLetters;
  readonly logger: Logger;
  readonly now: () => number;
  readonly random: () => number;
  readonly schedule: Schedule;
}

/** Looks for records this often without being woken: those of other processes, and after a wake that got lost. */
const SLOW_MS = 5000;

/** A sink that refuses so many records one after the other is rather set up wrongly: it is sent to ever more slowly. */
const REFUSALS_IN_A_ROW = 10;

/** An outage that lasts is told about again this often. */
const TOLD_AGAIN_MS = 300_000;

export function startFollower(options: FollowerOptions): Follower {
  const { name, isRequired, sink, offsets, gatherer, deadLetters, logger, now, schedule } = options;
  const abort = new AbortController();
  const backoff = createBackoff(options.random);
  let pending: Batch | undefined;
  let duty: FileLock | undefined;
  let isStopping = false;
  let isWoken = false;
  let endPause: (() => void) | undefined;
  let isPauseForWake = false;
  let failingSince: number | undefined;
  let toldAt = 0;
  let refusals = 0;

  async function run(): Promise<void> {
    for (;;) {
      const isLast = isStopping;
      const fault = await drain();
      if (isLast || abort.signal.aborted) return;
      if (isStopping) continue;
      if (fault === undefined) {
        await pause(SLOW_MS, true);
        await pause(options.delayMs, false);
      } else {
        await pause(backoff.next(fault.retryAfterMs), false);
      }
    }
  }

  /** Sends until nothing is left, or the sink takes no more. */
  async function drain(): Promise<SinkFault | undefined> {
    try {
      await adoptOrphans();
      for (;;) {
        pending ??= await gatherer.next();
        if (pending === undefined || abort.signal.aborted) return undefined;
        const fault = await deliver(pending, { sink, signal: abort.signal, onTaken, onRefused });
        if (fault !== undefined) return failed(fault);
        const { ends } = pending;
        pending = undefined;
        await passAll(ends);
      }
    } catch (error) {
      return failed(toSinkFault(error));
    }
  }

  async function onTaken(records: readonly ReadRecord[]): Promise<void> {
    refusals = 0;
    backoff.reset();
    if (failingSince !== undefined) {
      logger.info(
        { sink: name, seconds: Math.round((now() - failingSince) / 1000) },
        `sink ${name} takes records again`,
      );
    }
    failingSince = undefined;
    // With the last of them, the whole batch is passed.
    if (records.length < (pending?.records.length ?? 0)) await passAll(toEnds(records));
  }

  async function onRefused(record: ReadRecord, fault: SinkFault): Promise<SinkFault | undefined> {
    const what = `sink ${name} refuses record ${record.seq} of ${record.chain}: ${fault.message}`;
    if (isRequired) {
      throw new SinkFault(
        'retry',
        `${what}. The sink is \`required\`, so it stands still until it takes this record`,
      );
    }
    await deadLetters.add(record, fault.message);
    logger.error(
      { sink: name, chain: record.chain, seq: record.seq },
      `${what}. It was put into ${deadLetters.file}`,
    );
    refusals += 1;
    await passAll(toEnds([record]));
    // The rest waits, so that a wrong setting is noticed before the whole chain was put aside.
    return refusals % REFUSALS_IN_A_ROW === 0
      ? new SinkFault('refused', `it refused ${refusals} records one after the other`)
      : undefined;
  }

  async function passAll(ends: ReadonlyMap<string, Position>): Promise<void> {
    await Promise.all([...ends].map(([chain, position]) => gatherer.pass(chain, position)));
  }

  function failed(fault: SinkFault): SinkFault {
    if (abort.signal.aborted) return fault;
    failingSince ??= now();
    const isNews = toldAt < failingSince || now() - toldAt >= TOLD_AGAIN_MS;
    if (isNews) {
      toldAt = now();
      const fields = {
        ...(fault.isUnforeseen && { err: fault.cause }),
        sink: name,
        ...(pending && { records: pending.records.length }),
      };
      logger.warn(fields, `sink ${name} ${describeFault(fault, deadLetters.file)}`);
    }
    return fault;
  }

  /** One process at a time brings the chains that others left behind to this sink. */
  async function adoptOrphans(): Promise<void> {
    if (duty === undefined) {
      const folder = folderOfSink(options.auditDirectory, name);
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        duty = takeFileLock(join(folder, '.lock'));
      } catch (error) {
        logger.warn({ err: error, sink: name }, `sink ${name}: chains of other processes are not sent`);
      }
      if (duty === undefined) return;
      await removeStaleOffsets();
    }
    gatherer.adopt(await options.orphans.find());
  }

  async function removeStaleOffsets(): Promise<void> {
    for (const chain of await offsets.list()) {
      if (!existsSync(join(options.auditDirectory, chain))) await offsets.remove(chain);
    }
  }

  function pause(milliseconds: number, isForWake: boolean): Promise<void> {
    if (isStopping || (isForWake && isWoken)) {
      isWoken = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      isPauseForWake = isForWake;
      const cancel = schedule(end, milliseconds);
      function end(): void {
        endPause = undefined;
        if (isForWake) isWoken = false;
        cancel();
        resolve();
      }
      endPause = end;
    });
  }

  async function finish(graceMs: number): Promise<void> {
    isStopping = true;
    endPause?.();
    const { promise: graceIsOver, resolve } = Promise.withResolvers<void>();
    const cancel = schedule(
      () => {
        abort.abort();
        resolve();
      },
      graceMs,
      true,
    );
    await Promise.race([running, graceIsOver]);
    cancel();
    duty?.release();
    await sink.close().catch((error: unknown) => {
      logger.warn({ err: error, sink: name }, `sink ${name} could not be closed`);
    });
  }

  const running = run();
  let stopping: Promise<void> | undefined;
  return {
    wake() {
      isWoken = true;
      if (isPauseForWake) endPause?.();
    },
    stop: (graceMs) => (stopping ??= finish(graceMs)),
  };
}

/** What becomes of the records: those that were refused are not sent again by themselves. */
function describeFault({ kind, message }: SinkFault, deadLetterFile: string): string {
  return kind === 'refused'
    ? `is sent to more slowly: ${message}, and they are in ${deadLetterFile} and not sent again; check its settings`
    : `does not take records; they stay in the audit files and are sent later: ${message}`;
}

/** Of each chain, the last record counts. */
function toEnds(records: readonly ReadRecord[]): Map<string, Position> {
  return new Map(records.map(({ chain, after }) => [chain, after]));
}
