import type { Condition, Verdict } from './condition.ts';
import type { Expression, Variable } from './expression.ts';

/**
 * Stands for a value that is not known, anywhere in {@link Variables}: a whole variable, or a member of one, like an argument that a
 * record keeps masked.
 */
export const UNKNOWN = Symbol('unknown');

/** By name, JSON in which {@link UNKNOWN} may stand for any value; `now` in milliseconds since the epoch. A variable that is absent is unknown. */
export type Variables = { readonly [name in Variable]?: unknown };

/** What one evaluation may cost. A step is about one node that is visited, one item, or 100 characters that are looked through. */
export const MAX_STEPS = 10_000;

/**
 * Evaluates a condition, wholly or as far as what is known goes.
 *
 * Never throws. Bounded by {@link MAX_STEPS}: more is an error; with something unknown it is unknown, for what becomes known may
 * make the costly part irrelevant.
 */
export function evaluateCondition(condition: Pick<Condition, 'expression'>, variables: Variables): Verdict {
  void variables;
  return toError(condition.expression, 'conditions are not evaluated in this version');
}

function toError({ at }: Expression, message: string): Verdict {
  return { kind: 'error', message, at };
}
