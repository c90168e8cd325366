import { suggest } from '../../text/suggest.ts';
import { toSkeleton } from '../../text/skeleton.ts';

/** More names than a suggestion is looked for in: the nearest of many is near by chance. */
const MAX_KNOWN = 20_000;

/** How many names the nearest of all is looked for: more than anybody mends at once. */
const MAX_SUGGESTED = 30;

/** Known names, by what a reader takes them for. */
export interface KnownNames {
  /** What may have been meant by a name that is none of them, as the end of a sentence; empty where nothing is near. */
  advise(name: string): string;
}

export function createKnownNames(names: readonly string[]): KnownNames {
  const known = [...new Set(names)].slice(0, MAX_KNOWN);
  const bySkeleton = new Map(known.map((name) => [toSkeleton(name), name]));
  const advice = new Map<string, string>();
  let left = MAX_SUGGESTED;
  const compute = (name: string): string => {
    const twin = bySkeleton.get(toSkeleton(name));
    const strangers = twin === undefined ? [] : strangersOf(name);
    if (strangers.length > 0) return `; it looks like \`${twin}\`, but has ${strangers.join(', ')} in it`;
    left -= 1;
    const near = twin ?? (left < 0 ? undefined : suggest(name, known));
    return near === undefined || near === name ? '' : `; did you mean \`${near}\`?`;
  };
  return {
    advise(name) {
      const said = advice.get(name) ?? compute(name);
      advice.set(name, said);
      return said;
    },
  };
}

/** Characters that are not of ASCII, by their code points: `U+0430 (а)`; those that cannot be seen by the code point alone. */
export function strangersOf(text: string): string[] {
  const strangers = new Set(Array.from(text).filter((character) => character > '\u007E'));
  return [...strangers].map((character) => {
    const code = `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`;
    return /[\p{L}\p{N}\p{P}\p{S}]/u.test(character) ? `${code} (${character})` : code;
  });
}
