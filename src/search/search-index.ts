import type { SeenEntry, Sight } from '../catalog/sight.ts';
import type { SearchDocument } from './document.ts';
import { createBest } from './ranking/best.ts';
import { covers } from './ranking/coverage.ts';
import { explain, type Explanation } from './ranking/explain.ts';
import { createLanguage, type Language } from './ranking/language.ts';
import { addSentences, likenessOf } from './ranking/likeness.ts';
import { addNearness } from './ranking/nearness.ts';
import { readQuery, readTerms } from './ranking/query.ts';
import { actionFactors, createScorer } from './ranking/score.ts';
import { addSayings, toSaying } from './ranking/sayings.ts';
import { createScales } from './ranking/scales.ts';
import { sentencesOf } from './ranking/sentences.ts';
import { createSights, type Seen } from './ranking/sights.ts';
import { createStock, type Stock } from './ranking/stock.ts';

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
  /** Whether what was found first has enough of what the question says. By its words alone, whatever else there is. */
  covers(text: string, found: readonly SeenEntry[]): boolean;
  readonly size: number;
}

/** So many of those that were found are asked whether they fit. */
const FIRST = 3;

export interface Question {
  readonly text: string;
  readonly among: Sight;
  /** What else an entry has to be. Applied before ranking, as the sight is. */
  readonly accept?: (entry: SeenEntry) => boolean;
  readonly limit: number;
  /** Absent: words alone count. */
  readonly closeness?: Closeness | undefined;
}

/** Nearness in meaning. Asked for each entry that is seen and accepted, and for no other. */
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
  /** Near enough in meaning to be found by that alone. */
  readonly isNear: boolean;
  /** Nearness in meaning, from -1 to 1. Absent where it is not known. Told to operators alone. */
  readonly nearness?: number;
}

/**
 * An empty index.
 *
 * @param makeStock Holds what is ranked, and by what statistics.
 */
export function createSearchIndex(makeStock: (language: Language) => Stock = createStock): SearchIndex {
  const language = createLanguage();
  const stock = makeStock(language);
  const seenIn = createSights(stock, language);
  const scalesNow = createScales(stock);
  const scorer = createScorer(stock);
  return {
    replace: stock.replace,
    explain: (text, key) => explain(text, key, stock, language),
    covers: (text, found) => covers(text, found.slice(0, FIRST), stock, language),
    get size() {
      return stock.size;
    },
    rank({ text, among, accept, limit, closeness }) {
      const query = readQuery(text, language);
      const seen = seenIn(among);
      const scales = scalesNow();
      const sums = scorer.sums(query, seen, scales);
      const slots = accepted(closeness ? undefined : sums.slots, seen, accept);
      const fits = likenessOf(sums, slots);
      const sentences = sentencesOf(text).map((sentence) => readTerms(sentence, language));
      if (sentences.length > 0)
        addSentences(fits, slots, sentences, (terms) => scorer.words(terms, seen, scales));
      if (closeness) addNearness(fits, slots, seen, closeness);
      addSayings(fits, slots, toSaying(language.terms(text)), stock);
      const factors = actionFactors(query);
      const best = createBest(limit);
      for (let at = 0; at < slots.length; at += 1) {
        const slot = slots[at] as number;
        const factor = (factors[scales.actions[slot] as number] as number) * (scales.priors[slot] as number);
        best.add((fits[at] as number) * factor, seen.placeOf[slot] as number);
      }
      const hits = best
        .sorted()
        .map(({ score, place }) => ({ entry: seen.entries[place] as SeenEntry, score }));
      return hits.map((hit) => {
        const nearness = closeness?.of(hit.entry.key);
        const isNear = closeness !== undefined && nearness !== undefined && nearness >= closeness.least;
        return { ...hit, isNear, ...(nearness !== undefined && { nearness }) };
      });
    },
  };
}

/** Slots that may be found; `slots` undefined: of all that is seen. */
function accepted(
  slots: readonly number[] | undefined,
  { placeOf, entries }: Seen,
  accept: Question['accept'],
): readonly number[] {
  if (slots && !accept) return slots;
  const found: number[] = [];
  for (const slot of slots ?? placeOf.keys()) {
    const entry = entries[placeOf[slot] ?? -1];
    if (entry && (!accept || accept(entry))) found.push(slot);
  }
  return found;
}
