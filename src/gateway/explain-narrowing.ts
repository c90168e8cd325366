import { isJsonObject, type JsonObject } from '../catalog/json.ts';
import type { ArgumentLimit, Narrowing } from '../policy/narrow/region.ts';
import { toPointer, valueAt } from '../text/pointer.ts';

/** Sentences that one refusal has at most. */
const MOST_SENTENCES = 5;

/** Values of one argument that a sentence names. */
const MOST_VALUES = 10;
const MAX_WORDS = 1_000;

/** What a narrowing says in words of a call that was denied. */
export interface Explanation {
  /** What the arguments have to be; of those that are not so where there are any, else of all. */
  readonly sentences: readonly string[];
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
    sentences: [
      ...told.slice(0, MOST_SENTENCES),
      ...(words === undefined ? [] : [words.replace(/\.\s*$/, '').slice(0, MAX_WORDS)]),
    ],
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
      return (
        typeof value === 'string' &&
        !(prefixOf(limit) === undefined || value.startsWith(prefixOf(limit) ?? ''))
      );
    default:
      return false;
  }
}

/** Constants of conditions are plain: what is an object or a list is no match for them. */
function isSame(value: unknown, constant: unknown): boolean {
  return Array.isArray(value) || isJsonObject(value) ? true : value === constant;
}

/** The text that a pattern like `^team-a/` asks for at the beginning; undefined for any other pattern. */
function prefixOf(pattern: unknown): string | undefined {
  if (typeof pattern !== 'string' || !/^\^(?:[^\\^$.*+?()[\]{}|]|\\[^A-Za-z0-9])*$/.test(pattern))
    return undefined;
  return pattern.slice(1).replace(/\\(.)/gs, '$1');
}

function toSentence({ path, required, schema }: ArgumentLimit): string {
  const clauses = Object.entries(schema).map(([keyword, value]) => toClause(keyword, value));
  const given = required && clauses.length === 0 ? ['must be given'] : [];
  const also = required && clauses.length > 0 ? ' and must be given' : '';
  return `${path.join('.')} ${[...clauses, ...given].join(' and ')}${also}`;
}

function toClause(keyword: string, value: unknown): string {
  switch (keyword) {
    case 'const':
      return `must be ${JSON.stringify(value)}`;
    case 'enum':
      return Array.isArray(value) ? toChoice(value) : toRaw(keyword, value);
    case 'minimum':
      return `must be at least ${String(value)}`;
    case 'maximum':
      return `must be at most ${String(value)}`;
    case 'exclusiveMinimum':
      return `must be more than ${String(value)}`;
    case 'exclusiveMaximum':
      return `must be less than ${String(value)}`;
    case 'minItems':
      return `must have at least ${String(value)} items`;
    case 'maxItems':
      return `must have at most ${String(value)} items`;
    case 'minLength':
      return `must have at least ${String(value)} characters`;
    case 'maxLength':
      return `must have at most ${String(value)} characters`;
    case 'pattern':
      return `must match ${String(value)}`;
    case 'type':
      return `must be of type ${Array.isArray(value) ? value.join(' or ') : String(value)}`;
    default:
      return toRaw(keyword, value);
  }
}

function toChoice(values: readonly unknown[]): string {
  const named = values.slice(0, MOST_VALUES).map((value) => JSON.stringify(value));
  const more = values.length - named.length;
  if (values.length === 1) return `must be ${named[0]}`;
  return `must be one of ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function toRaw(keyword: string, value: unknown): string {
  return `must fit ${JSON.stringify({ [keyword]: value }).slice(0, MAX_WORDS)}`;
}
