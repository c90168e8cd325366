import type { Expression } from './expression.ts';
import { EXHAUSTED, type Evaluation, Failure, type Outcome, Residual } from './outcome.ts';
import { say, type Scope } from './scope.ts';
import { UNKNOWN } from './variables.ts';

/** An expression as a function: what evaluating it comes to. */
export type Run = (evaluation: Evaluation, scope: Scope | undefined) => Outcome;

/** What is bound where an expression stands, innermost last. */
export interface Bound {
  readonly name: string;
  /** Whether its value is part of what is known of the principal. */
  readonly isOfPrincipal: boolean;
}

/** Compiles a part of an expression. */
export type Compile = (expression: Expression, bound: readonly Bound[]) => Run;

/** A residual of an expression; `parts` are those of its parts as they are left. */
export function keep(expression: Expression, evaluation: Evaluation): Residual {
  evaluation.metUnknown = true;
  return new Residual(expression);
}

/** An operation on one value that is an error where that is one. */
export function ofOne(
  operand: Run,
  source: Expression,
  apply: (value: Outcome, evaluation: Evaluation) => Outcome,
  rebuild: (operand: Expression) => Expression,
): Run {
  return (evaluation, scope) => {
    if (--evaluation.steps < 0) return EXHAUSTED;
    const value = operand(evaluation, scope);
    if (value instanceof Failure) return value;
    const result = value instanceof Residual ? UNKNOWN : apply(value, evaluation);
    return result === UNKNOWN ? keep(rebuild(say(value, source, evaluation, scope)), evaluation) : result;
  };
}

/** An operation on two values that is an error where one of them is one. `refuse` may tell so by the right one alone. */
export function ofTwo(
  [left, right]: readonly [Run, Run],
  [leftSource, rightSource]: readonly [Expression, Expression],
  apply: (left: Outcome, right: Outcome, evaluation: Evaluation) => Outcome,
  rebuild: (left: Expression, right: Expression) => Expression,
  refuse?: (right: Outcome) => Failure | undefined,
): Run {
  return (evaluation, scope) => {
    if (--evaluation.steps < 0) return EXHAUSTED;
    const a = left(evaluation, scope);
    if (a instanceof Failure) return a;
    const b = right(evaluation, scope);
    if (b instanceof Failure) return b;
    const isResidual = b instanceof Residual;
    const refused = isResidual ? undefined : refuse?.(b);
    if (refused !== undefined) return refused;
    const result = isResidual || a instanceof Residual ? UNKNOWN : apply(a, b, evaluation);
    if (result !== UNKNOWN) return result;
    return keep(
      rebuild(say(a, leftSource, evaluation, scope), say(b, rightSource, evaluation, scope)),
      evaluation,
    );
  };
}

/** An operation on many values that is an error where one of them is one. */
export function ofMany(
  operands: readonly Run[],
  sources: readonly Expression[],
  apply: (values: readonly Outcome[], evaluation: Evaluation) => Outcome,
  rebuild: (operands: readonly Expression[]) => Expression,
): Run {
  return (evaluation, scope) => {
    if (--evaluation.steps < 0) return EXHAUSTED;
    const values: Outcome[] = [];
    let isKnown = true;
    for (const operand of operands) {
      const value = operand(evaluation, scope);
      if (value instanceof Failure) return value;
      isKnown &&= !(value instanceof Residual);
      values.push(value);
    }
    const result = isKnown ? apply(values, evaluation) : UNKNOWN;
    if (result !== UNKNOWN) return result;
    return keep(
      rebuild(sources.map((source, index) => say(values[index], source, evaluation, scope))),
      evaluation,
    );
  };
}
