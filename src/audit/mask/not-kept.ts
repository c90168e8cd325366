import { isJsonObject, type Json } from '../../catalog/json.ts';
import { SECRET } from './secret-text.ts';

/** What secrets of the configuration are replaced with. */
const KNOWN_SECRET = '***';

/** Texts that stand for a value, or for what a list held beyond those that are kept. */
const STANDS_FOR_VALUE =
  /^\[(?:left out|(?:base64|text|binary data) of \d+ characters, [^\]]*|(\d+ more (?:members )?left out))\]$/;

/**
 * A masked value with `unknown` wherever the mask kept something back: a text in which something is hidden, a list that was cut, an
 * object of which a name is hidden or members were left out. A caller may have sent what looks like a mark; it counts as one.
 */
export function replaceNotKept(masked: Json, unknown: unknown): unknown {
  if (typeof masked === 'string') return isMark(masked) ? unknown : masked;
  if (Array.isArray(masked)) {
    const last = masked.at(-1);
    if (typeof last === 'string' && STANDS_FOR_VALUE.exec(last)?.[1] !== undefined) return unknown;
    return masked.map((item) => replaceNotKept(item, unknown));
  }
  if (!isJsonObject(masked)) return masked;
  const members = Object.entries(masked);
  if (members.some(([name]) => isMark(name) || name.startsWith('…'))) return unknown;
  return Object.fromEntries(members.map(([name, value]) => [name, replaceNotKept(value, unknown)]));
}

function isMark(text: string): boolean {
  return text.includes(SECRET) || text.includes(KNOWN_SECRET) || STANDS_FOR_VALUE.test(text);
}
