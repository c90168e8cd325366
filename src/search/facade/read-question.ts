import type { Json, JsonObject } from '../../catalog/json.ts';
import { ACCESS, type Access } from '../../catalog/tool.ts';
import { toOneLine } from './one-line.ts';
import { DEFAULT_LIMIT, MOST } from './definitions.ts';
import { memberOf, toTexts, unpack, type Member } from './forgive/members.ts';
import { sayWrong } from './answer.ts';

export const DETAILS = ['name', 'signature', 'schema'] as const;
export type Detail = (typeof DETAILS)[number];

/** What `find_tools` is asked. */
export interface Question {
  readonly queries: readonly string[];
  /** Of these alone; absent: of every source. */
  readonly sources?: readonly string[];
  /** With exactly one of these; resources and prompts are read. Absent: any. */
  readonly access?: readonly Access[];
  readonly limit: number;
  readonly detail: Detail;
}

const MEMBERS: readonly Member[] = ['query', 'queries', 'source', 'access', 'limit', 'detail'];
const EXAMPLE = { query: 'create issue in github' };

/** Longest query that is read. */
const MAX_QUERY = 2_000;

/**
 * The question in what a model sent, or a tool error that says what is expected.
 *
 * @param visible sources that the caller may hear of
 */
export function readQuestion(
  sent: JsonObject,
  visible: readonly string[],
): { readonly question: Question } | { readonly wrong: JsonObject } {
  const args = unpack(sent, MEMBERS);
  const queries = readQueries(args);
  if (!queries) return wrong('/query', 'has to say what is to be done, as text', EXAMPLE);
  if (queries.length > MOST.queries) {
    return wrong('/queries', `has to hold at most ${MOST.queries} queries`, {
      queries: ['list open issues in github', 'comment on issue in github'],
    });
  }
  const sources = readSources(memberOf(args, 'source'), visible);
  if (sources === 'wrong') {
    return wrong('/source', `has to be one of: ${listSources(visible)}`, {
      ...EXAMPLE,
      ...(visible[0] !== undefined && { source: visible[0] }),
    });
  }
  const access = readChoices(memberOf(args, 'access'), ACCESS);
  if (access === 'wrong')
    return wrong('/access', `has to be one of: ${ACCESS.join(', ')}`, { ...EXAMPLE, access: 'read' });
  const limit = readLimit(memberOf(args, 'limit'));
  if (limit === undefined)
    return wrong('/limit', `has to be a whole number from 1 to ${MOST.limit}`, { ...EXAMPLE, limit: 5 });
  const details = readChoices(memberOf(args, 'detail'), DETAILS, DETAIL_WORDS);
  if (details === 'wrong' || (details && details.length > 1))
    return wrong('/detail', `has to be one of: ${DETAILS.join(', ')}`, { ...EXAMPLE, detail: 'schema' });
  return {
    question: {
      queries,
      ...(sources && { sources }),
      ...(access && { access }),
      limit,
      detail: details?.[0] ?? 'signature',
    },
  };
}

/** Names that may be told, as many as a line holds. */
export function listSources(visible: readonly string[]): string {
  const shown = visible.slice(0, 30).join(', ');
  return visible.length > 30 ? `${shown}, …` : shown || '(none)';
}

function readQueries(args: JsonObject): string[] | undefined {
  const given = [memberOf(args, 'query'), memberOf(args, 'queries')].flatMap(
    (value): (string | undefined)[] => (value === undefined ? [] : (toTexts(value) ?? [undefined])),
  );
  if (given.includes(undefined)) return undefined;
  const texts = given.flatMap((text) => (text ?? '').trim().slice(0, MAX_QUERY) || []);
  return texts.length === 0 ? undefined : [...new Set(texts)];
}

function readSources(value: Json | undefined, visible: readonly string[]): string[] | undefined | 'wrong' {
  const texts = value === undefined ? undefined : toTexts(value);
  if (value === undefined || texts?.every((text) => text.trim() === '')) return undefined;
  const found = texts?.map((text) => toSource(text)).map((name) => visible.find((source) => source === name));
  return found?.every((source) => source !== undefined) ? [...new Set(found)].toSorted() : 'wrong';
}

function toSource(text: string): string {
  return text.trim().toLowerCase().replaceAll('_', '-');
}

const DETAIL_WORDS: Readonly<Record<string, Detail>> = {
  names: 'name',
  signatures: 'signature',
  schemas: 'schema',
  full: 'schema',
};

function readChoices<T extends string>(
  value: Json | undefined,
  choices: readonly T[],
  words: Readonly<Record<string, T>> = {},
): T[] | undefined | 'wrong' {
  if (value === undefined) return undefined;
  const found = (toTexts(value) ?? [''])
    .map((text) => text.trim().toLowerCase())
    .map(
      (text) => choices.find((one) => one === text) ?? (Object.hasOwn(words, text) ? words[text] : undefined),
    );
  return found.length > 0 && found.every((one) => one !== undefined)
    ? choices.filter((one) => found.includes(one))
    : 'wrong';
}

/** More than is given at once is as much as is given at once. */
function readLimit(value: Json | undefined): number | undefined {
  if (value === undefined) return DEFAULT_LIMIT;
  const number = typeof value === 'string' && /^\s*\d{1,9}\s*$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 1) return undefined;
  return Math.min(number, MOST.limit);
}

function wrong(pointer: string, expected: string, example: JsonObject): { wrong: JsonObject } {
  return { wrong: sayWrong(pointer, toOneLine(expected), example) };
}
