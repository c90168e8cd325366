import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { definitionAt, isPosition, referenceOf, schemasBelow } from './positions.ts';
import { memberTokens } from './tokens.ts';

/** Words, which are cut before any structure is. */
const WORDS = new Set(['description', 'title', 'default', 'deprecated']);

const known = new WeakMap<object, number>();

/** What the structure of a schema costs, in tokens: all but its words. */
function structureTokens(schema: Json): number {
  if (!isJsonObject(schema)) return 1;
  let tokens = known.get(schema);
  if (tokens === undefined) {
    tokens = 1;
    for (const { key, schema: below } of schemasBelow(schema)) {
      tokens += structureTokens(below) + (key === undefined ? 1 : memberTokens(key, 0));
    }
    for (const [keyword, value] of Object.entries(schema)) {
      if (!WORDS.has(keyword))
        tokens += isPosition(keyword) ? memberTokens(keyword, 0) : memberTokens(keyword, value);
    }
    known.set(schema, tokens);
  }
  return tokens;
}

/** Whether the structure of a schema, with all definitions it leads to, costs more tokens than that. Stops as soon as it knows. */
export function isHeavier(schema: Json, definitions: JsonObject, tokens: number): boolean {
  let total = structureTokens(schema);
  const visited = new Set<string>();
  const open: Json[] = [schema];
  for (let next = open.pop(); next !== undefined && total <= tokens; next = open.pop()) {
    if (!isJsonObject(next)) continue;
    const name = referenceOf(next);
    const target = definitionAt(definitions, name);
    if (name !== undefined && target !== undefined && !visited.has(name)) {
      visited.add(name);
      total += structureTokens(target);
      open.push(target);
    }
    for (const below of schemasBelow(next)) open.push(below.schema);
  }
  return total > tokens;
}
