import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';

/**
 * The RFC 8785 (JSON Canonicalization Scheme) form of a JSON value. Members that are `undefined` are left out.
 *
 * @throws TypeError when the value has no JSON form (a function, `undefined`, a number that is not finite).
 */
export function toCanonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('value has no JSON form');
  return text;
}

/** SHA-256 of the RFC 8785 form, as `sha256:<64 hex digits>`. */
export function digestOf(value: unknown): string {
  return digestOfText(toCanonicalJson(value));
}

/** SHA-256 of UTF-8 text, as `sha256:<64 hex digits>`. */
export function digestOfText(text: string): string {
  return `sha256:${hash('sha256', text)}`;
}
