import { ACTIONS } from './actions.ts';
import { FIELD_NAMES } from './analysis.ts';
import { BOUNDS, RANKING } from './constants.ts';
import { countOf, FIELD_PLACES, fieldOf, placeIn, slotOf } from './postings.ts';
import { gramRarity, logOf, rarity } from './rarity.ts';
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
export interface Scorer {
  sums(query: Query, seen: Seen, scales: Scales): Sums;
  /** By words alone, by slot; good until the next question of either kind, and beside what {@link sums} gave. */
  words(terms: ReadonlyMap<string, number>, seen: Seen, scales: Scales): Float64Array;
}

export function createScorer(stock: Stock): Scorer {
  const memory = [createMemory(), createMemory(), createMemory()] as const;
  return {
    sums(query, seen, scales) {
      const { placeOf } = seen;
      const [words, letters] = [memory[0](placeOf.length), memory[1](placeOf.length)];
      sumWords(query.terms, stock, seen, scales.words, words);
      sumLetters(query.grams, stock, placeOf, scales.letters, letters);
      const slots: number[] = [];
      for (let slot = 0; slot < words.length; slot += 1) {
        if (words[slot] !== 0 || letters[slot] !== 0) slots.push(slot);
      }
      return { slots, words, letters };
    },
    words(terms, seen, scales) {
      const words = memory[2](seen.placeOf.length);
      sumWords(terms, stock, seen, scales.words, words);
      return words;
    },
  };
}

/** The same array of zeros each time, as long as its length is the same. */
function createMemory(): (length: number) => Float64Array {
  let known = new Float64Array(0);
  return (length) => (known = known.length === length ? known.fill(0) : new Float64Array(length));
}

/**
 * BM25F: a term's counts in the fields weighted, normalised by the length of the field, and saturated together (Robertson & Zaragoza
 * 2009, section 3.6).
 *
 * Each document's sum is taken in the order of the query's terms: it is the same to the last bit whatever came into the stock first.
 */
function sumWords(
  terms: Query['terms'],
  stock: Stock,
  { placeOf, shownTimes, newNames }: Seen,
  scale: Float64Array,
  into: Float64Array,
): void {
  const { k1 } = RANKING;
  for (const [term, weight] of terms) {
    const row = stock.terms.row(term);
    const named = newNames.size > 0 ? slotsNamed(newNames, term) : undefined;
    if (!row && !named) continue;
    const { entries, documents } = row ?? NOWHERE;
    const factor = weight * rarity(stock.size, documents) * (k1 + 1);
    const add = (slot: number, frequency: number): void => {
      into[slot] = (into[slot] as number) + (factor * frequency) / (k1 + frequency);
    };
    const { length } = entries;
    for (let at = 0; at < length;) {
      const slot = slotOf(entries[at] as number);
      const next = (slot + 1) * FIELD_PLACES;
      const timesOf = shownTimes.size > 0 ? shownTimes.get(slot) : undefined;
      let frequency = named?.delete(slot) ? nameScale(scale, slot) : 0;
      for (; at < length; at += 1) {
        const entry = entries[at] as number;
        const place = placeIn(entry);
        if (place >= next || place < next - FIELD_PLACES) break;
        const times = countOf(entry);
        frequency +=
          (scale[place] as number) * (timesOf ? Math.min(times, timesOf(fieldOf(entry), term)) : times);
      }
      if (placeOf[slot] !== -1) add(slot, frequency);
    }
    for (const slot of named ?? []) add(slot, nameScale(scale, slot));
  }
}

/** Of a term that no document has. */
const NOWHERE = { entries: [], documents: 0 };

const NAME = FIELD_NAMES.indexOf('name');

function nameScale(scale: Float64Array, slot: number): number {
  return scale[slot * FIELD_PLACES + NAME] as number;
}

/** Slots of the entries whose new name has a term; undefined: none. */
function slotsNamed(newNames: Seen['newNames'], term: string): Set<number> | undefined {
  let slots: Set<number> | undefined;
  for (const [slot, terms] of newNames) if (terms.has(term)) (slots ??= new Set()).add(slot);
  return slots;
}

/** Cosine of runs of letters, each by how often it occurs and how rare it is; up to a factor that is the same for all. */
function sumLetters(
  grams: Query['grams'],
  stock: Stock,
  placeOf: Int32Array,
  scale: Float64Array,
  into: Float64Array,
): void {
  for (const [gram, count] of grams) {
    const row = stock.grams.row(gram);
    if (!row || row.documents > BOUNDS.gramDocuments) continue;
    const factor = logOf(count) * gramRarity(stock.size, row.documents) ** 2;
    const { entries } = row;
    for (let at = 0; at < entries.length; at += 1) {
      const entry = entries[at] as number;
      const slot = slotOf(entry);
      if (placeOf[slot] === -1) continue;
      into[slot] = (into[slot] as number) + factor * logOf(countOf(entry)) * (scale[slot] as number);
    }
  }
}

/** What actions do to a score, given what is asked for: by all their bits. */
export function actionFactors(query: Query): Float64Array {
  return Float64Array.from({ length: 1 << ACTIONS.length }, (_, bits) => actionFactor(bits, query));
}

/** What a document's actions do to its score, a bit for each of `ACTIONS`. */
export function actionFactor(actions: number, { votes, isThing }: Query): number {
  if (actions === 0) return 1;
  if (isThing) return unaskedFactor(actions);
  if (votes.size === 0) return 1;
  let best = 0;
  for (const [action, vote] of votes) {
    if (actions & (1 << ACTIONS.indexOf(action))) best = Math.max(best, vote);
  }
  return best > 0 ? 1 + RANKING.actionGain * best : RANKING.actionLoss;
}

/** Who names a thing alone wants to see it first, rather than to change or delete it. */
function unaskedFactor(actions: number): number {
  if (actions & DELETES) return RANKING.unaskedDeletion;
  return actions & CHANGES ? RANKING.unaskedChange : 1;
}

const DELETES = 1 << ACTIONS.indexOf('delete');
const CHANGES = (1 << ACTIONS.indexOf('create')) | (1 << ACTIONS.indexOf('update'));
