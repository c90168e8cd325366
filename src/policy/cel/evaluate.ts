import { compile } from './compile.ts';
import type { Condition, Verdict } from './condition.ts';
import type { Expression } from './expression.ts';
import { asTest, bare } from './logic.ts';
import { EXHAUSTED, Evaluation, Failure } from './outcome.ts';
import type { Run } from './program.ts';
import type { Variables } from './variables.ts';

export { MAX_STEPS } from './outcome.ts';
export { UNKNOWN, type Variables } from './variables.ts';

const TRUE: Verdict = { kind: 'true' };
const FALSE: Verdict = { kind: 'false' };

const compiled = new WeakMap<Expression, Run>();

/**
 * Evaluates a condition, wholly or as far as what is known goes.
 *
 * Never throws. Bounded by `MAX_STEPS`: more is an error; with something unknown it is unknown, for what becomes known may
 * make the costly part irrelevant.
 */
export function evaluateCondition(
  { expression }: Pick<Condition, 'expression'>,
  variables: Variables,
): Verdict {
  let run = compiled.get(expression);
  if (run === undefined) {
    run = compile(expression, []);
    compiled.set(expression, run);
  }
  const evaluation = new Evaluation(variables);
  const outcome = asTest(run(evaluation, undefined), expression.at);
  if (evaluation.steps < 0) {
    return evaluation.metUnknown
      ? { kind: 'unknown', residual: expression }
      : { kind: 'error', message: EXHAUSTED.message, at: expression.at };
  }
  if (typeof outcome === 'boolean') return outcome ? TRUE : FALSE;
  return outcome instanceof Failure
    ? { kind: 'error', message: outcome.message, at: outcome.at }
    : { kind: 'unknown', residual: bare(outcome.expression) };
}
