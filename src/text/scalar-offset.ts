/**
 * Where a character of a YAML scalar's value is written: an offset into the text; `undefined` where that cannot be told exactly, as
 * of what an alias stands for. Offsets of white space may be where the white space around them begins.
 *
 * @param start where the scalar begins in the text: at its quote or the `|` or `>` of a block
 * @param value what it says
 * @param offset into the value, in UTF-16 code units; its length is the end
 */
export function offsetInScalar(
  text: string,
  start: number,
  value: string,
  offset: number,
): number | undefined {
  const first = text[start] ?? '';
  const isBlock = first === '|' || first === '>';
  const quote = first === '"' || first === "'" ? first : '';
  let at = isBlock ? endOfLine(text, start) : start + quote.length;
  let index = 0;
  let found: number | undefined;
  // On to the end: a value that is not what is written here was read from elsewhere.
  while (index < value.length) {
    at = quote === '"' ? at + matchAt(CONTINUATION, text, at).length : at;
    const fold = matchAt(FOLD, text, at);
    if (fold !== '') {
      const next = index + matchAt(SPACES, value, index).length;
      if (offset >= index && (offset < next || next === value.length)) found = at;
      index = next;
      at += fold.length;
      continue;
    }
    const piece = readPiece(text, at, quote);
    if (piece === undefined || !value.startsWith(piece.value, index)) return undefined;
    if (offset >= index && offset < index + piece.value.length) found = at;
    at += piece.length;
    index += piece.value.length;
  }
  return found ?? at;
}

const FOLD = /[ \t]*\r?\n\s*/y;
const SPACES = /\s*/y;
/** Lines that end in a backslash go on without a space. */
const CONTINUATION = /(?:\\[ \t]*\r?\n\s*)*/y;

/** What a sticky expression finds at a place. */
function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** What is written at a place, and what it says. */
function readPiece(text: string, at: number, quote: string): { value: string; length: number } | undefined {
  const character = text[at];
  if (character === undefined) return undefined;
  if (quote === "'" && character === "'") {
    return text[at + 1] === "'" ? { value: "'", length: 2 } : undefined;
  }
  if (quote === '"' && character === '"') return undefined;
  if (quote !== '"' || character !== '\\') return { value: character, length: 1 };
  const hexadecimal = /^(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))/i.exec(text.slice(at + 1, at + 10));
  if (hexadecimal !== null) {
    const [all, ...digits] = hexadecimal;
    const code = parseInt(digits.join(''), 16);
    return code > 0x10_ff_ff ? undefined : { value: String.fromCodePoint(code), length: all.length + 1 };
  }
  const escaped = ESCAPES[text[at + 1] ?? ''];
  return escaped === undefined ? undefined : { value: escaped, length: 2 };
}

/** YAML 1.2.2, section 5.7. */
const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\u0007',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\u001b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
};
