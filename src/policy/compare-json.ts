import { isJsonObject } from '../catalog/json.ts';
import { UNKNOWN } from './cel/evaluate.ts';

/**
 * Whether two JSON values are equal: numbers by value, members in any order. Undefined where {@link UNKNOWN} is part of one and the
 * rest is equal. As deep as the shallower of the two, and no recursion: a caller chooses how deep its arguments are.
 */
export function compareJson(first: unknown, second: unknown): boolean | undefined {
  const pairs: [unknown, unknown][] = [[first, second]];
  let isKnown = true;
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [left, right] = pair;
    if (left === UNKNOWN || right === UNKNOWN) isKnown = false;
    else if (Array.isArray(left)) {
      if (!Array.isArray(right) || left.length !== right.length) return false;
      for (const [index, item] of left.entries()) pairs.push([item, right[index]]);
    } else if (isJsonObject(left)) {
      if (!isJsonObject(right)) return false;
      const names = Object.keys(left);
      if (names.length !== Object.keys(right).length) return false;
      for (const name of names) {
        if (!Object.hasOwn(right, name)) return false;
        pairs.push([left[name], right[name]]);
      }
    } else if (left !== right) return false;
  }
  return isKnown ? true : undefined;
}
