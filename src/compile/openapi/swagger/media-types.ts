import type { Json, JsonObject } from '../../../catalog/json.ts';
import type { Operation } from '../operations.ts';

/**
 * `consumes` or `produces` of an operation: its own list where it has one, an empty one included, else the document's.
 */
export function readMediaTypes(
  key: 'consumes' | 'produces',
  { operation }: Operation,
  root: JsonObject,
): string[] {
  const own = operation[key];
  const declared: Json | undefined = Array.isArray(own) || typeof own === 'string' ? own : root[key];
  const list: Json[] = Array.isArray(declared) ? declared : [declared ?? null];
  return [...new Set(list.filter((each) => typeof each === 'string' && each.includes('/')))] as string[];
}
