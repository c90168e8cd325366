import type { Json } from '../../catalog/json.ts';
import { combineCuts, piecesOf, type Cuts } from './cuts.ts';
import { nextDown, nextUp, numbersAbove, numbersFrom, wholeAbove, type NumberSet } from './numbers.ts';
import type { Said } from './render.ts';
import { differenceOf, isSubset, NUMBERS, ofNumbers, type ValueSet } from './value-set.ts';

/** The longest gap of whole numbers that is written out. */
const MAX_GAP = 16;

/** The bounds of numbers, and single numbers between them that are left out. */
export function renderNumbers(numbers: NumberSet, domain: NumberSet): Said {
  const within = ofNumbers(domain);
  const schema: Record<string, Json> = {};
  let said = NUMBERS;
  const say = (keyword: string, bound: number, range: ValueSet): void => {
    if (isSubset(within, range)) return;
    schema[keyword] = bound;
    said = differenceOf(said, differenceOf(NUMBERS, range));
  };

  const low = lowerBound(numbers, domain);
  if (low?.isOpen) say('exclusiveMinimum', low.at, ofNumbers(numbersAbove(low.at)));
  else if (low) say('minimum', low.at, ofNumbers(numbersFrom(low.at)));
  const high = lowerBound(negate(numbers), negate(domain));
  if (high?.isOpen) {
    say('exclusiveMaximum', -high.at + 0, differenceOf(NUMBERS, ofNumbers(numbersFrom(-high.at))));
  } else if (high) {
    say('maximum', -high.at + 0, differenceOf(NUMBERS, ofNumbers(numbersAbove(-high.at))));
  }

  const gaps = (of: 'whole' | 'fraction'): Cuts<number> =>
    combineCuts(
      combineCuts(said.numbers[of], domain[of], (a, b) => a && b),
      numbers[of],
      (a, b) => a && !b,
    );
  const excluded: number[] = [];
  for (const [first, end] of piecesOf(gaps('whole'))) {
    if (end === undefined || end - first > MAX_GAP) continue;
    for (let value = first; value < end; value = wholeAbove(value)) excluded.push(value);
  }
  for (const [first, end] of piecesOf(gaps('fraction'))) if (end === nextUp(first)) excluded.push(first);
  return { schema, said, excluded, patterns: [] };
}

interface Bound {
  readonly at: number;
  /** The bound itself is outside. */
  readonly isOpen: boolean;
}

function lowerBound({ whole, fraction }: NumberSet, domain: NumberSet): Bound | undefined {
  const leastWhole = whole[0] ?? Infinity;
  const leastFraction = domain.fraction.length === 0 ? Infinity : (fraction[0] ?? Infinity);
  const least = Math.min(leastWhole, leastFraction);
  if (!Number.isFinite(least)) return undefined;
  if (leastWhole <= leastFraction) return { at: leastWhole, isOpen: false };
  // Of two neighbours the one that somebody would have written.
  const below = nextDown(leastFraction);
  const isOpen = String(below).length < String(leastFraction).length;
  return { at: isOpen ? below : leastFraction, isOpen };
}

/** The same numbers with the other sign. */
function negate({ whole, fraction }: NumberSet): NumberSet {
  return {
    whole: mirror(whole, wholeAbove),
    fraction: mirror(fraction, (cut) => numbersAbove(cut).fraction[0] ?? nextUp(cut)),
  };
}

/** What is from `a` up to `b` without it, is from above `-b` up to above `-a`. */
function mirror(cuts: Cuts<number>, above: (cut: number) => number): Cuts<number> {
  const mirrored = cuts.filter(Number.isFinite).map((cut) => above(-cut) + 0);
  const isFromStart = cuts.length % 2 === 1;
  return isFromStart ? [-Infinity, ...mirrored.toReversed()] : mirrored.toReversed();
}
