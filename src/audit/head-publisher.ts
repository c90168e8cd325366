import type { Logger } from '../telemetry/logger.ts';
import type { SignedHead } from './signed-head.ts';

/** Brings signed heads to a place where whoever owns the record files cannot change them. */
export interface HeadPublisher {
  /** Never waits, never fails: of each chain the newest head is brought, as soon as it can be. */
  publish(head: SignedHead): void;
  /** Resolves once what was published is there, or one more attempt has failed. */
  close(): Promise<void>;
}

/** How long a place that refused a head is left alone, in milliseconds. */
const RETRY_MS = 10_000;

export function createHeadPublisher(deps: {
  readonly put: (head: SignedHead) => Promise<void>;
  readonly logger: Logger;
  /** Calls back after so many milliseconds, unless cancelled by the function it returns. */
  readonly schedule?: (callback: () => void, milliseconds: number) => () => void;
}): HeadPublisher {
  const { put, logger, schedule = scheduleTimer } = deps;
  /** By chain; what is newer takes the place of what waits. */
  const waiting = new Map<string, SignedHead>();
  let running: Promise<void> | undefined;
  let cancel: (() => void) | undefined;
  let failing = false;

  function start(): Promise<void> {
    cancel?.();
    cancel = undefined;
    return (running ??= run().finally(() => (running = undefined)));
  }

  async function run(): Promise<void> {
    for (const [chain, head] of waiting) {
      waiting.delete(chain);
      try {
        // oxlint-disable-next-line no-await-in-loop -- one at a time is enough, and in order
        await put(head);
      } catch (error) {
        if (!waiting.has(chain)) waiting.set(chain, head);
        if (!failing)
          logger.warn({ err: error, chain }, 'a head of the audit chain could not be stored; trying on');
        failing = true;
        cancel ??= schedule(() => void start(), RETRY_MS);
        return;
      }
      if (failing) logger.info({ chain }, 'heads of the audit chain are being stored again');
      failing = false;
    }
  }

  return {
    publish(head) {
      waiting.set(head.chain, head);
      if (!cancel) void start();
    },
    async close() {
      await running;
      if (waiting.size > 0) await start();
      cancel?.();
      cancel = undefined;
      if (waiting.size > 0)
        logger.warn({ heads: waiting.size }, 'the last heads of the audit chain were not stored');
    },
  };
}

function scheduleTimer(callback: () => void, milliseconds: number): () => void {
  const timer = setTimeout(callback, milliseconds).unref();
  return () => clearTimeout(timer);
}
