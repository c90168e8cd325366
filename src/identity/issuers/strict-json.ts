import type { JsonObject } from '../../catalog/json.ts';
import { isJsonObject } from '../is-json-object.ts';

/** How deep what an issuer says may be nested. */
const MAX_DEPTH = 16;

/**
 * Reads a JSON object in which no object names a member twice (RFC 8725, section 2.4; RFC 7519, section 4): two readers of a
 * doubled claim may each believe another.
 *
 * @returns a few words about what is wrong, where the text is no such object
 */
export function parseStrictObject(text: string): JsonObject | string {
  const names = countNames(text);
  if (names === undefined) return `it is nested deeper than ${MAX_DEPTH}`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  if (!isJsonObject(value)) return 'it is no JSON object';
  // Each member has one colon, and of a doubled one the reader keeps the last.
  if (countMembers(value) !== names) return 'a member is named twice in it';
  return value;
}

const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;

/** Colons outside of texts, or nothing where the nesting is too deep. */
function countNames(text: string): number | undefined {
  let names = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfText(text, at);
    else if (code === COLON) names += 1;
    else if (isOpening(code)) depth += 1;
    else if (isClosing(code)) depth -= 1;
    if (depth > MAX_DEPTH) return undefined;
  }
  return names;
}

/** Where the text ends that begins with the quote at `start`. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  return text.length;
}

function isOpening(code: number): boolean {
  return code === 123 || code === 91;
}

function isClosing(code: number): boolean {
  return code === 125 || code === 93;
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = Array.isArray(value) ? 0 : Object.keys(value).length;
  for (const member of Object.values(value)) count += countMembers(member);
  return count;
}
