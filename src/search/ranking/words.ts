import { BOUNDS } from './constants.ts';

/** Names of a letter and a number stay whole, as their parts say nothing: `s3`, `k8s`, `e2e`, `v1`; in `listS3Buckets`, too. */
const NUMBERED = [
  '(?<![A-Za-z0-9])[A-Za-z][0-9]{1,3}[A-Za-z]?(?![A-Za-z0-9])',
  '(?<![A-Za-z0-9])[a-z][0-9]{1,3}(?=[A-Z][a-z])',
  '(?<![A-Z0-9])[A-Z][0-9]{1,3}(?![a-z0-9])',
].join('|');
/** Words of ASCII text: camelCase, acronyms (`XMLFile`) and digits come apart, all else separates. */
const ASCII_WORDS = new RegExp(`${NUMBERED}|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+`, 'g');
// oxlint-disable-next-line no-control-regex -- All of ASCII is meant.
const ASCII = /^[\0-\x7f]*$/;

/** The same for all scripts. Those that write no spaces between words come out as one run. */
const SCRIPTS = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Thai', 'Lao', 'Khmer', 'Myanmar'];
const UNSPACED = `[${SCRIPTS.map((script) => `\\p{Script=${script}}`).join('')}ー]`;
const STARTS_UNSPACED = new RegExp(`^${UNSPACED}`, 'u');
const WORDS = new RegExp(
  `${NUMBERED}|${UNSPACED}+|\\p{Lu}+(?!\\p{Ll})|\\p{Lu}?[\\p{Ll}\\p{M}]+|\\p{N}+|[\\p{L}\\p{M}]+`,
  'gu',
);
/** Accents, and what stands in a word unseen: soft hyphens, joiners and what keeps from joining. */
const UNREAD = /[\u0300-\u036f\u00ad\u200c\u2060\ufeff]|\u200d/g;

/** The words of a text in lower case: those of {@link writtenWords}. */
export function splitWords(text: string): string[] {
  return writtenWords(text).map((word) => word.toLowerCase());
}

/**
 * The words of a text as they are written and in order, without accents, of its first 4,000 characters. Chinese, Japanese, Korean and
 * other scripts without spaces come as overlapping pairs of characters.
 */
export function writtenWords(text: string): string[] {
  const cut = text.slice(0, BOUNDS.textCharacters);
  if (ASCII.test(cut)) return cut.match(ASCII_WORDS) ?? [];
  const plain = cut.normalize('NFKD').replace(UNREAD, '').normalize('NFC');
  return (plain.match(WORDS) ?? []).flatMap((word) => (STARTS_UNSPACED.test(word) ? pairs(word) : [word]));
}

function pairs(run: string): string[] {
  const characters = Array.from(run);
  if (characters.length < 2) return characters;
  return characters.slice(1).map((character, at) => `${characters[at]}${character}`);
}
