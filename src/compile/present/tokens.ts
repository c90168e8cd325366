import type { Json } from '../../catalog/json.ts';

/*
 * How many tokens a text costs, without a tokenizer: a scan that cuts like the pre-tokenizer of o200k (words, runs of
 * marks, digits by three) and prices each piece by what such pieces cost on average, rounded up. A test compares it with
 * the real one.
 */

/** A letter run up to this long is mostly one token; every further letter costs a share of another. */
const PLAIN_WORD = 8;
const PER_FURTHER_LETTER = 0.06;
/** A word that hangs on a mark (`_name`, `/path`) is rarer than one that follows a space. */
const PER_LETTER_AFTER_MARK = 0.15;
const MOST_AFTER_MARK = 1;
const PER_CAPITAL = 0.2;
/** Two letters that rarely follow each other, in a word that has more such: no word, so it is cut small. */
const PER_ODD_PAIR = 0.8;
const PER_FURTHER_MARK = 0.6;

/** JSON's own marks around a member: those before its key, and those between key and value. */
const MEMBER = 2;
const ITEM = 1;
/** Closing brackets mostly share a token with their neighbours. */
const CLOSING = 22 / 64;
/** Texts are priced in steps that add up without rounding, so that no order of members makes another sum. */
const STEPS = 64;

/**
 * Tokens of the JSON text of a value, an estimate on the high side. The sum over the parts is the whole, and each object is
 * estimated once: schemas are never changed after they are made.
 */
export function estimateTokens(value: Json): number {
  if (typeof value === 'string') return textTokens(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'number' ? numberTokens(value) : 1;
  let tokens = known.get(value);
  if (tokens === undefined) {
    tokens = CLOSING;
    if (Array.isArray(value)) for (const item of value) tokens += ITEM + estimateTokens(item);
    else for (const key in value) tokens += memberTokens(key, value[key] ?? null);
    known.set(value, tokens);
  }
  return tokens;
}

const known = new WeakMap<object, number>();

/** What one more member adds to an object. */
export function memberTokens(key: string, value: Json): number {
  return MEMBER + textTokens(key) + estimateTokens(value);
}

function numberTokens(value: number): number {
  const { length } = String(value);
  return Math.ceil(length / 3) + (Number.isInteger(value) ? 0 : 1);
}

const OTHER = 0;
const LOWER = 1;
const UPPER = 2;
const DIGIT = 3;
const SPACE = 4;
const CONTROL = 5;
const MARK = 6;

/** Tokens of a text inside JSON quotes, the quotes not counted. */
export function textTokens(text: string): number {
  return Math.ceil(scan(text) * STEPS) / STEPS;
}

function scan(text: string): number {
  const { length } = text;
  let tokens = 0;
  let index = 0;
  while (index < length) {
    const kind = kindOf(text.charCodeAt(index));
    const start = index;
    index += 1;
    switch (kind) {
      case LOWER:
      case UPPER:
        index = endOfWord(text, start);
        tokens += wordTokens(text, start, index);
        break;
      case DIGIT:
        while (index < length && kindOf(text.charCodeAt(index)) === DIGIT) index += 1;
        tokens += Math.ceil((index - start) / 3);
        break;
      case SPACE:
        while (index < length && kindOf(text.charCodeAt(index)) === SPACE) index += 1;
        if (index - start > 1) tokens += 1;
        break;
      case MARK:
        while (index < length && kindOf(text.charCodeAt(index)) === MARK) index += 1;
        if (index - start > 1 || index === length || !isLetter(text.charCodeAt(index))) {
          tokens += 1 + Math.max(0, index - start - 3) * PER_FURTHER_MARK;
        }
        break;
      case CONTROL:
        tokens += text.charCodeAt(start) === 10 ? 1.5 : 4;
        break;
      default:
        tokens += otherTokens(text.charCodeAt(start));
    }
  }
  return tokens;
}

/** `userName` ends after `user`, `HTTPServer` is one piece: the pre-tokenizer only cuts before a capital after small letters. */
function endOfWord(text: string, start: number): number {
  let index = start;
  while (index < text.length && kindOf(text.charCodeAt(index)) === UPPER) index += 1;
  while (index < text.length && kindOf(text.charCodeAt(index)) === LOWER) index += 1;
  return index;
}

function wordTokens(text: string, start: number, end: number): number {
  const length = end - start;
  let tokens = 1 + Math.max(0, length - PLAIN_WORD) * PER_FURTHER_LETTER;
  if (start > 0 && kindOf(text.charCodeAt(start - 1)) === MARK) {
    tokens += Math.min(MOST_AFTER_MARK, (length - 1) * PER_LETTER_AFTER_MARK);
  }
  let odd = 0;
  for (let index = start; index < end; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) tokens += 0.4;
    if (index > start + 1 && kindOf(code) === UPPER) tokens += PER_CAPITAL;
    if (index > start && isOddPair(text.charCodeAt(index - 1), code)) odd += 1;
  }
  return tokens + Math.max(0, odd - 1) * PER_ODD_PAIR;
}

function isLetter(code: number): boolean {
  const kind = kindOf(code);
  return kind === LOWER || kind === UPPER;
}

function kindOf(code: number): number {
  if (code >= 0x61 && code <= 0x7a) return LOWER;
  if (code === 0x20) return SPACE;
  if (code >= 0x41 && code <= 0x5a) return UPPER;
  if (code >= 0x30 && code <= 0x39) return DIGIT;
  if (code < 0x20) return CONTROL;
  if (code < 0x7f) return MARK;
  if (code >= 0xdf && code <= 0x24f) return LOWER;
  return code >= 0xc0 && code < 0xdf ? UPPER : OTHER;
}

/** After each letter from a to z, those that follow it in words of API documents at least six times in ten thousand. */
const FOLLOWERS =
  'bcdfgiklmnprstuvwy aeilorsu acehiklorstuy adeiorsu abcdefgilmnpqrstvwx aefilortu aeghinorsu aeiot abcdefglmnoprstvz e ' +
  'eis adeilostuy abeimopsu acdefgiklmnoprstuv abcdfgiklmnoprstuvw aehiloprstu u acdegikmnoprstuvy acehiklopstuy ' +
  'acehilorstuy abcdegilmnprst aeio aeinos pt ps ae';

/** The same as bits: bit b of entry a says that b follows a. */
const FOLLOWS = FOLLOWERS.split(' ').map((letters) =>
  letters.split('').reduce((bits, letter) => bits | (1 << (letter.charCodeAt(0) - 97)), 0),
);

function isOddPair(first: number, second: number): boolean {
  if (first > 0x7f || second > 0x7f) return false;
  return ((FOLLOWS[(first | 0x20) - 97] ?? 0) & (1 << ((second | 0x20) - 97))) === 0;
}

/** Scripts in wide use cost about a token a letter or less; of rare ones every byte may be one. */
function otherTokens(code: number): number {
  if (code >= 0x370 && code < 0x700) return 0.9;
  if (code >= 0x1200 && code < 0x1e00) return 3;
  if (code >= 0x2010 && code <= 0x206f) return 1;
  if ((code >= 0x3000 && code < 0xa000) || (code >= 0xac00 && code < 0xd7b0)) return 1.2;
  return 2;
}
