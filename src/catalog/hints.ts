/** How many hints a tool may have from one origin. */
export const MAX_HINTS = 32;

/** A hint: a word or a few, up to 100 characters on one line; no markup, no address. */
export const HINT = /^(?=.*[\p{L}\p{N}])(?!.*:\/\/)[^\p{C}\p{Zl}\p{Zp}<>`]{1,100}$/u;

/** Why a text is no hint, to follow the place it stands at; undefined for one that is. */
export function faultOfHint(text: string): string | undefined {
  if (HINT.test(text)) return undefined;
  if (text.includes('://')) return 'holds an address: a hint is words in which people ask, without `://`';
  if (/[<>`]/.test(text)) return 'holds markup: a hint is plain words, without `<`, `>` and backticks';
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(text))
    return 'holds a line break or another character that is not seen: a hint is text on one line';
  if (!/[\p{L}\p{N}]/u.test(text)) return 'must hold a letter or a digit: a hint is a word or a few';
  return `has ${Array.from(text).length} characters: a hint is a word or a few, of up to 100`;
}
