import type { Constant } from './value.ts';

/** A range of a condition's text, in UTF-16 code units; `end` is not part of it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What a condition can see. */
export const VARIABLES = ['args', 'principal', 'tool', 'call', 'now'] as const;

export type Variable = (typeof VARIABLES)[number];

/**
 * A condition as it is evaluated: what the parser of CEL made of its text, or what partial evaluation left of it. Immutable.
 *
 * `&&`, `||` and the conditional are strict in nothing but what decides them: an error on one side counts only where the other
 * side does not decide (CEL specification, "Logical Operators").
 */
export type Expression = (
  | { readonly kind: 'constant'; readonly value: Constant }
  /** A value that was known when the rest was not, e.g. a claim of the principal. JSON; whole numbers are int. */
  | { readonly kind: 'known'; readonly value: unknown }
  /** Something that fails whenever it is evaluated. */
  | { readonly kind: 'error'; readonly message: string }
  /** A {@link Variable}, or a name that a comprehension or `cel.bind` gives. */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'index'; readonly of: Expression; readonly index: Expression }
  /** The macro `has(of.name)`. */
  | { readonly kind: 'has'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [key: Expression, value: Expression])[] }
  | { readonly kind: 'not' | 'negate'; readonly operand: Expression }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'compare';
      readonly operator: CompareOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'arithmetic';
      readonly operator: '+' | '-' | '*' | '/' | '%';
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'conditional';
      readonly test: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    }
  /** A function; of a method the receiver is the first argument. */
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly isMethod: boolean;
      readonly args: readonly Expression[];
    }
  /** The macros over lists and the keys of maps. `where` is the filter of `map` with three arguments. */
  | {
      readonly kind: 'comprehension';
      readonly macro: 'all' | 'exists' | 'exists_one' | 'map' | 'filter';
      readonly range: Expression;
      readonly item: string;
      readonly where?: Expression;
      readonly body: Expression;
    }
  /** The macro `cel.bind(name, value, body)`. */
  | { readonly kind: 'bind'; readonly name: string; readonly value: Expression; readonly body: Expression }
) & { readonly at: Span };

export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in';
