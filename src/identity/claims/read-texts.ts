import type { Json, JsonObject } from '../../catalog/json.ts';
import { unauthenticated } from '../unauthenticated.ts';
import { findClaim } from './find-claim.ts';

/** The longest name of a subject, a scope, a group, a team or a client that is taken, in characters. */
const MAX_TEXT_LENGTH = 512;

/** As many scopes, and as many groups, may one principal have. */
export const MAX_TEXTS = 2_000;

/**
 * Control characters, line separators, and what turns the direction of writing: a name that holds one is made to look like something
 * else in a log or on a page.
 */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;

/** @throws BailiwickError `UNAUTHENTICATED` with the fault `claims` for what cannot name anybody or anything */
export function readText(value: Json, claim: string): string {
  if (typeof value !== 'string') {
    throw unauthenticated('claims', `the claim ${quote(claim)} is ${kindOf(value)}; it has to be a text`);
  }
  if (value.trim() === '') throw unauthenticated('claims', `the claim ${quote(claim)} is empty`);
  if (value.length > MAX_TEXT_LENGTH) {
    throw unauthenticated(
      'claims',
      `the claim ${quote(claim)} holds a text of ${value.length} characters; the limit is ${MAX_TEXT_LENGTH}`,
    );
  }
  if (UNPRINTABLE.test(value) || !value.isWellFormed()) {
    throw unauthenticated('claims', `the claim ${quote(claim)} holds characters that are not printable`);
  }
  return value;
}

/**
 * All that several claims list, without what is there twice. A claim is a list of texts, or one text, which `split` takes apart.
 *
 * @throws BailiwickError `UNAUTHENTICATED` with the fault `claims` for a claim of another form, or for too many
 */
export function readTexts(
  claims: JsonObject,
  paths: readonly string[],
  split: (text: string) => readonly string[],
): string[] {
  return paths.flatMap((path) => {
    const value = findClaim(claims, path);
    if (value === undefined) return [];
    const items = typeof value === 'string' ? split(value) : value;
    if (!Array.isArray(items)) {
      throw unauthenticated(
        'claims',
        `the claim ${quote(path)} is ${kindOf(value)}; it has to be a text or a list of texts`,
      );
    }
    requireFew(items.length, path);
    return items.map((item: Json) => readText(item, path));
  });
}

/** Each once, in an order that does not depend on the token: equal principals have to be equal. */
export function toSet(texts: readonly string[], what: string): string[] {
  requireFew(texts.length, what);
  return [...new Set(texts)].toSorted();
}

function requireFew(count: number, what: string): void {
  if (count > MAX_TEXTS) {
    throw unauthenticated('claims', `the token has ${count} ${quote(what)}; the limit is ${MAX_TEXTS}`);
  }
}

/** RFC 6749, section 3.3. */
export function splitScopes(text: string): string[] {
  return text.split(' ').filter((scope) => scope !== '');
}

/** For a text that a token holds or configuration names, in a message: short, on one line. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);
}

/** What a value is, in words. */
export function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value === 'string' ? 'text' : typeof value}`;
}
