import { orAborted } from '../../upstream/network/or-aborted.ts';
import { createBackoff } from '../../audit/sinks/backoff.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Schedule } from '../reading.ts';
import type { Library } from './library.ts';
import { toEmbeddingFault, type Embedded, type EmbeddingFault, type EmbeddingProvider } from './provider.ts';

/** Embeds in the background what has no vector yet. */
export interface Embedder {
  /** There may be texts without a vector. Cheap. */
  wake(): void;
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>;
}

export interface EmbedderOptions {
  readonly provider: EmbeddingProvider;
  readonly library: Library;
  /** Decides whether an answer counts: takes it over, with its texts, or throws. */
  readonly accept: (texts: readonly string[], embedded: Embedded) => void;
  /** Something was embedded that is not kept yet: called now and then, and at the end. Never rejects. */
  readonly keep: () => Promise<void>;
  /** The most texts of one request. */
  readonly batch: number;
  readonly schedule: Schedule;
  readonly clock: () => number;
  readonly random: () => number;
  readonly logger: Pick<Logger, 'debug' | 'info' | 'warn'>;
}

/** Requests under way at once: enough to keep an endpoint busy, few enough to leave room for questions. */
const WORKERS = 2;
/** How long one request may take: a model on a processor takes its time, and may have to be loaded first. */
const REQUEST_MS = 60_000;
const KEEP_MS = 30_000;
const TELL_MS = 10_000;

export function createEmbedder(options: EmbedderOptions): Embedder {
  const { provider, library, accept, keep, schedule, clock, logger } = options;
  const backoff = createBackoff(options.random);
  const closing = new AbortController();
  let running: Promise<void> | undefined;
  let batch = options.batch;
  /** Whether the endpoint has taken anything: then a text that is refused is itself at fault, and not the settings. */
  let hasSucceeded = false;
  let isInTrouble = false;
  let resting: Promise<void> | undefined;
  let keptAt = clock();
  let toldAt = clock();
  let told = '';

  const ask = async (texts: readonly string[]): Promise<Embedded> => {
    const late = new AbortController();
    const cancel = schedule(() => late.abort(), REQUEST_MS);
    try {
      const signal = AbortSignal.any([late.signal, closing.signal]);
      return await orAborted(provider.embed(texts, signal), signal);
    } finally {
      cancel();
    }
  };

  /** Tells a text that is refused from settings that are. */
  const takesAnything = (): Promise<boolean> =>
    ask(['tool']).then(
      () => true,
      () => false,
    );

  /** Embeds these texts, in halves where they are too many together; gives back what has to wait. */
  const embed = async (texts: readonly string[]): Promise<void> => {
    try {
      accept(texts, await ask(texts));
      hasSucceeded = true;
      backoff.reset();
      tellProgress();
    } catch (error) {
      const fault = toEmbeddingFault(error);
      if (closing.signal.aborted) return library.giveBack(texts);
      if (fault.kind === 'too-large') batch = Math.max(1, Math.min(batch, Math.ceil(texts.length / 2)));
      if (fault.kind === 'refused') hasSucceeded ||= await takesAnything();
      const isAtFault = fault.kind === 'too-large' || (fault.kind === 'refused' && hasSucceeded);
      if (isAtFault && texts.length > 1) {
        const half = Math.ceil(texts.length / 2);
        await embed(texts.slice(0, half));
        return embed(texts.slice(half));
      }
      if (isAtFault && hasSucceeded) {
        logger.debug({ err: fault }, 'the text of an entry cannot be embedded: words alone find it');
        return texts.forEach(library.skip);
      }
      library.giveBack(texts);
      tellTrouble(fault);
      await rest(backoff.next(fault.retryAfterMs));
    }
  };

  const work = async (): Promise<void> => {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- one request after the other
      await resting;
      if (closing.signal.aborted) return;
      const texts = library.take(batch);
      if (texts.length === 0) return;
      // oxlint-disable-next-line no-await-in-loop
      await embed(texts);
      // oxlint-disable-next-line no-await-in-loop
      await keepNowAndThen();
    }
  };

  const run = async (): Promise<void> => {
    told = '';
    await Promise.all(Array.from({ length: WORKERS }, work));
    await keep();
    if (!closing.signal.aborted && hasSucceeded) tellProgress(true);
  };

  /** All workers rest together. */
  const rest = (milliseconds: number): Promise<void> => {
    if (resting) return resting;
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = (): void => {
      cancel();
      closing.signal.removeEventListener('abort', end);
      resting = undefined;
      resolve();
    };
    const cancel = schedule(end, milliseconds);
    closing.signal.addEventListener('abort', end);
    return (resting = promise);
  };

  const keepNowAndThen = async (): Promise<void> => {
    if (clock() - keptAt < KEEP_MS) return;
    keptAt = clock();
    await keep();
  };

  const tellProgress = (isEnd = false): void => {
    if (isInTrouble) logger.info({}, 'entries are embedded again');
    isInTrouble = false;
    if (!isEnd && clock() - toldAt < TELL_MS) return;
    toldAt = clock();
    const { entries, known } = library.counts;
    const progress = `embedded ${inFull(known)} of ${inFull(entries)} entries`;
    if (progress !== told) logger.info({ known, entries }, progress);
    told = progress;
  };

  /** Once, and not again before it works. */
  const tellTrouble = (fault: EmbeddingFault): void => {
    logger[isInTrouble ? 'debug' : 'warn'](
      {},
      `entries cannot be embedded now, and are found by words: ${fault.message}`,
    );
    isInTrouble = true;
  };

  function wake(): void {
    if (closing.signal.aborted || !library.hasMissing()) return;
    running ??= run().finally(() => {
      running = undefined;
      // What came while the last worker left.
      wake();
    });
  }

  return {
    wake,
    async close() {
      closing.abort();
      await running;
    },
  };
}

function inFull(count: number): string {
  return count.toLocaleString('en');
}
