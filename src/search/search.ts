import { performance } from 'node:perf_hooks';
import type { Catalog } from '../catalog/catalog.ts';
import type { SeenEntry } from '../catalog/sight.ts';
import type { Logger } from '../telemetry/logger.ts';
import { uniqueByKey, type SearchDocument } from './document.ts';
import { createNearness } from './embeddings/nearness.ts';
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
  /** Whether what was found first has enough of what the question says, by its words. */
  covers(text: string, found: readonly SeenEntry[]): boolean;
  /** Ends what is done in the background, and keeps what was embedded. */
  close(): Promise<void>;
}

export interface SearchOptions {
  /** The settings in force. Absent: the defaults. */
  readonly settings?: () => SearchSettings;
  /** Contents of the certificates that the settings in force name, by absolute path. */
  readonly files?: () => ReadonlyMap<string, string>;
  /** Whether entries are embedded that were never embedded before. A command that looks something up does not. */
  readonly embedsEntries?: boolean;
  readonly logger?: Pick<Logger, 'debug' | 'info' | 'warn'>;
  /** What is done later, the clock that measures it, and chance: the process's own, where a test does not stand in for them. */
  readonly schedule?: Schedule;
  readonly clock?: () => number;
  readonly random?: () => number;
}

/** Documents that the index takes in at a time. */
const PART = 16;

export function createSearch({
  settings = () => SearchSettings.parse({}),
  files = () => new Map(),
  embedsEntries = true,
  logger = SILENT,
  schedule = scheduleTimer,
  clock = () => performance.now(),
  random = Math.random,
}: SearchOptions = {}): Search {
  const index = createSearchIndex();
  const nearness = createNearness({ files, embedsEntries, logger, schedule, clock, random });
  const parts = new Map<string, number>();
  let packs = settings().packs;

  /** Index and embeddings know a source as parts, so that a large one holds nobody up. */
  function* take(source: string, documents: readonly SearchDocument[] | undefined): Generator<undefined> {
    for (let part = parts.get(source) ?? 0; part > 0; part--) {
      index.replace(`${source} ${part}`, undefined);
      nearness.replace(`${source} ${part}`, undefined);
      parts.set(source, part - 1);
      yield;
    }
    parts.delete(source);
    if (!documents) return;
    const all = applyPacks(uniqueByKey(documents), packs.map(loadPack));
    for (let at = 0; at < all.length; at += PART) {
      const part = at / PART + 1;
      parts.set(source, part);
      const some = all.slice(at, at + PART);
      index.replace(`${source} ${part}`, some);
      nearness.replace(`${source} ${part}`, some);
      yield;
    }
  }

  const reading = createReading({
    take,
    onFault: (source, error) => logger.debug({ source, err: error }, 'an entry cannot be read for search'),
    schedule,
    clock,
  });
  return {
    follow(catalog) {
      const next = settings();
      if (next.packs.join(' ') !== packs.join(' ')) reading.forget();
      packs = next.packs;
      if (nearness.use(next.embeddings)) reading.forget();
      reading.follow(catalog);
    },
    readAhead: reading.readAhead,
    async find(question, signal) {
      reading.finish();
      const closeness = await nearness.of(question.text, signal);
      return index.rank({ ...question, closeness });
    },
    explain(text, key) {
      reading.finish();
      return index.explain(text, key);
    },
    covers(text, found) {
      reading.finish();
      return index.covers(text, found);
    },
    async close() {
      reading.close();
      await nearness.close();
    },
  };
}

/** What waits keeps no process alive. */
function scheduleTimer(callback: () => void, milliseconds: number): () => void {
  const timer = setTimeout(callback, milliseconds);
  timer.unref();
  return () => clearTimeout(timer);
}

const SILENT = { debug: () => {}, info: () => {}, warn: () => {} };
