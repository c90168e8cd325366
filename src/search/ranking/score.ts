import type { SeenEntry } from '../../catalog/sight.ts';
import { ACTIONS } from './actions.ts';
import { FIELD_NAMES } from './analysis.ts';
import { FIELDS, RANKING } from './constants.ts';
import { countOf, fieldOf, slotOf } from './postings.ts';
import type { Query } from './query.ts';
import type { Candidate, Seen } from './sights.ts';
import type { Facts, Stock } from './stock.ts';

/** Sums by slot, and the slots that have any. */
interface Sums {
  readonly slots: readonly number[];
  readonly of: Float64Array;
}

/**
 * How like the query each entry is that is seen and accepted and shares something with it: by words and by letters, each as a share
 * of the best. What is not seen or not accepted is in no sum and in no best.
 */
export function likeness(
  query: Query,
  stock: Stock,
  seen: Seen,
  accept: (entry: SeenEntry) => boolean = () => true,
): Map<Candidate, number> {
  const found = new Map<Candidate, number>();
  const parts = [
    { sums: sumWords(query, stock, seen), weight: 1 },
    { sums: sumLetters(query, stock, seen), weight: RANKING.gramWeight },
  ];
  for (const { sums, weight } of parts) {
    const accepted = sums.slots.flatMap((slot) => {
      const candidate = seen[slot];
      return candidate && accept(candidate.entry) ? [candidate] : [];
    });
    const most = accepted.reduce((best, { slot }) => Math.max(best, sums.of[slot] ?? 0), 0);
    for (const candidate of accepted) {
      found.set(candidate, (found.get(candidate) ?? 0) + (weight * (sums.of[candidate.slot] ?? 0)) / most);
    }
  }
  return found;
}

/**
 * BM25F: a term's counts in the fields weighted, normalised by the length of the field, and saturated together (Robertson & Zaragoza
 * 2009, section 3.6).
 *
 * Each document's sum is taken in the order of the query's terms: it is the same to the last bit whatever came into the stock first.
 */
function sumWords({ terms }: Query, stock: Stock, seen: Seen): Sums {
  const of = new Float64Array(seen.length);
  const slots: number[] = [];
  const fields = FIELD_NAMES.map((name, field) => ({ ...FIELDS[name], mean: stock.meanLength(field) }));
  for (const [term, weight] of terms) {
    const row = stock.terms.row(term);
    if (!row) continue;
    const factor = weight * rarity(stock.size, row.documents) * (RANKING.k1 + 1);
    const { entries } = row;
    for (let at = 0; at < entries.length;) {
      const slot = slotOf(entries[at] ?? 0);
      const { lengths } = stock.facts[slot] as Facts;
      let frequency = 0;
      for (; at < entries.length && slotOf(entries[at] ?? 0) === slot; at += 1) {
        const entry = entries[at] ?? 0;
        const field = fieldOf(entry);
        const { weight: w, length: b, mean } = fields[field] as (typeof fields)[number];
        frequency += (w * countOf(entry)) / (1 - b + (b * (lengths[field] ?? 0)) / mean);
      }
      if (!seen[slot]) continue;
      if (of[slot] === 0) slots.push(slot);
      of[slot] = (of[slot] ?? 0) + (factor * frequency) / (RANKING.k1 + frequency);
    }
  }
  return { slots, of };
}

/** Cosine of runs of letters, each by how often it occurs and how rare it is; up to a factor that is the same for all. */
function sumLetters({ grams }: Query, stock: Stock, seen: Seen): Sums {
  const of = new Float64Array(seen.length);
  const slots: number[] = [];
  for (const [gram, count] of grams) {
    const row = stock.grams.row(gram);
    if (!row) continue;
    const factor = (1 + Math.log(count)) * Math.log(1 + stock.size / row.documents) ** 2;
    for (const entry of row.entries) {
      const slot = slotOf(entry);
      if (!seen[slot]) continue;
      if (of[slot] === 0) slots.push(slot);
      const { gramLength } = stock.facts[slot] as Facts;
      of[slot] = (of[slot] ?? 0) + (factor * (1 + Math.log(countOf(entry)))) / gramLength;
    }
  }
  return { slots, of };
}

/** Inverse document frequency, never negative (Robertson & Zaragoza 2009, section 3.2, with 1 added). */
export function rarity(size: number, documents: number): number {
  return Math.log(1 + (size - documents + 0.5) / (documents + 0.5));
}

/** What a document's actions do to its score, given what is asked for. */
export function actionFactor(actions: number, { votes }: Query): number {
  if (actions === 0 || votes.size === 0) return 1;
  let best = 0;
  for (const [action, vote] of votes)
    if (actions & (1 << ACTIONS.indexOf(action))) best = Math.max(best, vote);
  return best > 0 ? 1 + RANKING.actionGain * best : RANKING.actionLoss;
}
