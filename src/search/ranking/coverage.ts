import type { SeenEntry } from '../../catalog/sight.ts';
import { ACTIONS, type Action } from './actions.ts';
import { FIELD_NAMES } from './analysis.ts';
import { BOUNDS, COVERAGE, type FIELDS } from './constants.ts';
import type { Language } from './language.ts';
import { fieldOf, slotOf } from './postings.ts';
import type { Stock } from './stock.ts';

type Field = keyof typeof FIELDS;

/** Verbs that any operation of their kind is meant by, whatever word stands in it. */
const PLAIN_VERBS = 'create add new make update change edit modify set delete remove'.split(' ');
const READING: readonly Action[] = ['list', 'read', 'search'];
const ARGUMENTS: readonly Field[] = ['parameterNames', 'parameterTexts'];

/** What a word of a question is to the question. */
interface Wanted {
  readonly term: string;
  readonly others: readonly string[];
  readonly weight: number;
  /** Bits of `ACTIONS` that stand for the word. */
  readonly actions: number;
}

/** How much each word of a question is found in one entry: 0 to 1, in the order of the words. */
type Covered = readonly number[];

/**
 * Whether what was found holds enough of what a question says: of its words without stopwords, by their stems, in whatever field, also
 * by another name of the same thing. One entry has to hold it; of a long question, which says several things, all of them together.
 * Says nothing of how rare words are: what an entry covers depends on no other entry.
 */
export function covers(text: string, found: readonly SeenEntry[], stock: Stock, language: Language): boolean {
  const wanted = wantedOf(text, language);
  const total = wanted.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return true;
  const each = found.map((entry) => coveredBy(entry, wanted, stock));
  const together = wanted.map((_, at) => Math.max(0, ...each.map((covered) => covered[at] ?? 0)));
  return (total > COVERAGE.long ? [together] : each).some(
    (covered) =>
      wanted.reduce((sum, { weight }, at) => sum + weight * (covered[at] ?? 0), 0) >= neededOf(total),
  );
}

function coveredBy(entry: SeenEntry, wanted: readonly Wanted[], stock: Stock): Covered {
  const slot = stock.slotOf(entry.key);
  const facts = slot === undefined ? undefined : stock.facts[slot];
  if (slot === undefined || facts === undefined) return [];
  const evidence = (term: string) => evidenceOf(term, slot, entry.hidesArguments === true, stock);
  return wanted.map(({ term, others, actions }) => {
    const own = (facts.actions & actions) === 0 ? evidence(term) : 1;
    return own > 0 ? own : COVERAGE.synonym * Math.max(0, ...others.map(evidence));
  });
}

/** Half of a short question; of a long one, which says much around what it asks for, less. */
function neededOf(total: number): number {
  return total <= COVERAGE.long ? total / 2 : Math.sqrt(total);
}

function wantedOf(text: string, language: Language): Wanted[] {
  const terms = new Set(language.terms(text.slice(0, BOUNDS.queryCharacters)).slice(0, COVERAGE.queryTerms));
  const plain = new Set(PLAIN_VERBS.map(language.stem));
  return [...terms].map((term) => {
    const classes = language.classesOf(term);
    const isReading = classes?.some((action) => READING.includes(action)) === true;
    const others = language.synonymsOf(term).filter((other) => !terms.has(other));
    return {
      term,
      others,
      weight: weightOf(term, classes !== undefined, isReading),
      actions: isReading ? bitsOf(READING) : plain.has(term) ? bitsOf(classes ?? []) : 0,
    };
  });
}

function weightOf(term: string, isVerb: boolean, isReading: boolean): number {
  if (isReading) return COVERAGE.reading;
  if (isVerb) return COVERAGE.verb;
  return /^[\p{Script=Latin}\p{N}]/u.test(term) ? 1 : COVERAGE.pair;
}

function bitsOf(actions: readonly Action[]): number {
  return actions.reduce((bits, action) => bits | (1 << ACTIONS.indexOf(action)), 0);
}

/** What it proves that a word stands in an entry where it stands: 0 to 1. */
function evidenceOf(term: string, slot: number, hidesArguments: boolean, stock: Stock): number {
  let most = 0;
  for (const entry of stock.terms.row(term)?.entries ?? []) {
    if (slotOf(entry) !== slot) continue;
    const field = FIELD_NAMES[fieldOf(entry)] ?? 'name';
    if (hidesArguments && ARGUMENTS.includes(field)) continue;
    const proof = COVERAGE.fields[field];
    // One letter or digit says something in a name alone.
    if (proof === 1 || term.length > 1) most = Math.max(most, proof);
  }
  return most;
}
