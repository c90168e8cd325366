import { encodeStrict } from './http/percent-encoding.ts';

/** A secret's stand-in where a person, a model or a log may read it. */
export const MASK = '***';

/** Masks secrets in a text. The same text comes back where there is nothing to mask. */
export type Scrub = (text: string) => string;

/** Shorter secrets are not looked for: they would be found in ordinary words. */
const SHORTEST = 6;

/** Shorter pieces of base64 would be found in images. */
const SHORTEST_BASE64 = 8;

/** No result that anybody reads is nested deeper. */
const MAX_DEPTH = 1_000;

/**
 * A function that masks the given secrets in what came from an upstream: it may echo what it was sent, in a `Location`,
 * an error or a debugging endpoint. Finds a secret as it is, percent-encoded, form-encoded, escaped as in JSON, and inside
 * base64, e.g. as the password that the upstream made an HTTP basic credential of.
 */
export function createScrubber(secrets: Iterable<string>): Scrub {
  const longestFirst = [...new Set([...secrets].flatMap(toForms))].toSorted((a, b) => b.length - a.length);
  const shortest = longestFirst.at(-1)?.length;
  if (shortest === undefined) return keepText;
  const pattern = new RegExp(
    longestFirst.map((form) => form.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)).join('|'),
    'g',
  );
  // Searching for each form is several times faster than the pattern, and most texts hold none.
  return (text) =>
    text.length >= shortest && longestFirst.some((form) => text.includes(form))
      ? text.replaceAll(pattern, MASK)
      : text;
}

/**
 * Masks secrets in every text of a JSON value, member names included. What holds none is not copied; what is nested too
 * deep to be looked at is masked whole.
 */
export function scrubJson<T>(value: T, scrub: Scrub): T;
export function scrubJson(value: unknown, scrub: Scrub): unknown {
  return scrub === keepText ? value : scrubValue(value, scrub, 0);
}

/** The scrubber of those who have no secrets. */
export function keepText(text: string): string {
  return text;
}

function scrubValue(value: unknown, scrub: Scrub, depth: number): unknown {
  if (typeof value === 'string') return scrub(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return MASK;
  if (Array.isArray(value)) {
    let copy: unknown[] | undefined;
    for (const [index, item] of value.entries()) {
      const clean = scrubValue(item, scrub, depth + 1);
      if (clean === item) continue;
      copy ??= [...value];
      copy[index] = clean;
    }
    return copy ?? value;
  }
  if (!isPlain(value)) return value;
  const members: [string, unknown][] = Object.entries(value);
  let isChanged = false;
  for (const member of members) {
    const [name, content] = member;
    member[0] = scrub(name);
    member[1] = scrubValue(content, scrub, depth + 1);
    isChanged ||= member[0] !== name || member[1] !== content;
  }
  return isChanged ? Object.fromEntries(members) : value;
}

/** What `JSON.parse` makes; anything else is somebody's instance, e.g. an error with a socket. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function toForms(secret: string): string[] {
  const text = secret.toWellFormed();
  const json = JSON.stringify(text).slice(1, -1);
  const encoded = [
    encodeStrict(text),
    encodeURIComponent(text),
    new URLSearchParams([['', text]]).toString().slice(1),
  ];
  const lowerCase = encoded.map((form) => form.replaceAll(/%[0-9A-F]{2}/g, (triple) => triple.toLowerCase()));
  const plain = [text, ...encoded, ...lowerCase, json, json.replaceAll('/', String.raw`\/`)];
  return text.length < SHORTEST
    ? plain.filter((form) => form.length >= SHORTEST)
    : [...plain, ...toBase64Pieces(text)];
}

/** The characters of base64 and base64url that a text makes wherever it stands, whatever stands around it. */
function toBase64Pieces(text: string): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
    const from = Math.ceil((offset * 8) / 6);
    const to = Math.floor((bytes.length * 8) / 6);
    if (to - from < SHORTEST_BASE64) return [];
    return [bytes.toString('base64').slice(from, to), bytes.toString('base64url').slice(from, to)];
  });
}
