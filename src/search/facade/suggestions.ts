import type { SeenEntry, Sight } from '../../catalog/sight.ts';
import { suggest } from '../../text/suggest.ts';
import { CLASSES_OF_VERB, type Action } from '../ranking/actions.ts';
import { wordsOf } from './words.ts';

/** Names that are suggested at most. */
const MOST = 3;

/** Words of a mistaken name that are looked at, and letters of it. */
const MAX_WORDS = 12;
const MAX_NAME = 256;

/** How much of the weight of its own words a name has to share with the one that was sent. */
const LEAST = 0.34;

/** What counts of a word: said by another verb of its kind, spelled otherwise, or only part of the name of the source. */
const PART = { otherVerb: 0.6, otherSpelling: 0.6, source: 0.25 } as const;

/** What a verb counts beside another word: it is the thing that a name is about that has to be right. */
const VERB = 0.5;

/** What a word counts that no name has, beside one that a single name has: it may be another word for the same. */
const NOWHERE = 0.5;

/**
 * The names that are nearest to one that means nothing, best first. Made of what the caller sees, and of nothing else: not even how rare a
 * word is elsewhere counts. So a name that is hidden gets what it would get if there were no such thing.
 */
export function suggestNames(name: string, sight: Sight): string[] {
  const vocabulary = vocabularyOf(sight);
  const wanted = [...new Set(wordsOf(name.slice(0, MAX_NAME)).slice(0, MAX_WORDS))];
  const weights = wanted.map((word) => weightOf(word, vocabulary, sight));
  const most = weights.reduce((sum, weight) => sum + weight, 0);
  const scores = new Map<SeenEntry, number>();
  const add = (matches: Matches, weight: number, isCounted: (entry: SeenEntry) => boolean): void => {
    for (const [entry, part] of matches)
      if (isCounted(entry)) scores.set(entry, (scores.get(entry) ?? 0) + part * weight);
  };
  for (const [index, word] of wanted.entries()) add(matchesOf(word, vocabulary), weights[index]!, () => true);
  // A slip of the pen leaves the rest of a name as it is.
  const hasOthers = scores.size > 0;
  const known = new Set(scores.keys());
  for (const [index, word] of wanted.entries()) {
    const meant = vocabulary.has(word) ? undefined : nearest(word, vocabulary);
    if (meant === undefined) continue;
    const weight = weights[index]! * PART.otherSpelling;
    add(vocabulary.get(meant) ?? new Map(), weight, (entry) => !hasOthers || known.has(entry));
  }
  const ranked = [...scores]
    .map(([entry, score]) => ({ entry, score: score / most - 0.02 * wordsOf(entry.shown).length }))
    .filter(({ score }) => score >= LEAST)
    .toSorted((a, b) => b.score - a.score || (a.entry.shown < b.entry.shown ? -1 : 1));
  return ofSeveralSources(ranked).map(({ entry }) => entry.shown);
}

interface Ranked {
  readonly entry: SeenEntry;
  readonly score: number;
}

/** Where another source has one that is nearly as near, that one comes before the next of the same source. */
function ofSeveralSources(ranked: readonly Ranked[]): readonly Ranked[] {
  const least = (ranked[0]?.score ?? 0) * 0.8;
  const firsts = ranked.filter(
    ({ entry, score }, index) =>
      score >= least && ranked.findIndex((one) => one.entry.source === entry.source) === index,
  );
  return [...firsts, ...ranked.filter((one) => !firsts.includes(one))].slice(0, MOST);
}

/** Entries that have a word, and how much of it counts. */
type Matches = ReadonlyMap<SeenEntry, number>;
type Vocabulary = ReadonlyMap<string, Matches>;

const vocabularies = new WeakMap<Sight, Vocabulary>();

function vocabularyOf(sight: Sight): Vocabulary {
  const known = vocabularies.get(sight) ?? createVocabulary(sight);
  vocabularies.set(sight, known);
  return known;
}

function createVocabulary({ entries }: Sight): Vocabulary {
  const vocabulary = new Map<string, Map<SeenEntry, number>>();
  for (const entry of entries) {
    if (entry.kind !== 'tool' && entry.kind !== 'prompt') continue;
    const own = new Set(wordsOf(entry.isRenamed === true ? entry.shown : entry.own));
    for (const word of [...own, ...wordsOf(entry.source)]) {
      const matches = vocabulary.get(word) ?? new Map<SeenEntry, number>();
      vocabulary.set(word, matches);
      matches.set(entry, own.has(word) ? 1 : PART.source);
    }
  }
  return vocabulary;
}

function weightOf(word: string, vocabulary: Vocabulary, { entries }: Sight): number {
  const having = vocabulary.get(word)?.size ?? 0;
  const rarity = Math.log(1 + entries.length / Math.max(1, having)) * (having === 0 ? NOWHERE : 1);
  return classesOf(word) !== undefined ? rarity * VERB : rarity;
}

/** Names with the word, and those with another verb that does the same to things. */
function matchesOf(word: string, vocabulary: Vocabulary): Matches {
  const exact = vocabulary.get(word) ?? new Map<SeenEntry, number>();
  const classes = classesOf(word);
  if (!classes) return exact;
  const matches = new Map<SeenEntry, number>();
  for (const [other, others] of CLASSES_OF_VERB) {
    if (other === word || !others.some((one) => classes.includes(one))) continue;
    for (const [entry, part] of vocabulary.get(other) ?? []) matches.set(entry, part * PART.otherVerb);
  }
  for (const [entry, part] of exact) matches.set(entry, part);
  return matches;
}

/** Verbs for a change of state, which most systems offer as an update. */
const STATE_CHANGES = new Set('close reopen resolve finish complete archive'.split(' '));

function classesOf(word: string): readonly Action[] | undefined {
  return CLASSES_OF_VERB.get(word) ?? (STATE_CHANGES.has(word) ? ['update'] : undefined);
}

/** A slip of the pen is in a word of some length, and not in its first letter. A verb is none. */
function nearest(word: string, vocabulary: Vocabulary): string | undefined {
  if (word.length < 4 || classesOf(word) !== undefined) return undefined;
  const alike = (known: string): boolean =>
    known[0] === word[0] && Math.abs(known.length - word.length) <= word.length / 3;
  return suggest(word, [...vocabulary.keys()].filter(alike));
}
