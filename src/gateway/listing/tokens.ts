import { createRequire } from 'node:module';

/** What is taken of the tokenizer. */
interface Tokenizer {
  /** False: more than the limit. */
  isWithinTokenLimit(
    text: string,
    limit: number,
    options: { readonly disallowedSpecial: ReadonlySet<string> },
  ): number | false;
  setMergeCacheSize(size: number): void;
}

/** No token of o200k stands for more bytes of UTF-8: its longest is as many spaces. */
export const MAX_TOKEN_BYTES = 128;

/**
 * Characters of one kind in a row that the tokenizer is given at once: it takes time by their square. What people write has no run as
 * long, so that nothing is counted otherwise than in one piece.
 */
const MAX_RUN = 128;

/** Characters of a text that are counted; for the rest, {@link BYTES_OF_A_TOKEN} are one token. */
const MAX_COUNTED = 100_000;
const BYTES_OF_A_TOKEN = 4;

/** What looks like a special token is text like any other. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

/** Words whose tokens it keeps. Each may keep the whole text alive that it is from. */
const MAX_KEPT = 5_000;

const require = createRequire(import.meta.url);

/**
 * Takes a third of a second of CPU and 60 MB of memory, so it is loaded by its first use, or by who expects that, and never where
 * nothing is counted. At once, so that no list has to wait for it, and every list is answered alike.
 */
export function loadTokenizer(): Tokenizer {
  const tokenizer = require('gpt-tokenizer/encoding/o200k_base') as Tokenizer;
  tokenizer.setMergeCacheSize(MAX_KEPT);
  return tokenizer;
}

/**
 * Tokens of a text (o200k). The time that it takes grows with the length of the text, and with nothing else that a text can do.
 *
 * @returns `Infinity` where there are more than `most`
 */
export function countTokens(text: string, most = Infinity): number {
  const counted = text.length > MAX_COUNTED ? headOf(text) : text;
  let tokens = Math.ceil(Buffer.byteLength(text.slice(counted.length), 'utf8') / BYTES_OF_A_TOKEN);
  const tokenizer = loadTokenizer();
  for (const piece of toPieces(counted)) {
    if (tokens > most) return Infinity;
    const count = tokenizer.isWithinTokenLimit(piece, most - tokens, AS_TEXT);
    if (count === false) return Infinity;
    tokens += count;
  }
  return tokens > most ? Infinity : tokens;
}

function headOf(text: string): string {
  return text.slice(0, MAX_COUNTED).replace(/[\uD800-\uDBFF]$/u, '');
}

/** Letters, spaces, and what is neither these nor digits: no token goes beyond a run of one of them but for its first character. */
const RUNS = /[\p{L}\p{M}]+|\s+|[^\s\p{L}\p{N}]+/gu;

function toPieces(text: string): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  for (const { 0: run, index } of text.matchAll(RUNS)) {
    for (let end = index + MAX_RUN; end < index + run.length; end += MAX_RUN) {
      pieces.push(text.slice(start, end));
      start = end;
    }
  }
  pieces.push(text.slice(start));
  return pieces;
}
