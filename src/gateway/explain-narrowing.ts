import { isJsonObject, type Json, type JsonObject } from '../catalog/json.ts';
import { joinClauses, wordsOfLimit } from '../policy/narrow/limit-words.ts';
import { fitsPlainPattern, readPlainPattern } from '../policy/narrow/plain-pattern.ts';
import type { ArgumentLimit, Narrowing } from '../policy/narrow/region.ts';
import { toPointer, valueAt } from '../text/pointer.ts';

/** Sentences that one refusal has at most. */
const MOST_SENTENCES = 5;

const MAX_WORDS = 1_000;

/** What a narrowing says in words of a call that was denied. */
export interface Explanation {
  /** What the arguments have to be; of those that are not so where there are any, else of all. */
  readonly sentences: readonly string[];
  /** What is permitted beside that, as the description says it. */
  readonly words?: string;
  /** The argument that is not as it has to be, where it is one. */
  readonly pointer?: string;
}

/**
 * Says of a narrowing what the schema and the description that the caller is shown say too.
 *
 * @param isHidden of the path of an argument: the caller is told nothing of it
 */
export function explainNarrowing(
  narrowing: Narrowing,
  args: JsonObject,
  isHidden: (path: readonly string[]) => boolean,
): Explanation {
  if (narrowing.kind !== 'some') return { sentences: [] };
  const { words } = narrowing;
  const limits = narrowing.limits.filter(({ path, pinned }) => !pinned && !isHidden(path));
  const broken = limits.filter((limit) => isBroken(limit, args));
  const told = (broken.length > 0 ? broken : limits).map(toSentence);
  const [only, ...others] = broken;
  return {
    sentences: told.slice(0, MOST_SENTENCES),
    ...(words !== undefined && { words: words.slice(0, MAX_WORDS) }),
    ...(only && others.length === 0 && { pointer: toPointer(only.path) }),
  };
}

function isBroken({ path, required, schema }: ArgumentLimit, args: JsonObject): boolean {
  const value = valueAt(args, path);
  if (value === undefined) return required === true;
  return Object.entries(schema).some(([keyword, limit]) => breaks(value, keyword, limit));
}

/** False for what is not looked at here: a pattern may take long, and then nothing is said of who is at fault. */
function breaks(value: unknown, keyword: string, limit: unknown): boolean {
  switch (keyword) {
    case 'const':
      return !isSame(value, limit);
    case 'enum':
      return Array.isArray(limit) && !limit.some((one) => isSame(value, one));
    case 'minimum':
      return typeof value === 'number' && value < Number(limit);
    case 'maximum':
      return typeof value === 'number' && value > Number(limit);
    case 'exclusiveMinimum':
      return typeof value === 'number' && value <= Number(limit);
    case 'exclusiveMaximum':
      return typeof value === 'number' && value >= Number(limit);
    case 'minItems':
      return Array.isArray(value) && value.length < Number(limit);
    case 'maxItems':
      return Array.isArray(value) && value.length > Number(limit);
    case 'pattern':
      return typeof value === 'string' && isOtherThan(value, limit);
    case 'not':
      return isExcluded(value, limit);
    default:
      return false;
  }
}

/** Of a pattern that is made of plain texts. */
function isOtherThan(value: string, pattern: unknown): boolean {
  const texts = readPlainPattern(pattern);
  return texts !== undefined && !fitsPlainPattern(value, texts);
}

function isExcluded(value: unknown, schema: unknown): boolean {
  if (!isJsonObject(schema)) return false;
  const { anyOf, enum: list, pattern } = schema;
  if (Array.isArray(anyOf)) return anyOf.some((one) => isExcluded(value, one));
  if (Array.isArray(list)) return list.includes(value as Json);
  const texts = typeof value === 'string' ? readPlainPattern(pattern) : undefined;
  return texts !== undefined && fitsPlainPattern(value as string, texts);
}

/** Constants of conditions are plain: what is an object or a list is no match for them. */
function isSame(value: unknown, constant: unknown): boolean {
  return Array.isArray(value) || isJsonObject(value) ? true : value === constant;
}

function toSentence({ path, required, schema }: ArgumentLimit): string {
  const clauses = wordsOfLimit(schema);
  const given = required && clauses.length === 0 ? ['must be given'] : [];
  const also = required && clauses.length > 0 ? ' and must be given' : '';
  return `${path.join('.')} ${joinClauses([...clauses, ...given])}${also}`;
}
