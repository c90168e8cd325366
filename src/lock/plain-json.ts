import type { Json } from '../catalog/json.ts';

/** A definition that has no place in a lock. `message` says which of its properties is in the way. */
export class Unlockable extends Error {
  override readonly name = 'Unlockable';
}

/** Deeper than any schema that a person can review. */
const MAX_DEPTH = 250;

/** How long a key may be as it is written: YAML reads no longer one without `?` (YAML 1.2.2, section 7.4.2: 1,024). */
const MAX_KEY_LENGTH = 1000;

/**
 * A copy of a JSON value with the keys of its objects in code-unit order; members that are `undefined` are left out.
 *
 * @throws Unlockable for what has no RFC 8785 form, or no readable one: unpaired surrogates, numbers that are not finite,
 *   nesting or keys without end.
 */
export function toPlainJson(value: unknown, depth = 0): Json {
  if (depth > MAX_DEPTH) throw new Unlockable(`nested deeper than ${MAX_DEPTH} levels`);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return requireWellFormed(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Unlockable('a number that is not finite');
    return value;
  }
  if (Array.isArray(value)) return value.map((item) => toPlainJson(item, depth + 1));
  if (typeof value !== 'object') throw new Unlockable('a value that is no JSON');
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    members.map(([key, member]) => [requireKey(key), toPlainJson(member, depth + 1)] as const),
  );
}

function requireKey(key: string): string {
  // Quotes and backslashes are written as two characters, what is not ASCII as up to six.
  const written = key.length * (/^[ -~]*$/.test(key) ? 2 : 6);
  if (written > MAX_KEY_LENGTH) throw new Unlockable(`a key of ${key.length} characters`);
  return requireWellFormed(key);
}

function requireWellFormed(text: string): string {
  if (!text.isWellFormed()) throw new Unlockable('text that is not well-formed Unicode');
  return text;
}
