import { performance } from 'node:perf_hooks';
import type { Catalog } from '../catalog/catalog.ts';
import type { Logger } from '../telemetry/logger.ts';
import { applyPacks } from './packs/apply-packs.ts';
import { loadPack } from './packs/pack.ts';
import type { Explanation } from './ranking/explain.ts';
import { createReading, type Schedule } from './reading.ts';
import { createSearchIndex, type Hit, type Question } from './search-index.ts';
import { SearchSettings } from './settings.ts';

/** What finds: the index, kept in step with the catalog, and what is near in meaning where embeddings are configured. */
export interface Search {
  /**
   * Follows the catalog that is served from now on, by the settings in force. Cheap: entries are read when somebody first asks, or in
   * the background once {@link readAhead} was called, and those of changed sources alone.
   */
  follow(catalog: Catalog): void;
  /** Somebody may ask: entries are read in the background, a few milliseconds at a time, so that the first answer is fast, too. */
  readAhead(): void;
  /** Answers within the deadline of the embeddings, where there are any; by words alone when they are late. */
  find(question: Omit<Question, 'closeness'>, signal: AbortSignal): Promise<readonly Hit[]>;
  /** Why an entry stands where it stands by its words; undefined: no such entry is known. For operators alone. */
  explain(text: string, key: string): Explanation | undefined;
  close(): Promise<void>;
}

export interface SearchOptions {
  /** The settings in force. Absent: the defaults. */
  readonly settings?: () => SearchSettings;
  readonly logger?: Pick<Logger, 'debug'>;
  /** What is done later, and the clock that measures it: the process's own, where a test does not stand in for them. */
  readonly schedule?: Schedule;
  readonly clock?: () => number;
}

export function createSearch({
  settings = () => SearchSettings.parse({}),
  logger,
  schedule = scheduleTimer,
  clock = () => performance.now(),
}: SearchOptions = {}): Search {
  const index = createSearchIndex();
  let packs = settings().packs;
  const reading = createReading({
    onRead(source, documents) {
      index.replace(source, documents && applyPacks(documents, packs.map(loadPack)));
    },
    onFault: (source, error) => logger?.debug({ source, err: error }, 'an entry cannot be read for search'),
    schedule,
    clock,
  });
  return {
    follow(catalog) {
      const next = settings().packs;
      if (next.join(' ') !== packs.join(' ')) reading.forget();
      packs = next;
      reading.follow(catalog);
    },
    readAhead: reading.readAhead,
    find(question) {
      reading.finish();
      return Promise.resolve(index.rank(question));
    },
    explain(text, key) {
      reading.finish();
      return index.explain(text, key);
    },
    close() {
      reading.close();
      return Promise.resolve();
    },
  };
}

/** What waits keeps no process alive. */
function scheduleTimer(callback: () => void, milliseconds: number): () => void {
  const timer = setTimeout(callback, milliseconds);
  timer.unref();
  return () => clearTimeout(timer);
}
