import { maskCredentials } from '../../audit/mask/secret-text.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { SearchDocument } from '../document.ts';
import type { Schedule } from '../reading.ts';
import type { Closeness } from '../search-index.ts';
import { endpointUrlOf } from './create-provider.ts';
import { createEmbedder } from './embedder.ts';
import { cutText, toEntryText } from './entry-text.ts';
import { createLibrary } from './library.ts';
import { EmbeddingFault, type Embedded, type EmbeddingProvider } from './provider.ts';
import { createQuestions } from './questions.ts';
import type { EmbeddingSettings } from './settings.ts';
import { configuredIdOf } from './space.ts';
import { openVectorCache } from './vector-cache.ts';
import { cosineOf } from './vectors.ts';

/** Nearness in meaning of questions and entries. */
export interface Embeddings {
  /** Takes over entries that come and go together; undefined: they are gone. They are embedded in the background. */
  replace(share: string, documents: readonly SearchDocument[] | undefined): void;
  /** How near entries are to a question; undefined where that is not known within the deadline. Never rejects. */
  closeness(text: string, signal: AbortSignal): Promise<Closeness | undefined>;
  /** Resolves when nothing is under way, and what was embedded is kept. Never rejects. */
  close(): Promise<void>;
}

export interface EmbeddingsOptions {
  readonly settings: EmbeddingSettings;
  readonly provider: EmbeddingProvider;
  /** Whether entries are embedded that are not kept yet: a command that looks something up does not. */
  readonly embedsEntries: boolean;
  /** Resolves when the folder of vectors is free: settings that take the place of others wait for them. */
  readonly after?: Promise<unknown>;
  readonly schedule: Schedule;
  /** Milliseconds, of any origin. */
  readonly clock: () => number;
  readonly random: () => number;
  readonly logger: Pick<Logger, 'debug' | 'info' | 'warn'>;
}

/** How long an endpoint has to stay with a model before another one is believed: two in turn would embed for ever. */
const STAYS_MS = 600_000;

export function createEmbeddings(options: EmbeddingsOptions): Embeddings {
  const { settings, provider, embedsEntries, schedule, clock, random, logger } = options;
  const { weight, minCloseness, maxTextCharacters } = settings;
  const common = {
    provider: settings.provider,
    endpoint: endpointUrlOf(settings) ?? '',
    model: settings.model ?? '',
  };
  const cache = openVectorCache(
    settings.cache,
    configuredIdOf({ ...common, dimensions: settings.dimensions }),
  );
  const library = createLibrary(common);
  let movedAt = Number.NEGATIVE_INFINITY;
  let isKept = true;

  /** Lets an answer of another model take the place of what there is. */
  const admit = (embedded: Embedded): void => {
    if (library.isSame(embedded)) return;
    const before = nameOf(library.space?.reported, library.space?.dimensions);
    const after = nameOf(embedded.model, embedded.vectors[0]?.length);
    if (clock() - movedAt < STAYS_MS) {
      throw new EmbeddingFault('retry', `it answers with two models in turn: ${before} and ${after}`);
    }
    movedAt = clock();
    library.moveTo(embedded);
    questions.forget();
    logger.info({ before, after }, `the model is ${after} now, and was ${before}: entries are embedded anew`);
    if (embedsEntries) embedder.wake();
  };

  const keep = async (): Promise<void> => {
    if (isKept) return;
    const snapshot = library.snapshot();
    isKept = true;
    try {
      if (snapshot) await cache.save(snapshot);
    } catch (error) {
      logger.warn({ err: error }, `vectors cannot be kept in ${settings.cache}: a restart embeds them again`);
    }
  };

  const embedder = createEmbedder({
    provider,
    library,
    accept(texts, embedded) {
      admit(embedded);
      library.add(texts, embedded);
      isKept = false;
    },
    keep,
    batch: settings.batch,
    schedule,
    clock,
    random,
    logger,
  });

  const questions = createQuestions({
    provider,
    fits(embedded) {
      const isSame = library.isSame(embedded);
      if (!isSame) admit(embedded);
      return isSame;
    },
    prefix: settings.queryPrefix,
    timeoutMs: settings.timeoutMs,
    schedule,
    clock,
    onTrouble({ message }) {
      logger.warn({}, `what is asked cannot be embedded now, and words alone count: ${message}`);
    },
    onRecovery: () => logger.info({}, 'what is asked is embedded again'),
  });

  const near = async (text: string, signal: AbortSignal): Promise<Closeness | undefined> => {
    const asked = cutText(maskCredentials(text.slice(0, maxTextCharacters * 4)), maxTextCharacters);
    // Nothing is sent anywhere as long as there is nothing to compare it with.
    if (asked === '' || library.counts.known === 0) return undefined;
    const vector = await questions.vectorOf(asked, signal);
    if (!vector || vector.length !== library.space?.dimensions) return undefined;
    return {
      weight,
      least: minCloseness,
      of(key) {
        const other = library.vectorOf(key);
        return other && cosineOf(vector, other);
      },
    };
  };

  let isClosed = false;
  let isOpen = false;
  const opening = (async () => {
    await options.after?.catch(() => {});
    const kept = await cache.load();
    if (kept && !isClosed) library.recall(kept);
    isOpen = true;
    if (embedsEntries && !isClosed) embedder.wake();
  })();

  return {
    replace(share, documents) {
      const { textPrefix } = settings;
      const texts = documents?.map(
        (one) => [one.key, textPrefix + toEntryText(one, maxTextCharacters)] as const,
      );
      library.replace(share, texts && new Map(texts));
      if (isOpen && embedsEntries) embedder.wake();
    },
    async closeness(text, signal) {
      if (isOpen) return near(text, signal);
      const late = { milliseconds: settings.timeoutMs, schedule, signal };
      return orLate(
        opening.then(() => near(text, signal)),
        late,
      );
    },
    async close() {
      isClosed = true;
      questions.close();
      await Promise.all([opening, embedder.close()]);
      await keep();
      await provider.close().catch(() => {});
    },
  };
}

function nameOf(model: string | undefined, dimensions = 0): string {
  return `${model ?? 'an unnamed one'} of ${dimensions} dimensions`;
}

/** What the work comes to, or undefined at the end of the time, or with the signal. */
async function orLate<T>(
  work: Promise<T>,
  options: { milliseconds: number; schedule: Schedule; signal: AbortSignal },
): Promise<T | undefined> {
  const { milliseconds, schedule, signal } = options;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const leave = (): void => resolve(undefined);
  const cancel = schedule(leave, milliseconds);
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  try {
    return await Promise.race([work, promise]);
  } finally {
    cancel();
    signal.removeEventListener('abort', leave);
  }
}
