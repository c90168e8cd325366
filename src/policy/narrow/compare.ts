import { isJsonObject } from '../../catalog/json.ts';
import type { CompareOperator } from '../cel/expression.ts';
import { combineCuts, type Cuts } from './cuts.ts';
import { isPlain, type Literal } from './literal.ts';
import { numbersAbove, numbersFrom, type NumberSet } from './numbers.ts';
import {
  differenceOf,
  FALSE,
  NO_VALUE,
  NUMBERS,
  OBJECTS,
  ofFlags,
  ofNumbers,
  ofStrings,
  ofValues,
  PRESENCE,
  STRINGS,
  TRUE,
  unionOf,
  type ValueSet,
} from './value-set.ts';

/** The values for which a comparison is true, and for which it is false; for the others it fails. */
export interface Sides {
  readonly true: ValueSet;
  readonly false: ValueSet;
  /** False: the sides are wider than that, and may overlap. */
  readonly isExact: boolean;
}

/** An operator with the argument on its left and a constant on its right. Undefined where nothing can be said. */
export function sidesOf(operator: CompareOperator, literal: Literal): Sides | undefined {
  switch (operator) {
    case '==':
      return toSides([literal]);
    case '!=':
      return swap(toSides([literal]));
    case 'in':
      if (Array.isArray(literal)) return toSides(literal);
      return isJsonObject(literal) ? toKeySides(Object.keys(literal)) : FAILING;
    case '<':
      return orderedSides(literal, 'above-or-equal', true);
    case '>=':
      return orderedSides(literal, 'above-or-equal', false);
    case '<=':
      return orderedSides(literal, 'above', true);
    case '>':
      return orderedSides(literal, 'above', false);
  }
}

/** The same comparison with its sides exchanged. */
export const MIRRORED: Readonly<Partial<Record<CompareOperator, CompareOperator>>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

const FAILING: Sides = { true: NO_VALUE, false: NO_VALUE, isExact: true };

function swap({ true: ifTrue, false: ifFalse, isExact }: Sides): Sides {
  return { true: ifFalse, false: ifTrue, isExact };
}

/** Being one of these. Nothing of another type is equal, and no number that JSON cannot say. */
function toSides(literals: readonly Literal[]): Sides {
  const plain = literals.filter(isPlain);
  const values = ofValues(plain);
  if (!plain.some(isJsonObject)) {
    return { true: values, false: differenceOf(PRESENCE, values), isExact: true };
  }
  return { true: unionOf(values, OBJECTS), false: differenceOf(PRESENCE, values), isExact: false };
}

function toKeySides(keys: readonly string[]): Sides {
  const values = ofValues(keys);
  return { true: values, false: differenceOf(PRESENCE, values), isExact: false };
}

/** @param isBelow whether being below the cut is true, and not being above it */
function orderedSides(
  literal: Literal,
  cut: 'above' | 'above-or-equal',
  isBelow: boolean,
): Sides | undefined {
  const sides = upperSides(literal, cut);
  return sides && isBelow ? swap(sides) : sides;
}

function upperSides(literal: Literal, cut: 'above' | 'above-or-equal'): Sides | undefined {
  switch (typeof literal) {
    case 'number': {
      const upper = ofNumbers(cut === 'above' ? numbersAbove(literal) : numbersFrom(literal));
      return { true: upper, false: differenceOf(NUMBERS, upper), isExact: true };
    }
    case 'bigint': {
      const upper = ofNumbers(numbersOver(literal));
      return { true: upper, false: differenceOf(NUMBERS, upper), isExact: true };
    }
    case 'string': {
      // CEL orders by code points; below the surrogates that is the order of code units.
      if (/[\ud800-\uffff]/.test(literal)) return { true: STRINGS, false: STRINGS, isExact: false };
      const upper = ofStrings([cut === 'above' ? `${literal}\0` : literal]);
      return { true: upper, false: differenceOf(STRINGS, upper), isExact: true };
    }
    case 'boolean': {
      const isTrueUpper = cut === 'above-or-equal' || !literal;
      const isFalseUpper = cut === 'above-or-equal' && !literal;
      const upper = (isTrueUpper ? TRUE : 0) | (isFalseUpper ? FALSE : 0);
      return { true: ofFlags(upper), false: ofFlags((TRUE | FALSE) & ~upper), isExact: true };
    }
    default:
      return FAILING;
  }
}

/** Numbers above a whole number that is no double. */
function numbersOver(value: bigint): NumberSet {
  const nearest = Number(value);
  return BigInt(nearest) > value ? numbersFrom(nearest) : numbersAbove(nearest);
}

/** The lengths for which a comparison with a number is true, and for which it is false. Undefined where it fails. */
export function lengthSides(
  operator: CompareOperator,
  literal: Literal,
): Readonly<Record<'true' | 'false', Cuts<number>>> | undefined {
  const sides = sidesOf(operator, literal);
  if (sides === undefined || !sides.isExact) return undefined;
  return { true: toLengths(sides.true), false: toLengths(sides.false) };
}

function toLengths({ numbers }: ValueSet): Cuts<number> {
  return combineCuts(numbers.whole, [0], (a, b) => a && b);
}
