import { afterPrefix, piecesOf, singleOf, type Cuts } from './cuts.ts';

/** A piece of a set of strings: one string, all that begin with a prefix, or some that do. */
export interface StringPiece {
  readonly kind: 'single' | 'prefix' | 'part';
  /** The string, or what they all begin with. */
  readonly text: string;
}

export function* stringPiecesOf(strings: Cuts<string>): Generator<StringPiece> {
  for (const [first, end] of piecesOf(strings)) {
    if (singleOf(first, end) !== undefined) yield { kind: 'single', text: first };
    else {
      const text = commonPrefixOf(first, end);
      yield { kind: text === first && afterPrefix(first) === end ? 'prefix' : 'part', text };
    }
  }
}

/** The longest text that every string from `first` to before `end` begins with. */
function commonPrefixOf(first: string, end: string | undefined): string {
  for (let length = first.length; length > 0; length -= 1) {
    const after = afterPrefix(first.slice(0, length));
    if (after === undefined || (end !== undefined && end <= after)) return first.slice(0, length);
  }
  return '';
}

/** Of strings those that may have so many code points, as far as single strings and the shortest of others tell. */
export function fitLengths(strings: Cuts<string>, { least, most }: Lengths): Cuts<string> {
  if (least <= 0 && most === Infinity) return strings;
  const kept: string[] = [];
  for (const [first, end] of piecesOf(strings)) {
    const single = singleOf(first, end);
    if (single !== undefined && lengthOf(single) < least) continue;
    if (lengthOf(first) > most && shortStringsOf(first, end).every((text) => lengthOf(text) > most)) continue;
    // The empty string is the one that `minLength: 1` is about.
    kept.push(first === '' && least > 0 ? '\0' : first);
    if (end !== undefined) kept.push(end);
  }
  return kept;
}

/** The first of a piece, and the first of each length that is shorter. */
export function shortStringsOf(first: string, end: string | undefined): string[] {
  const texts = [first];
  for (let length = Math.min(first.length - 1, MAX_SHORT); length > 0; length -= 1) {
    const text = afterPrefix(first.slice(0, length));
    if (text !== undefined && (end === undefined || text < end)) texts.push(text);
  }
  return texts;
}

/** How far into a text shorter ones are looked for. */
const MAX_SHORT = 256;

/** In code points. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** Code points that a string may have. */
export interface Lengths {
  readonly least: number;
  readonly most: number;
}
