import type { SeenEntry } from '../../catalog/sight.ts';
import { parameterWords } from '../parameter-words.ts';
import { FIELD_NAMES, termsOfTexts } from './analysis.ts';
import type { Language } from './language.ts';

/** How often a term occurs in a field at most, as far as a caller is shown what the field is made of. */
export type ShownTimes = (field: number, term: string) => number;

/**
 * Of a tool whose arguments a caller does not see as they are in the index: how often terms occur in those that it sees. What policy
 * narrowed away, or an endpoint pins, finds nothing. Read when a question first asks.
 */
export function shownTimes(entry: SeenEntry, language: Language): ShownTimes {
  let counts: ReadonlyMap<number, ReadonlyMap<string, number>> | undefined;
  return (field, term) => {
    if (!OF_ARGUMENTS.has(field)) return Infinity;
    counts ??= count(entry, language);
    return counts.get(field)?.get(term) ?? 0;
  };
}

const NAMES = FIELD_NAMES.indexOf('parameterNames');
const TEXTS = FIELD_NAMES.indexOf('parameterTexts');
const OF_ARGUMENTS: ReadonlySet<number> = new Set([NAMES, TEXTS]);

function count(entry: SeenEntry, language: Language): Map<number, Map<string, number>> {
  const { names, texts } = parameterWords(entry.presentWhole?.());
  return new Map([
    [NAMES, countEach(termsOfTexts(names, language))],
    [TEXTS, countEach(termsOfTexts(texts, language))],
  ]);
}

function countEach(terms: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}
