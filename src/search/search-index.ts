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
  /** Absent: words alone count. */
  readonly closeness?: Closeness | undefined;
}

/** Nearness in meaning. Asked once for each entry that is seen and accepted, and for no other. */
export interface Closeness {
  /** What it counts beside the words, whose best entry counts 1. */
  readonly weight: number;
  /** From here on an entry is found that shares no word with the question. */
  readonly least: number;
  /** Of an entry, by its key: from -1 to 1; undefined where it is not known (yet). */
  of(key: string): number | undefined;
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
 * Adds nearness in meaning to likeness in words by weight, so that what is sure of itself decides (ranks alone would not tell). Whose
 * nearness is not known counts as the others do on average: half of a catalog may be embedded when somebody asks.
 */
function fuse(
  likenesses: ReadonlyMap<Candidate, number>,
  all: readonly Candidate[],
  { weight, least, of }: Closeness,
): ReadonlyMap<Candidate, number> {
  const near = new Map<Candidate, number>();
  let farthest = 1;
  // In whole millionths: their sum is the same in whatever order they come.
  let sum = 0;
  for (const candidate of all) {
    const closeness = of(candidate.entry.key);
    if (closeness === undefined) continue;
    near.set(candidate, closeness);
    farthest = Math.min(farthest, closeness);
    sum += Math.round(closeness * 1e6);
  }
  if (near.size === 0) return likenesses;
  const average = sum / near.size / 1e6;
  const most = [...likenesses.values()].reduce((a, b) => Math.max(a, b), 0);
  const fused = new Map<Candidate, number>();
  for (const candidate of all) {
    const inWords = likenesses.get(candidate) ?? 0;
    const closeness = near.get(candidate);
    if (inWords === 0 && (closeness ?? -1) < least) continue;
    const share = most === 0 ? 0 : inWords / most;
    fused.set(candidate, share + weight * Math.max(0, (closeness ?? average) - farthest));
  }
  return fused;
}

function candidatesIn(seen: Seen, accept: Question['accept'] = () => true): Candidate[] {
  return seen.filter((candidate) => candidate !== undefined && accept(candidate.entry)) as Candidate[];
}
