import type { Json } from '../../catalog/json.ts';

/** A JSON document in a text: an object or a list. Text that happens to be a number or a string is text. */
export function parseDocument(text: unknown): Json | undefined {
  if (typeof text !== 'string' || !/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
