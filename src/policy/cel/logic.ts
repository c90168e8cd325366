import type { Expression, Span } from './expression.ts';
import { isTest } from './functions.ts';
import { EXHAUSTED, Failure, type Outcome, Residual } from './outcome.ts';
import { keep, type Run } from './program.ts';
import { say } from './scope.ts';
import { kindOf } from './value.ts';

/** True, false, a residual or a failure: what is asked for where something has to hold. */
export function asTest(outcome: Outcome, at: Span): boolean | Residual | Failure {
  if (typeof outcome === 'boolean' || outcome instanceof Residual || outcome instanceof Failure) {
    return outcome;
  }
  return new Failure(`expected true or false, found ${kindOf(outcome)}`, at);
}

/** Whether an expression gives true, false or an error, and nothing else. */
function isBoolean(expression: Expression): boolean {
  switch (expression.kind) {
    case 'compare':
    case 'and':
    case 'or':
    case 'not':
    case 'has':
    case 'error':
      return true;
    case 'constant':
      return typeof expression.value === 'boolean';
    case 'comprehension':
      return expression.macro !== 'map' && expression.macro !== 'filter';
    case 'call':
      return isTest(expression.name);
    case 'conditional':
      return isBoolean(expression.then) && isBoolean(expression.otherwise);
    case 'bind':
      return isBoolean(expression.body);
    default:
      return false;
  }
}

/**
 * Without what only makes sure that it is true or false, for places that make sure of that themselves.
 */
export function bare(expression: Expression): Expression {
  if (expression.kind !== 'and' && expression.kind !== 'or') return expression;
  const { right } = expression;
  const isNeutral = right.kind === 'constant' && right.value === (expression.kind === 'and');
  return isNeutral ? expression.left : expression;
}

/** `expression && true`, in short where that is the same. */
export function testOf(expression: Expression): Expression {
  if (isBoolean(expression)) return expression;
  const { at } = expression;
  return { kind: 'and', left: expression, right: { kind: 'constant', value: true, at }, at };
}

/**
 * `&&` and `||`. `decisive` is what decides on either side, whatever the other side is (CEL specification, "Logical Operators").
 */
export function connect(source: Expression & { readonly kind: 'and' | 'or' }, left: Run, right: Run): Run {
  const decisive = source.kind === 'or';
  return (evaluation, scope) => {
    if (--evaluation.steps < 0) return EXHAUSTED;
    const a = asTest(left(evaluation, scope), source.left.at);
    if (a === decisive) return decisive;
    if (evaluation.steps < 0) return EXHAUSTED;
    const b = asTest(right(evaluation, scope), source.right.at);
    if (b === decisive || a === !decisive) return b instanceof Residual ? keepTest(b.expression) : b;
    if (b === !decisive) return a instanceof Residual ? keepTest(a.expression) : a;
    if (a instanceof Failure && b instanceof Failure) return a;
    return keep(
      {
        ...source,
        left: bare(say(a, source.left, evaluation, scope)),
        right: bare(say(b, source.right, evaluation, scope)),
      },
      evaluation,
    );
  };
}

function keepTest(expression: Expression): Residual {
  return new Residual(testOf(expression));
}

export function invert(source: Expression & { readonly kind: 'not' }, operand: Run): Run {
  return (evaluation, scope) => {
    if (--evaluation.steps < 0) return EXHAUSTED;
    const value = asTest(operand(evaluation, scope), source.at);
    if (typeof value === 'boolean') return !value;
    if (value instanceof Failure) return value;
    return keep({ ...source, operand: bare(value.expression) }, evaluation);
  };
}

export function choose(
  source: Expression & { readonly kind: 'conditional' },
  test: Run,
  then: Run,
  otherwise: Run,
): Run {
  return (evaluation, scope) => {
    if (--evaluation.steps < 0) return EXHAUSTED;
    const value = asTest(test(evaluation, scope), source.test.at);
    if (typeof value === 'boolean') return value ? then(evaluation, scope) : otherwise(evaluation, scope);
    if (value instanceof Failure) return value;
    const a = then(evaluation, scope);
    const b = otherwise(evaluation, scope);
    if (a instanceof Failure && b instanceof Failure) return a;
    return keep(
      {
        ...source,
        test: bare(value.expression),
        then: say(a, source.then, evaluation, scope),
        otherwise: say(b, source.otherwise, evaluation, scope),
      },
      evaluation,
    );
  };
}
