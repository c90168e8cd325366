import type { Json } from '../../catalog/json.ts';
import type { Note } from './box.ts';
import type { Cuts } from './cuts.ts';
import { isPlain, type Literal } from './literal.ts';
import { escapePattern } from './pattern.ts';

/** The longest list that is written into a schema. */
export const MAX_LISTED = 200;

/** The bounds of the length of a string, which JSON Schema and CEL both count in code points. */
export function noteLength(path: readonly string[], lengths: Cuts<number>): Note[] {
  const least = lengths[0] ?? 0;
  const end = lengths.length % 2 === 0 ? lengths.at(-1) : undefined;
  const schema = { ...(least > 0 && { minLength: least }), ...(end !== undefined && { maxLength: end - 1 }) };
  return Object.keys(schema).length === 0 ? [] : [toNote(path, schema)];
}

/** That a string ends with a text or contains it, or does not. */
export function noteAffix(
  path: readonly string[],
  method: 'endsWith' | 'contains',
  text: string,
  wanted: boolean,
): Note[] {
  const escaped = escapePattern(text);
  if (escaped === undefined || escaped === '') return [];
  const pattern = method === 'endsWith' ? `${escaped}$` : escaped;
  return [toNote(path, wanted ? { pattern } : { not: { type: 'string', pattern } })];
}

/** That the items of a list are of these values. */
export function noteItems(path: readonly string[], values: Literal | undefined): Note[] {
  if (!Array.isArray(values) || values.length > MAX_LISTED) return [];
  const plain = values.filter(isPlain);
  return [toNote(path, plain.length === 0 ? { maxItems: 0 } : { items: { enum: plain } })];
}

function toNote(path: readonly string[], schema: Readonly<Record<string, Json>>): Note {
  return { path, schema, key: JSON.stringify([path, schema]) };
}
