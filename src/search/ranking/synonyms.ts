import { NOUN_GROUPS } from './synonym-nouns.ts';
import { VERB_GROUPS } from './synonym-verbs.ts';

/** The other words of the groups of a word; all in plain form. */
export const SYNONYMS: ReadonlyMap<string, readonly string[]> = byWord();

function byWord(): Map<string, string[]> {
  const others = new Map<string, Set<string>>();
  for (const written of `${VERB_GROUPS},${NOUN_GROUPS}`.split(',')) {
    const group = written.split(/\s+/).filter(Boolean);
    for (const word of group) {
      const known = others.get(word) ?? new Set();
      for (const other of group) if (other !== word) known.add(other);
      others.set(word, known);
    }
  }
  return new Map([...others].map(([word, set]) => [word, [...set]]));
}
