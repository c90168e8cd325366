import type { SeenEntry, Sight } from '../catalog/sight.ts';
import type { SearchDocument } from './document.ts';
import { createBest } from './ranking/best.ts';
import { explain, type Explanation } from './ranking/explain.ts';
import { createLanguage } from './ranking/language.ts';
import { readQuery } from './ranking/query.ts';
import { actionFactor, likeness } from './ranking/score.ts';
import { createSights, type Candidate, type Seen } from './ranking/sights.ts';
import { createStock } from './ranking/stock.ts';

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
  /** Why the entry of a key stands where it stands; undefined: there is none. For operators alone. */
  explain(text: string, key: string): Explanation | undefined;
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
  const language = createLanguage();
  const stock = createStock(language);
  const seenIn = createSights(stock);
  return {
    replace: stock.replace,
    explain: (text, key) => explain(text, key, stock, language),
    get size() {
      return stock.size;
    },
    rank({ text, among, accept, limit, closeness }) {
      const query = readQuery(text, language);
      const seen = seenIn(among);
      const likenesses = likeness(query, stock, seen, accept);
      const fused = closeness ? fuse(likenesses, candidatesIn(seen, accept), closeness) : likenesses;
      const best = createBest<SeenEntry>(limit);
      for (const [{ slot, place, entry }, share] of fused) {
        const { actions = 0, prior = 1 } = stock.facts[slot] ?? {};
        const score = share * actionFactor(actions, query) * prior;
        if (score > 0) best.add(entry, score, place);
      }
      return best.sorted().map(({ item, score }) => ({ entry: item, score }));
    },
  };
}

/**
 * Adds nearness in meaning to likeness in words by weight, so that what is sure of itself decides (ranks alone would not tell). Who is
 * not known to be near counts as the farthest.
 */
function fuse(
  likenesses: ReadonlyMap<Candidate, number>,
  all: readonly Candidate[],
  { weight, of }: NonNullable<Question['closeness']>,
): Map<Candidate, number> {
  const most = [...likenesses.values()].reduce((a, b) => Math.max(a, b), 0);
  const farthest = all.reduce((least, { entry }) => Math.min(least, of(entry.key) ?? 1), 1);
  return new Map(
    all.map((candidate) => {
      const inWords = most === 0 ? 0 : (likenesses.get(candidate) ?? 0) / most;
      return [candidate, inWords + weight * ((of(candidate.entry.key) ?? farthest) - farthest)];
    }),
  );
}

function candidatesIn(seen: Seen, accept: Question['accept'] = () => true): Candidate[] {
  return seen.filter((candidate) => candidate !== undefined && accept(candidate.entry)) as Candidate[];
}
