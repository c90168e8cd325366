import type { SearchDocument } from '../document.ts';
import { BOUNDS, RANKING } from './constants.ts';
import type { Language } from './language.ts';
import { fieldOf, slotOf } from './postings.ts';
import type { Stock } from './stock.ts';

/** What counts where a question says just that, by the field in which {@link sayings} has it. */
const GAINS = [RANKING.hintGain, RANKING.nameGain];

/**
 * What a document says of itself, whole: its hints, then its name, each alone and together with the name of its source, as in "list
 * issues in github". Its text says nothing of the kind, nor does what a server of others sends beside a name: hints are those that people
 * wrote for it, a bounded number.
 */
export function sayings({ hints, name, source }: SearchDocument, language: Language): string[][] {
  const place = language.terms(source);
  const bothOf = (text: string) => {
    const terms = language.terms(text);
    return terms.length === 0 ? [] : [...new Set([toSaying(terms), toSaying([...terms, ...place])])];
  };
  const hinted = new Set(hints.slice(0, BOUNDS.hints).flatMap(bothOf));
  return [[...hinted], bothOf(name).filter((saying) => !hinted.has(saying))];
}

/** Terms as one, whatever their order and number. */
export function toSaying(terms: readonly string[]): string {
  return [...new Set(terms)].toSorted().join(' ');
}

/**
 * Lifts those who say what is asked, by a part of the best fit among the slots: what cannot be found has no part in it.
 *
 * @param fits - By place in `slots`; changed.
 */
export function addSayings(
  fits: Float64Array,
  slots: readonly number[],
  asked: string,
  { sayings: said }: Stock,
): void {
  const row = said.row(asked);
  if (!row) return;
  const gains = new Map<number, number>();
  for (const entry of row.entries) gains.set(slotOf(entry), GAINS[fieldOf(entry)] ?? 0);
  const most = fits.reduce((a, b) => Math.max(a, b), 0);
  for (const [at, slot] of slots.entries()) {
    const gain = gains.get(slot);
    if (gain !== undefined) fits[at] = (fits[at] ?? 0) + gain * most;
  }
}
