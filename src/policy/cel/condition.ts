import type { Expression, Span } from './expression.ts';

/** The `when` of a rule, parsed and type-checked. */
export interface Condition {
  /** As written. */
  readonly text: string;
  readonly expression: Expression;
}

/** Why a text is no condition. */
export interface ConditionProblem {
  /** What is wrong and what to do about it, in one sentence without an end. */
  readonly message: string;
  readonly at: Span;
}

/**
 * What became of a condition. Data, never an exception.
 *
 * `unknown`: what is not known yet decides it; `residual` is what is left to be decided. Where the rest becomes known it is
 * true, false or an error exactly where the whole condition is.
 */
export type Verdict =
  | { readonly kind: 'true' }
  | { readonly kind: 'false' }
  | { readonly kind: 'error'; readonly message: string; readonly at: Span }
  | { readonly kind: 'unknown'; readonly residual: Expression };
