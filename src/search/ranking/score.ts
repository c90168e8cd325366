import { ACTIONS } from './actions.ts';
import { RANKING } from './constants.ts';
import { countOf, FIELD_PLACES, MAX_COUNT, placeIn, slotOf } from './postings.ts';
import type { Query } from './query.ts';
import type { Scales } from './scales.ts';
import type { Seen } from './sights.ts';
import type { Stock } from './stock.ts';

/** How well what is seen fits a query, by slot. All arrays are good until the next question. */
export interface Sums {
  /** Slots that are seen and share something with the query. */
  readonly slots: readonly number[];
  readonly words: Float64Array;
  readonly letters: Float64Array;
}

/** Sums up what is seen of a stock. Its memory is used anew by each question. */
export function createScorer(stock: Stock): (query: Query, seen: Seen, scales: Scales) => Sums {
  let words = new Float64Array(0);
  let letters = new Float64Array(0);
  return function sum(query, { placeOf }, scales) {
    if (words.length === placeOf.length) {
      words.fill(0);
      letters.fill(0);
    } else {
      words = new Float64Array(placeOf.length);
      letters = new Float64Array(placeOf.length);
    }
    sumWords(query, stock, placeOf, scales.words, words);
    sumLetters(query, stock, placeOf, scales.letters, letters);
    const slots: number[] = [];
    for (let slot = 0; slot < words.length; slot += 1) {
      if (words[slot] !== 0 || letters[slot] !== 0) slots.push(slot);
    }
    return { slots, words, letters };
  };
}

/**
 * BM25F: a term's counts in the fields weighted, normalised by the length of the field, and saturated together (Robertson & Zaragoza
 * 2009, section 3.6).
 *
 * Each document's sum is taken in the order of the query's terms: it is the same to the last bit whatever came into the stock first.
 */
function sumWords(
  { terms }: Query,
  stock: Stock,
  placeOf: Int32Array,
  scale: Float64Array,
  into: Float64Array,
): void {
  const { k1 } = RANKING;
  for (const [term, weight] of terms) {
    const row = stock.terms.row(term);
    if (!row) continue;
    const factor = weight * rarity(stock.size, row.documents) * (k1 + 1);
    const { entries } = row;
    const { length } = entries;
    for (let at = 0; at < length;) {
      const slot = slotOf(entries[at] as number);
      const next = (slot + 1) * FIELD_PLACES;
      let frequency = 0;
      for (; at < length; at += 1) {
        const entry = entries[at] as number;
        const place = placeIn(entry);
        if (place >= next || place < next - FIELD_PLACES) break;
        frequency += (scale[place] as number) * countOf(entry);
      }
      if (placeOf[slot] !== -1) into[slot] = (into[slot] as number) + (factor * frequency) / (k1 + frequency);
    }
  }
}

/** Cosine of runs of letters, each by how often it occurs and how rare it is; up to a factor that is the same for all. */
function sumLetters(
  { grams }: Query,
  stock: Stock,
  placeOf: Int32Array,
  scale: Float64Array,
  into: Float64Array,
): void {
  for (const [gram, count] of grams) {
    const row = stock.grams.row(gram);
    if (!row) continue;
    const factor = logOf(count) * Math.log(1 + stock.size / row.documents) ** 2;
    const { entries } = row;
    for (let at = 0; at < entries.length; at += 1) {
      const entry = entries[at] as number;
      const slot = slotOf(entry);
      if (placeOf[slot] === -1) continue;
      into[slot] = (into[slot] as number) + factor * logOf(countOf(entry)) * (scale[slot] as number);
    }
  }
}

/** Inverse document frequency, never negative (Robertson & Zaragoza 2009, section 3.2, with 1 added). */
export function rarity(size: number, documents: number): number {
  return Math.log(1 + (size - documents + 0.5) / (documents + 0.5));
}

/** What a word counts that occurs so often, by the number of times. */
const LOGS = Float64Array.from({ length: MAX_COUNT + 1 }, (_, count) =>
  count === 0 ? 0 : 1 + Math.log(count),
);

function logOf(count: number): number {
  return LOGS[Math.min(count, MAX_COUNT)] as number;
}

/** What actions do to a score, given what is asked for: by all their bits. */
export function actionFactors(query: Query): Float64Array {
  return Float64Array.from({ length: 1 << ACTIONS.length }, (_, bits) => actionFactor(bits, query));
}

/** What a document's actions do to its score, a bit for each of `ACTIONS`. */
export function actionFactor(actions: number, { votes }: Query): number {
  if (actions === 0 || votes.size === 0) return 1;
  let best = 0;
  for (const [action, vote] of votes) {
    if (actions & (1 << ACTIONS.indexOf(action))) best = Math.max(best, vote);
  }
  return best > 0 ? 1 + RANKING.actionGain * best : RANKING.actionLoss;
}
