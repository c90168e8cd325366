import type { SeenEntry, Sight } from '../catalog/sight.ts';
import type { SearchDocument } from './document.ts';

/**
 * One index over all that is served, for everybody. It finds nothing by itself: a question says whose sight it is asked in, and that
 * is applied before anything is ranked, cut or normalised.
 */
export interface SearchIndex {
  /**
   * Takes over what a source offers now; undefined: the source is gone. Costs that source's own entries; the same array of documents
   * costs nothing. What is found never depends on the order in which sources came.
   */
  replace(source: string, documents: readonly SearchDocument[] | undefined): void;
  /** Best first; ties in the sight's order. Never more than `limit`, never one with a score of 0. Synchronous. */
  rank(question: Question): readonly Hit[];
  readonly size: number;
}

export interface Question {
  readonly text: string;
  readonly among: Sight;
  /** What else an entry has to be. Applied before ranking, as the sight is. */
  readonly accept?: (entry: SeenEntry) => boolean;
  readonly limit: number;
  /** How near in meaning an entry is, from -1 to 1, by its key; undefined where that is not known (yet). Absent: words alone count. */
  readonly closeness?: { readonly weight: number; of(key: string): number | undefined };
}

export interface Hit {
  readonly entry: SeenEntry;
  /** Comparable within one answer. Told to nobody: it depends on what others see, too. */
  readonly score: number;
}

/** An empty index. */
export function createSearchIndex(): SearchIndex {
  const bySource = new Map<string, readonly SearchDocument[]>();
  return {
    replace(source, documents) {
      if (documents) bySource.set(source, documents);
      else bySource.delete(source);
    },
    rank({ text, among, accept = () => true, limit }) {
      const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
      const documents = new Map([...bySource.values()].flat().map((one) => [one.key, one]));
      return among.entries
        .filter((entry) => documents.has(entry.key) && accept(entry))
        .map((entry) => {
          const { name = '', description = '' } = documents.get(entry.key) ?? {};
          const known = `${name} ${description}`.toLowerCase();
          return { entry, score: words.filter((word) => known.includes(word)).length };
        })
        .filter(({ score }) => score > 0)
        .toSorted((a, b) => b.score - a.score)
        .slice(0, limit);
    },
    get size() {
      return [...bySource.values()].reduce((sum, { length }) => sum + length, 0);
    },
  };
}
