import type { FormNesting } from '../../catalog/binding.ts';
import { isJsonObject, type Json } from '../../catalog/json.ts';
import { invalidArgument } from './invalid-argument.ts';
import { toText } from './parameter-value.ts';

/** A value that is no list and no map, and the name that says where in the argument it stands. */
export interface NestedPair {
  readonly name: string;
  readonly text: string;
}

/**
 * Lists and maps as one pair for each value in them, its path in its name:
 *
 * - `brackets`, which is also how `deepObject` goes on below its first level, where OpenAPI leaves it undefined: `a[b]=1&l[0]=x`.
 *   Lists are numbered at every depth, because `l[]` cannot say which members belong together.
 * - `php`: the same, but a list of plain values repeats `l[]`.
 * - `dots`: `a.b=1&l.0=x`.
 *
 * Members that are `null` are left out before lists are numbered; empty lists and maps have no form. A key that holds what
 * separates keys is refused.
 */
export function toNestedPairs(
  name: string,
  value: Json,
  nesting: Exclude<FormNesting, 'standard'>,
  argument: string,
): NestedPair[] {
  if (value === null) return [];
  if (Array.isArray(value)) {
    const items = value.filter((item) => item !== null);
    const isPlain = items.every((item) => typeof item !== 'object');
    return items.flatMap((item, index) => {
      const key = nesting === 'php' && isPlain ? '' : String(index);
      return toNestedPairs(nest(name, key, nesting), item, nesting, argument);
    });
  }
  if (!isJsonObject(value)) return [{ name, text: toText(value, argument) }];
  const separators = nesting === 'dots' ? /\./ : /[[\]]/;
  return Object.entries(value).flatMap(([key, member]) => {
    if (separators.test(key)) {
      const what = nesting === 'dots' ? 'dot' : 'bracket';
      throw invalidArgument(
        argument,
        `the key ${JSON.stringify(key)} holds a ${what}, which separates keys here`,
      );
    }
    return toNestedPairs(nest(name, toText(key, argument), nesting), member, nesting, argument);
  });
}

function nest(name: string, key: string, nesting: FormNesting): string {
  return nesting === 'dots' ? `${name}.${key}` : `${name}[${key}]`;
}
