import type { DatabaseSync } from 'node:sqlite';
import type { Logger } from '../../telemetry/logger.ts';
import { storeClosed } from '../unavailable.ts';
import { isBusy, isOfFile, toStateError } from './failures.ts';

/** Runs steps on a database, in the order in which they came. */
export interface Transactions {
  /** One step: committed when the promise resolves, and without effect where it rejects. */
  run<T>(kind: 'read' | 'write', work: () => T): Promise<T>;
  isAvailable(): boolean;
  onAvailability(listener: (available: boolean) => void): () => void;
  /** Finishes what came before; what comes later is refused. */
  close(): Promise<void>;
}

export interface TransactionsOptions {
  readonly database: DatabaseSync;
  /** Named in errors. */
  readonly file: string;
  readonly logger: Logger;
  /** Resolves after so many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Told of each transaction: once it has begun, before it is committed, after it was undone. */
  readonly around: {
    begin(): void;
    end(kind: 'read' | 'write'): void;
    undone(): void;
  };
}

interface Job {
  readonly kind: 'read' | 'write';
  /** Returns how to tell the outcome, once it is committed. */
  work(): () => void;
  reject(error: Error): void;
}

/** Steps in one transaction, at most: what comes in one turn is committed together, but nobody waits long. */
const BATCH = 256;

/** How long to wait before each further try, in milliseconds, while another process holds the file. */
const WAITS = [1, 2, 5, 10, 20, 50, 100, 200, 300, 500, 800, 1000, 1000, 1000];

/**
 * All steps that arrive in one turn of the event loop share a transaction, so that many callers pay for one commit.
 *
 * ```
 * run → queue → next turn: BEGIN, each step, COMMIT → every caller is told
 *                          one step throws → ROLLBACK, and each step alone
 *                          file is locked  → again later, up to 5 s, without blocking the event loop
 * ```
 */
export function createTransactions(options: TransactionsOptions): Transactions {
  const { database, file, logger, sleep, around } = options;
  const begin = { read: database.prepare('BEGIN'), write: database.prepare('BEGIN IMMEDIATE') };
  const commit = database.prepare('COMMIT');
  const listeners = new Set<(available: boolean) => void>();
  let queue: Job[] = [];
  let draining: Promise<void> | undefined;
  let isClosed = false;
  let available = true;

  const tell = (next: boolean): void => {
    if (available === next) return;
    available = next;
    for (const listener of listeners) {
      try {
        listener(next);
      } catch (error) {
        // A step that was committed must not be taken for one that failed.
        logger.error({ err: error, file }, 'a listener of the store failed');
      }
    }
  };

  const rollBack = (): void => {
    try {
      if (database.isTransaction) database.exec('ROLLBACK');
    } catch {
      // The failure that led here is the one that is told.
    }
  };

  /** @throws what a step, or the database, threw; nothing was done then. */
  function attempt(jobs: readonly Job[]): void {
    const kind = jobs.some((job) => job.kind === 'write') ? 'write' : 'read';
    const outcomes: (() => void)[] = [];
    try {
      begin[kind].run();
      around.begin();
      for (const job of jobs) outcomes.push(job.work());
      around.end(kind);
      commit.run();
    } catch (error) {
      rollBack();
      around.undone();
      throw error;
    }
    tell(true);
    for (const outcome of outcomes) outcome();
  }

  async function perform(jobs: readonly Job[]): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        attempt(jobs);
        return;
      } catch (error) {
        const wait = WAITS[tries];
        if (isBusy(error) && wait !== undefined) {
          await sleep(wait);
          continue;
        }
        if (!isBusy(error) && jobs.length > 1) {
          for (const job of jobs) await perform([job]);
          return;
        }
        const failure = toStateError(file, error);
        // Listeners hear that the file is away, and only this says why.
        if (available && !(failure instanceof RangeError))
          logger.error({ ...(isOfFile(failure) ? {} : { err: failure }), file }, failure.message);
        if (!(failure instanceof RangeError)) tell(false);
        for (const job of jobs) job.reject(failure);
        return;
      }
    }
  }

  async function drain(): Promise<void> {
    await nextTurn();
    while (queue.length > 0) {
      const jobs = queue.slice(0, BATCH);
      queue = queue.slice(BATCH);
      await perform(jobs);
      if (queue.length > 0) await nextTurn();
    }
    draining = undefined;
  }

  return {
    run(kind, work) {
      if (isClosed) return Promise.reject(storeClosed());
      return new Promise((resolve, reject) => {
        queue.push({
          kind,
          work() {
            const answer = work();
            return () => resolve(answer);
          },
          reject,
        });
        draining ??= drain();
      });
    },
    isAvailable: () => available && !isClosed,
    onAvailability(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      isClosed = true;
      await draining;
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
