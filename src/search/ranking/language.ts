import { CLASSES_OF_VERB, type Action } from './actions.ts';
import { STOPWORDS } from './stopwords.ts';
import { createStems } from './stems.ts';
import { SYNONYMS } from './synonyms.ts';
import { splitWords } from './words.ts';

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
  return {
    stem,
    terms: (text) =>
      splitWords(text)
        .filter((word) => !STOPWORDS.has(word))
        .map(stem),
    classesOf: (term) => classes.get(term),
    synonymsOf: (term) => synonyms.get(term) ?? [],
  };
}
