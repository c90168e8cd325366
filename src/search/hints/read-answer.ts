import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';

/** Hints that a model gave, and what of its answer was left out. */
export interface Answer {
  /** By the tool's own name; sorted, none twice. Tools without a usable phrase are absent. */
  readonly hints: ReadonlyMap<string, readonly string[]>;
  readonly refused: readonly Refusal[];
}

export interface Refusal {
  /** The tool; empty where the answer as a whole is meant. */
  readonly tool: string;
  readonly phrase: string;
  readonly why: string;
}

/** How many phrases of one tool are taken, how many are looked at, and how many refusals of an answer are told. */
const MAX_TAKEN = 10;
const MAX_LOOKED_AT = 40;
const MAX_REFUSALS = 100;

/** A phrase: letters, digits and the few signs that words have, up to 60 characters and 8 words. */
const PHRASE = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} '’&+/,.#-]{1,59}$/u;
const MAX_WORDS = 8;

/** `www.example.com`, `example.com/a`, `//host`. */
const ADDRESS = /\/\/|[\p{L}\p{N}-]\.\p{L}{2}/u;

/** Words that speak to a model, or of it, and not of what a tool does. */
const SPEAKS_TO_A_MODEL =
  /\b(?:ignore|disregard|always|never|must|instead|prefer|you|your|please|instructions?|system prompt|prompt|assistant|tools?|first choice|best)\b/i;

/**
 * Reads what a model answered about some tools. It is text of a stranger: whatever is no plain phrase about one of the tools asked for is
 * left out, with the reason.
 *
 * @param asked Own names of the tools that were asked about.
 * @param names Own names of all tools of the source: none of them may stand in another's hints.
 */
export function readAnswer(content: string, asked: readonly string[], names: readonly string[]): Answer {
  const refused: Refusal[] = [];
  const refuse = (tool: string, phrase: string, why: string): void => {
    if (refused.length < MAX_REFUSALS)
      refused.push({ tool, phrase: phrase.slice(0, 100).toWellFormed(), why });
  };
  const answered = parseObject(content);
  if (answered === undefined) refuse('', content, 'the answer is not the JSON object that was asked for');
  const wanted = new Set(asked);
  const hints = new Map<string, readonly string[]>();
  for (const [tool, said] of Object.entries(answered ?? {})) {
    if (!wanted.has(tool)) {
      refuse(tool, '', 'was not asked about');
      continue;
    }
    if (!Array.isArray(said)) {
      refuse(tool, '', 'has no list of phrases');
      continue;
    }
    const taken = new Set<string>();
    for (const item of said.slice(0, MAX_LOOKED_AT)) {
      const phrase = typeof item === 'string' ? item.trim().replaceAll(/\s+/g, ' ').normalize('NFC') : '';
      const why = whyNot(phrase, tool, names);
      if (why !== undefined) refuse(tool, phrase, why);
      else if (taken.size < MAX_TAKEN) taken.add(phrase.toLowerCase());
    }
    if (taken.size > 0) hints.set(tool, [...taken].toSorted());
  }
  return { hints, refused };
}

function whyNot(phrase: string, tool: string, names: readonly string[]): string | undefined {
  if (!PHRASE.test(phrase)) return 'is no short phrase of plain words';
  if (phrase.split(' ').length > MAX_WORDS) return `has more than ${MAX_WORDS} words`;
  if (ADDRESS.test(phrase)) return 'holds an address';
  if (SPEAKS_TO_A_MODEL.test(phrase)) return 'speaks to a model, not of what the tool does';
  const words = toWords(phrase);
  const other = names.find(
    (name) => name !== tool && isTelling(name) && ` ${words} `.includes(` ${toWords(name)} `),
  );
  return other === undefined ? undefined : `holds the name of the tool ${other}`;
}

/** `getTicket`, `get_ticket` and `get ticket` alike. */
function toWords(text: string): string {
  return text
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .toLowerCase();
}

/** A name of one or two plain words is what people say, too. */
function isTelling(name: string): boolean {
  return toWords(name).split(' ').length > 2;
}

/** The outermost JSON object in a text: models like to put a fence, or a sentence, around what they were asked for. */
function parseObject(content: string): JsonObject | undefined {
  const [from, to] = [content.indexOf('{'), content.lastIndexOf('}')];
  if (from === -1 || to < from) return undefined;
  try {
    const value = JSON.parse(content.slice(from, to + 1)) as Json;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
