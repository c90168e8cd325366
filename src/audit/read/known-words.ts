import { compileGlob } from '../../text/glob.ts';
import { suggest } from '../../text/suggest.ts';
import { textsOf, type Criteria, type CriterionName, type Subject } from './filter.ts';

/** What the record has where criteria ask for something. */
export interface KnownWords {
  see(subject: Subject): void;
  /** The values that nothing at all has, each with what was probably meant. */
  unmet(): { readonly name: CriterionName; readonly value: string; readonly meant?: string }[];
}

/** Words that are kept for each criterion. */
const MOST_WORDS = 1_000;

/** Keeps the words that say why nothing matched. */
export function createKnownWords(criteria: Criteria): KnownWords {
  const asked = Object.entries(criteria).map(([name, values]) => ({
    name: name as CriterionName,
    values,
    words: new Set<string>(),
    met: new Set<string>(),
    globs: values.map((value) => ({ value, matches: compileGlob(value) })),
  }));
  return {
    see(subject) {
      for (const { name, words, met, globs } of asked) {
        for (const text of textsOf(name, subject)) {
          if (text === undefined || words.has(text)) continue;
          for (const { value, matches } of globs) if (matches(text)) met.add(value);
          if (words.size < MOST_WORDS) words.add(text);
        }
      }
    },
    unmet: () =>
      asked.flatMap(({ name, values, words, met }) =>
        values
          .filter((value) => !met.has(value))
          .map((value) => {
            const meant = suggest(value, [...words]);
            return { name, value, ...(meant !== undefined && { meant }) };
          }),
      ),
  };
}
