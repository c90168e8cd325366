/**
 * Letters of other scripts, and of Latin's outskirts, that look like one of ASCII: from Unicode's `intentional.txt` and, for
 * Latin, Greek, Cyrillic, Armenian and Cherokee, `confusables.txt` (UTS #39). Fullwidth, mathematical and other compatibility
 * forms are not here: NFKC resolves them.
 */
const LOOKS_LIKE: Readonly<Record<string, string>> = {
  a: 'аɑαа',
  A: 'АΑᎪ',
  b: 'ЬƄᏏ',
  B: 'ВΒᏴ',
  c: 'сϲᴄ',
  C: 'СϹᏟ',
  d: 'ԁᏧ',
  D: 'Ꭰ',
  e: 'еҽ',
  E: 'ЕΕᎬ',
  f: 'ſẝք',
  g: 'ɡցƍ',
  G: 'ԌᏀ',
  h: 'һհᏂ',
  H: 'НΗᎻ',
  i: 'іıɩιӏΙІᎥ',
  j: 'јϳ',
  J: 'ЈᎫ',
  k: 'κк',
  K: 'КΚᏦ',
  l: 'ӀǀןƖⅼ',
  L: 'Ꮮ',
  m: 'м',
  M: 'МΜᎷ',
  n: 'ոռη',
  N: 'Ν',
  o: 'оοօᴏסσ',
  O: 'ОΟՕ',
  p: 'рρ',
  P: 'РΡᏢ',
  q: 'ԛգզ',
  Q: 'Ԛ',
  r: 'гᴦ',
  R: 'ᎡᏒ',
  s: 'ѕꜱ',
  S: 'ЅՏᏚ',
  t: 'тτ',
  T: 'ТΤᎢ',
  u: 'υսᴜʋ',
  U: 'Ս',
  v: 'ѵνᴠ',
  V: 'ѴᏙ',
  w: 'ԝաᴡѡ',
  W: 'ԜᎳ',
  x: 'хⅹ',
  X: 'ХΧ',
  y: 'уүγʏ',
  Y: 'УΥҮ',
  z: 'ᴢ',
  Z: 'ΖᏃ',
  3: 'ЗзƷӠ',
  6: 'бᏮ',
  _: '‐‑‒–—−﹘ˍ',
};

const PROTOTYPES = new Map(
  Object.entries(LOOKS_LIKE).flatMap(([letter, others]) =>
    Array.from(others, (other) => [other, letter] as const),
  ),
);

/** What is told apart by nobody who reads quickly, in lower case. */
const READ_ALIKE: ReadonlyMap<string, string> = new Map([
  ['0', 'o'],
  ['1', 'l'],
  ['i', 'l'],
  ['|', 'l'],
  ['5', 's'],
  ['-', '_'],
  ['.', '_'],
  [' ', '_'],
]);

/**
 * A text's skeleton: equal for two texts that a reader may take for one another. Not for display, and stable within a process only.
 *
 * After UTS #39 §4 (accents and invisible characters go, letters of other scripts become the ones that they look like), and for
 * names beyond it: case, `-`, `_` and `.`, `l` `I` `1`, `O` `0`, `S` `5`, `rn` `m` and `vv` `w` do not count.
 */
export function toSkeleton(text: string): string {
  const letters = Array.from(text.normalize('NFKC').normalize('NFD'))
    .filter((character) => !/\p{M}|\p{Cf}|\p{Cc}/u.test(character))
    .map((character) => PROTOTYPES.get(character) ?? character)
    .join('')
    .toLowerCase();
  return Array.from(letters, (character) => READ_ALIKE.get(character) ?? character)
    .join('')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w');
}
