import { FIELD_NAMES } from './analysis.ts';
import { FIELDS, RANKING } from './constants.ts';
import { gramsOf } from './grams.ts';
import type { Language } from './language.ts';
import { countOf, fieldOf, slotOf } from './postings.ts';
import { readQuery } from './query.ts';
import { rarity } from './rarity.ts';
import { actionFactor } from './score.ts';
import type { Facts, Stock } from './stock.ts';
import { SYNONYMS } from './synonyms.ts';
import { splitWords } from './words.ts';

/** Why an entry stands where it stands. Told to operators alone: how rare words are depends on what others see, too. */
export interface Explanation {
  /** What it shares with the question in words, the most telling first. */
  readonly words: readonly SharedWord[];
  /** Which part of the question's runs of four letters are in its name, or in how its description begins: 0 to 1. */
  readonly letters: number;
  /** More than 1 where it does what is asked for, less where it does something else. */
  readonly action: number;
  /** Less than 1 where it is seldom meant: deprecated, unstable, a side road. */
  readonly prior: number;
  /** Nearness in meaning, the cosine of the two vectors: -1 to 1. Absent where it is not known, or not configured. */
  readonly nearness?: number;
}

export interface SharedWord {
  /** As it was asked for. */
  readonly word: string;
  /** What stands there instead: another name of it. */
  readonly synonym?: string;
  /** Where it stands: `name`, `hints`, ... */
  readonly fields: readonly string[];
  /** Its share of all that words count for: 0 to 1. */
  readonly share: number;
}

/** Explains a place by the parts of {@link readQuery} and of the scores; undefined: no such entry is known. */
export function explain(
  text: string,
  key: string,
  stock: Stock,
  language: Language,
): Explanation | undefined {
  const slot = stock.slotOf(key);
  const facts = slot === undefined ? undefined : stock.facts[slot];
  if (slot === undefined || facts === undefined) return undefined;
  const query = readQuery(text, language);
  const asked = new Map(splitWords(text).map((word) => [language.stem(word), word]));
  const shared = [...query.terms].flatMap(([term, weight]) => {
    const part = weigh(term, weight, slot, facts, stock);
    return part ? [{ term, ...part }] : [];
  });
  const sum = shared.reduce((all, { score }) => all + score, 0);
  const grams = [...new Set(gramsOf(text))];
  const letters = grams.filter((gram) =>
    stock.grams.row(gram)?.entries.some((entry) => slotOf(entry) === slot),
  );
  return {
    words: shared
      .toSorted((a, b) => b.score - a.score)
      .map(({ term, fields, score }) => ({ ...nameOf(term, asked, language), fields, share: score / sum })),
    letters: grams.length === 0 ? 0 : letters.length / grams.length,
    action: actionFactor(facts.actions, query),
    prior: facts.prior,
  };
}

/** What a term adds to an entry's likeness in words, and the fields that have it. */
function weigh(
  term: string,
  weight: number,
  slot: number,
  { lengths }: Facts,
  stock: Stock,
): { readonly fields: string[]; readonly score: number } | undefined {
  const row = stock.terms.row(term);
  const own = row?.entries.filter((entry) => slotOf(entry) === slot) ?? [];
  if (!row || own.length === 0) return undefined;
  const frequency = own.reduce((sum, entry) => {
    const field = fieldOf(entry);
    const { weight: w, length: b } = FIELDS[FIELD_NAMES[field] ?? 'name'];
    return sum + (w * countOf(entry)) / (1 - b + (b * (lengths[field] ?? 0)) / stock.meanLength(field));
  }, 0);
  const factor = weight * rarity(stock.size, row.documents) * (RANKING.k1 + 1);
  return {
    fields: own.map((entry) => FIELD_NAMES[fieldOf(entry)] ?? ''),
    score: (factor * frequency) / (RANKING.k1 + frequency),
  };
}

function nameOf(
  term: string,
  asked: ReadonlyMap<string, string>,
  language: Language,
): Pick<SharedWord, 'word' | 'synonym'> {
  const word = asked.get(term);
  if (word !== undefined) return { word };
  if (term.includes(' ')) {
    const parts = term.split(' ').map((part) => asked.get(part) ?? part);
    return { word: parts.join(' ') };
  }
  const [from, said] = [...asked].find(([other]) => language.synonymsOf(other).includes(term)) ?? [];
  const names = [...SYNONYMS].flatMap(([one, others]) => (language.stem(one) === from ? others : []));
  return { word: said ?? term, synonym: names.find((name) => language.stem(name) === term) ?? term };
}
