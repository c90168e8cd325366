import type { Json } from '../../catalog/json.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** A key that an object of the text has already had. `offset` is where it stands again. */
export interface RepeatedKey {
  readonly key: string;
  readonly offset: number;
}

/**
 * The keys that a JSON text repeats, of which `JSON.parse` silently keeps the last.
 *
 * Most texts repeat none, and to count the keys in the text and in its value is much cheaper than to look for them; only
 * where the two differ is the text read again. `text` must be what `JSON.parse` made `value` of.
 */
export function findRepeatedKeys(text: string, value: Json): RepeatedKey[] {
  return countKeysOfText(text) === countKeys(value) ? [] : readRepeatedKeys(text);
}

function countKeysOfText(text: string): number {
  let count = 0;
  for (let open = text.indexOf('"'); open >= 0;) {
    const after = endOfString(text, open) + 1;
    if (isFollowedByColon(text, after)) count++;
    open = text.indexOf('"', after);
  }
  return count;
}

function countKeys(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') count += countKeys(item);
    return count;
  }
  for (const key in value) {
    count++;
    const member = value[key];
    if (typeof member === 'object') count += countKeys(member);
  }
  return count;
}

function readRepeatedKeys(text: string): RepeatedKey[] {
  const found: RepeatedKey[] = [];
  const open: (Set<string> | undefined)[] = [];
  const structure = /[{}[\]"]/g;
  for (let match = structure.exec(text); match !== null; match = structure.exec(text)) {
    const [character] = match;
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character !== '"') open.pop();
    else {
      const after = endOfString(text, match.index) + 1;
      structure.lastIndex = after;
      if (!isFollowedByColon(text, after)) continue;
      const key = String(JSON.parse(text.slice(match.index, after)));
      const keys = open.at(-1);
      if (keys?.has(key)) found.push({ key, offset: match.index });
      keys?.add(key);
    }
  }
  return found;
}

/** Where the string that opens at `open` has its closing quote. */
function endOfString(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (text.charCodeAt(close - 1) === BACKSLASH && isEscaped(text, close))
    close = text.indexOf('"', close + 1);
  return close < 0 ? text.length : close;
}

/** True for a quote behind an odd number of backslashes. */
function isEscaped(text: string, quote: number): boolean {
  let before = quote - 1;
  while (text.charCodeAt(before) === BACKSLASH) before--;
  return (quote - before) % 2 === 0;
}

function isFollowedByColon(text: string, offset: number): boolean {
  let at = offset;
  let code = text.charCodeAt(at);
  while (code !== COLON && code !== QUOTE && code <= 0x20) code = text.charCodeAt(++at);
  return code === COLON;
}
