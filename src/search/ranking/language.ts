import { CLASSES_OF_VERB, type Action } from './actions.ts';
import { STOPWORDS } from './stopwords.ts';
import { createStems, MEMORABLE, MEMORY } from './stems.ts';
import { SYNONYMS } from './synonyms.ts';
import { writtenWords } from './words.ts';

/** What is known of words. Everything but `split` speaks of stems, here called terms. */
export interface Language {
  /** Terms of the words of a text that say something, in order. */
  terms(text: string): string[];
  stem(word: string): string;
  /** What a verb does; undefined: it is no verb, or none that is known. */
  classesOf(term: string): readonly Action[] | undefined;
  /** What else people call it. */
  synonymsOf(term: string): readonly string[];
}

export function createLanguage(): Language {
  const stem = createStems();
  const classes = new Map<string, Action[]>();
  for (const [verb, actions] of CLASSES_OF_VERB) {
    const term = stem(verb);
    classes.set(term, [...new Set([...(classes.get(term) ?? []), ...actions])]);
  }
  const synonyms = new Map<string, string[]>();
  for (const [word, others] of SYNONYMS) {
    const term = stem(word);
    const terms = new Set([...(synonyms.get(term) ?? []), ...others.map(stem)]);
    terms.delete(term);
    synonyms.set(term, [...terms]);
  }
  /** Terms by words as they are written; empty for those that say nothing. */
  const known = new Map<string, string>();
  function termOf(written: string): string {
    const found = known.get(written);
    if (found !== undefined) return found;
    const word = written.toLowerCase();
    const term = STOPWORDS.has(word) ? '' : stem(word);
    if (written.length > MEMORABLE) return term;
    if (known.size >= MEMORY) known.clear();
    known.set(written, term);
    return term;
  }

  function termsOf(text: string): string[] {
    const terms: string[] = [];
    for (const written of writtenWords(text)) {
      const term = termOf(written);
      if (term !== '') terms.push(term);
    }
    return terms;
  }

  return {
    stem,
    terms: termsOf,
    classesOf: (term) => classes.get(term),
    synonymsOf: (term) => synonyms.get(term) ?? [],
  };
}
