import type { SeenEntry, Sight } from '../../catalog/sight.ts';
import { suggest } from '../../text/suggest.ts';
import { wordsOf } from './words.ts';

/** Names that are suggested at most. */
const MOST = 3;

/** Words of a mistaken name that are looked at, and letters of it. */
const MAX_WORDS = 12;
const MAX_NAME = 256;

/** How much of the weight of its own words a name has to share with the one that was sent. */
const LEAST = 0.34;

/**
 * The names that are nearest to one that means nothing, best first. Made of what the caller sees, and of nothing else: not even how rare a
 * word is elsewhere counts. So a name that is hidden gets what it would get if there were no such thing.
 */
export function suggestNames(name: string, sight: Sight): string[] {
  const vocabulary = vocabularyOf(sight);
  const wanted = new Set(
    wordsOf(name.slice(0, MAX_NAME))
      .slice(0, MAX_WORDS)
      .map((word) => (vocabulary.has(word) ? word : (nearest(word, vocabulary) ?? word))),
  );
  const scores = new Map<SeenEntry, number>();
  let most = 0;
  for (const word of wanted) {
    const having = vocabulary.get(word) ?? [];
    const rarity = Math.log(1 + sight.entries.length / Math.max(1, having.length));
    most += having.length > 0 ? rarity : rarity * NOWHERE;
    for (const entry of having) scores.set(entry, (scores.get(entry) ?? 0) + rarity);
  }
  return [...scores]
    .map(([entry, score]) => ({ entry, score: score / most - 0.02 * wordsOf(entry.shown).length }))
    .filter(({ score }) => score >= LEAST)
    .toSorted((a, b) => b.score - a.score || (a.entry.shown < b.entry.shown ? -1 : 1))
    .slice(0, MOST)
    .map(({ entry }) => entry.shown);
}

/** What a word counts that no name has, beside one that a single name has: it may be another word for the same. */
const NOWHERE = 0.5;

type Vocabulary = ReadonlyMap<string, readonly SeenEntry[]>;

const vocabularies = new WeakMap<Sight, Vocabulary>();

function vocabularyOf(sight: Sight): Vocabulary {
  const known = vocabularies.get(sight) ?? createVocabulary(sight);
  vocabularies.set(sight, known);
  return known;
}

function createVocabulary({ entries }: Sight): Vocabulary {
  const vocabulary = new Map<string, SeenEntry[]>();
  for (const entry of entries) {
    if (entry.kind !== 'tool' && entry.kind !== 'prompt') continue;
    for (const word of new Set(wordsOf(entry.shown))) {
      const list = vocabulary.get(word);
      if (list) list.push(entry);
      else vocabulary.set(word, [entry]);
    }
  }
  return vocabulary;
}

/** A slip of the pen is in a word of some length, and not in its first letter. */
function nearest(word: string, vocabulary: Vocabulary): string | undefined {
  if (word.length < 4) return undefined;
  const alike = (known: string): boolean =>
    known[0] === word[0] && Math.abs(known.length - word.length) <= word.length / 3;
  return suggest(word, [...vocabulary.keys()].filter(alike));
}
