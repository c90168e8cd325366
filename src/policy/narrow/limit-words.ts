import { readPlainPattern, type PlainText } from './plain-pattern.ts';

/** What is told to whoever calls (`must be "a"`), or said of calls (`is "a"`). */
export type Mood = 'must' | 'is';

/** Values of one argument that a clause names. */
const MOST_VALUES = 10;

/**
 * What the keywords of a limit say of a value, in plain words: clauses that follow the name of the argument and are joined by "and".
 *
 * @param write a value as it is shown
 */
export function wordsOfLimit(
  schema: Readonly<Record<string, unknown>>,
  mood: Mood = 'must',
  write: (value: unknown) => string = JSON.stringify,
): string[] {
  return clausesOf(schema, write).map((clause) => toWords(clause, mood));
}

/** Clauses joined; what two in a row begin with is said once: `must be at least 5 and at most 6`. */
export function joinClauses(clauses: readonly string[]): string {
  return clauses
    .map((clause, index) => {
      const isAlike = clause.startsWith('must be at ') && clauses[index - 1]?.startsWith('must be at ');
      return isAlike ? clause.slice('must be '.length) : clause;
    })
    .join(' and ');
}

type Verb = 'be' | 'have' | 'begin' | 'end' | 'contain' | 'match' | 'fit';

interface Clause {
  readonly verb: Verb;
  readonly object: string;
  readonly isNegated?: boolean;
}

const INDICATIVE: Readonly<Record<Verb, string>> = {
  be: 'is',
  have: 'has',
  begin: 'begins',
  end: 'ends',
  contain: 'contains',
  match: 'matches',
  fit: 'fits',
};

function toWords({ verb, object, isNegated = false }: Clause, mood: Mood): string {
  if (mood === 'must') return `must ${isNegated ? 'not ' : ''}${verb} ${object}`;
  if (!isNegated) return `${INDICATIVE[verb]} ${object}`;
  return verb === 'be' ? `is not ${object}` : `does not ${verb} ${object}`;
}

type Write = (value: unknown) => string;

function clausesOf(schema: Readonly<Record<string, unknown>>, write: Write): Clause[] {
  return Object.entries(schema).flatMap(([keyword, value]) => {
    switch (keyword) {
      case 'allOf':
        return schemasOf(value)?.flatMap((one) => clausesOf(one, write)) ?? [UNSAID];
      case 'not':
        return isSchema(value) ? exclusionsOf(value, write) : [UNSAID];
      case 'pattern':
        return [patternOf(value, write)];
      case 'type':
        return [
          { verb: 'be', object: `of type ${Array.isArray(value) ? value.join(' or ') : String(value)}` },
        ];
      default:
        return [toClause(keyword, value, write)];
    }
  });
}

/** Of a keyword that has no words here; the schema is shown to callers as well. */
const UNSAID: Clause = { verb: 'fit', object: 'its schema' };

const NUMBERS: Readonly<Record<string, readonly [verb: Verb, before: string, after: string]>> = {
  minimum: ['be', 'at least ', ''],
  maximum: ['be', 'at most ', ''],
  exclusiveMinimum: ['be', 'more than ', ''],
  exclusiveMaximum: ['be', 'less than ', ''],
  minItems: ['have', 'at least ', ' items'],
  maxItems: ['have', 'at most ', ' items'],
  minLength: ['have', 'at least ', ' characters'],
  maxLength: ['have', 'at most ', ' characters'],
};

function toClause(keyword: string, value: unknown, write: Write): Clause {
  const words = NUMBERS[keyword];
  if (words !== undefined) {
    const [verb, before, after] = words;
    return { verb, object: `${before}${write(value)}${after}` };
  }
  if (keyword === 'const') return { verb: 'be', object: write(value) };
  if (keyword === 'enum' && Array.isArray(value)) return { verb: 'be', object: toChoice(value, write) };
  if (keyword === 'items' && isSchema(value) && Array.isArray(value['enum'])) {
    return { verb: 'have', object: `no items but ${toList(value['enum'], write)}` };
  }
  return UNSAID;
}

/** What is said by `not`: of several alternatives each is left out. */
function exclusionsOf(schema: Readonly<Record<string, unknown>>, write: Write): Clause[] {
  const alternatives = schemasOf(schema['anyOf']) ?? [schema];
  return alternatives.map((one): Clause => {
    const keywords = Object.keys(one).filter((keyword) => keyword !== 'type');
    const [keyword] = keywords;
    if (Object.keys(one).length === 0) return { verb: 'be', object: 'given', isNegated: true };
    if (keywords.length !== 1 || keyword === undefined) return UNSAID;
    const value = one[keyword];
    if (keyword === 'pattern') return { ...patternOf(value, write), isNegated: true };
    // Of a keyword with an object of its own, "not" is said of the wrong thing.
    return keyword === 'const' || keyword === 'enum'
      ? { ...toClause(keyword, value, write), isNegated: true }
      : UNSAID;
  });
}

function patternOf(value: unknown, write: Write): Clause {
  const texts = readPlainPattern(value);
  return texts ? sayTexts(texts, write) : { verb: 'match', object: `the pattern ${write(value)}` };
}

const PREPOSITIONS = { begin: 'begin with', end: 'end with', contain: 'contain', be: 'be' } as const;

/** Alternatives that ask for the same thing together, each other one with its own verb. */
function sayTexts(texts: readonly PlainText[], write: Write): Clause {
  const [first, ...others] = texts;
  const verb = first?.how ?? 'be';
  const preposition = verb === 'begin' || verb === 'end' ? 'with ' : '';
  const rest = others.map(({ how, text }) =>
    how === verb ? write(text) : `${PREPOSITIONS[how]} ${write(text)}`,
  );
  return { verb, object: `${preposition}${[write(first?.text), ...rest].join(' or ')}` };
}

function toChoice(values: readonly unknown[], write: Write): string {
  return values.length === 1 ? write(values[0]) : `one of ${toList(values, write)}`;
}

function toList(values: readonly unknown[], write: Write): string {
  const more = values.length - MOST_VALUES;
  return `${values.slice(0, MOST_VALUES).map(write).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function isSchema(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function schemasOf(value: unknown): readonly Readonly<Record<string, unknown>>[] | undefined {
  return Array.isArray(value) && value.length > 0 && value.every(isSchema) ? value : undefined;
}
