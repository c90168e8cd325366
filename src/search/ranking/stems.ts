import { stemmer } from 'stemmer';

/** Stems that are remembered: more than English has in use, less than a hostile text can make. */
const MEMORY = 50_000;

/** A stemmer of words in lower case (Porter 1980) that remembers, up to a bound. */
export function createStems(): (word: string) => string {
  const stems = new Map<string, string>();
  return function stem(word) {
    const known = stems.get(word);
    if (known !== undefined) return known;
    if (stems.size >= MEMORY) stems.clear();
    const made = stemmer(word);
    stems.set(word, made);
    return made;
  };
}
