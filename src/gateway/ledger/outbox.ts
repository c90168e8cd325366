import type { Logger } from '../../telemetry/logger.ts';
import { isUnavailable } from './availability.ts';
import type { Schedule } from './schedule.ts';

/** Something to be told to the store, in steps that can be repeated. Each call goes on where the last one failed. */
export type Errand = () => Promise<void>;

/** Tells the store what it has to hear, however long it is away. */
export interface Outbox {
  /** Resolves when the errand is done, or waits for the store. Never rejects. */
  send(errand: Errand): Promise<void>;
  /** Tries what waits at once. Resolves when nothing more can be done now. */
  retry(): Promise<void>;
  /** How many errands wait. */
  waiting(): number;
  /** Resolves when no first attempt is under way. */
  idle(): Promise<void>;
  stop(): void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const AT_ONCE = 16;

export interface OutboxOptions {
  readonly logger: Logger;
  readonly schedule: Schedule;
  /** Errands that may wait; of more, the oldest are given up. */
  readonly capacity: number;
}

export function createOutbox({ logger, schedule, capacity }: OutboxOptions): Outbox {
  const queue: Errand[] = [];
  const underWay = new Set<Promise<void>>();
  let dropped = 0;
  let waitMs = FIRST_WAIT_MS;
  let cancel: (() => void) | undefined;
  let retrying: Promise<void> | undefined;
  let isStopped = false;

  /** False where the store is away. */
  const attempt = async (errand: Errand): Promise<boolean> => {
    try {
      await errand();
    } catch (error) {
      if (isUnavailable(error)) return false;
      logger.error({ err: error }, 'the store of limits and budgets did not take what a call came to');
    }
    return true;
  };

  const keep = (errand: Errand): void => {
    queue.push(errand);
    if (queue.length > capacity) {
      queue.shift();
      dropped += 1;
    }
    retryLater();
  };

  const attemptFirst = async (errand: Errand): Promise<void> => {
    if (!(await attempt(errand))) keep(errand);
  };

  const retryLater = (): void => {
    if (isStopped || cancel !== undefined || retrying !== undefined) return;
    cancel = schedule(() => void retry(), waitMs);
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  };

  const retry = (): Promise<void> => {
    cancel?.();
    cancel = undefined;
    retrying ??= emptyQueue().finally(() => {
      retrying = undefined;
      if (queue.length > 0) retryLater();
    });
    return retrying;
  };

  const emptyQueue = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.splice(0, AT_ONCE);
      const done = await Promise.all(batch.map(attempt));
      queue.unshift(...batch.filter((_, index) => !done[index]));
      if (done.includes(false)) return;
    }
    waitMs = FIRST_WAIT_MS;
    if (dropped > 0) {
      logger.error(
        { dropped },
        `${dropped} settlements could not be kept while the store was away: those calls count as lost`,
      );
      dropped = 0;
    }
  };

  return {
    async send(errand) {
      const first = attemptFirst(errand);
      underWay.add(first);
      await first;
      underWay.delete(first);
    },
    retry,
    waiting: () => queue.length,
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    stop() {
      isStopped = true;
      cancel?.();
      cancel = undefined;
    },
  };
}
