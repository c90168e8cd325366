import { toCanonicalJson } from '../catalog/canonical.ts';

/**
 * A text by which JSON is told apart: its canonical form, and another one where it has none, for claims and conditions may hold half of
 * a surrogate pair.
 */
export function keyOfJson(value: unknown): string {
  try {
    return toCanonicalJson(value);
  } catch {
    return JSON.stringify(value);
  }
}
