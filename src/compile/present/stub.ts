import type { Json, JsonObject, JsonSchema } from '../../catalog/json.ts';
import { describedBy, outlineOf, typesOf } from './outline.ts';
import { shorten, withNote } from './words.ts';

/** Room for the names in a note, in characters: with words beside them, and without. */
const NAMES = 100;
const FEW_NAMES = 40;

/** What is left of a schema that is cut: its type, its first words, and what it needs. Everything valid before is valid. */
export function toStub(schema: Json, definitions: JsonObject, room: number): JsonSchema {
  const types = typesOf(schema, definitions) ?? [];
  const [only, ...others] = types;
  const words = shorten(describedBy(schema, definitions), room);
  const note = outlineOf(schema, definitions, room === 0 ? FEW_NAMES : NAMES);
  return {
    ...(only !== undefined && { type: others.length === 0 ? only : types }),
    description: withNote(words, note),
    ...(types.includes('array') && { items: {} }),
  };
}
