import type { Action } from './actions.ts';
import { phrasesOf } from './analysis.ts';
import { BOUNDS, RANKING } from './constants.ts';
import { gramsOf } from './grams.ts';
import type { Language } from './language.ts';
import { STOPWORDS } from './stopwords.ts';
import { VERB_GROUPS } from './synonym-verbs.ts';
import { splitWords } from './words.ts';

/** What a question asks for. */
export interface Query {
  /** Weight of each term. */
  readonly terms: ReadonlyMap<string, number>;
  readonly grams: ReadonlyMap<string, number>;
  /** How clearly each action is asked for, from 0 to 1. */
  readonly votes: ReadonlyMap<Action, number>;
  /** One thing and nothing about what to do with it. */
  readonly isThing: boolean;
}

/** Verbs as they are written, of what kind ever. */
const VERBS = new Set(VERB_GROUPS.split(/[\s,]+/));

/** Reads a question, its first 4,000 characters. */
export function readQuery(question: string, language: Language): Query {
  const text = question.slice(0, BOUNDS.queryCharacters);
  const words = splitWords(text);
  return {
    terms: readTerms(text, language),
    grams: countEach(gramsOf(text)),
    votes: votesOf(words, language),
    isThing: isThing(words, language),
  };
}

/** Weight of each term of a question: those that were written, their synonyms, and those side by side as one. */
export function readTerms(question: string, language: Language): Map<string, number> {
  const written = language.terms(question).slice(0, BOUNDS.queryTerms);
  const counts = countEach(written);
  const terms = new Map([...counts].map(([term, count]) => [term, Math.min(count, 1 + Math.log(count))]));
  for (const term of counts.keys()) {
    const weight = (terms.get(term) ?? 0) * RANKING.synonymWeight;
    for (const other of language.synonymsOf(term)) {
      if (!counts.has(other)) terms.set(other, Math.max(terms.get(other) ?? 0, weight));
    }
  }
  for (const phrase of phrasesOf(written)) terms.set(phrase, RANKING.phraseWeight);
  return terms;
}

function votesOf(words: readonly string[], language: Language): Map<Action, number> {
  const votes = new Map<Action, number>();
  let vote = 1;
  for (const word of words.slice(0, RANKING.verbWords)) {
    const classes = STOPWORDS.has(word) ? undefined : language.classesOf(language.stem(word));
    if (!classes) continue;
    for (const action of classes) votes.set(action, Math.max(votes.get(action) ?? 0, vote));
    vote = RANKING.laterVerb;
  }
  const read = votes.get('read');
  if (read !== undefined && !votes.has('list') && words.slice(0, RANKING.pluralWords).some(looksPlural)) {
    votes.set('list', read * RANKING.listForRead);
  }
  return votes;
}

/** What two words say may be done to a thing by a verb that nobody knows: one word alone is a thing. */
function isThing(words: readonly string[], language: Language): boolean {
  const [word, second] = words.filter((one) => !STOPWORDS.has(one));
  return (
    word !== undefined && second === undefined && !VERBS.has(word) && !language.classesOf(language.stem(word))
  );
}

function looksPlural(word: string): boolean {
  return word.length > 3 && /[^sui]s$/.test(word) && !STOPWORDS.has(word);
}

function countEach(all: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
}
