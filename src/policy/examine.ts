import { evaluateCondition, type Variables } from './cel/evaluate.ts';
import type { Verdict } from './cel/condition.ts';
import { toVariables, type Facts } from './facts.ts';
import { checkPin, type Pin } from './pins.ts';
import type { CompiledRule, PolicySet } from './policy-set.ts';
import { indexRules } from './rule-index.ts';

/** A rule that is about a principal and a target, and what became of its condition. */
export interface Finding {
  readonly rule: CompiledRule;
  /** Of its condition and its pins together; `true` for a rule without. */
  readonly verdict: Verdict;
  /** Where the rule has a condition and pins: of its condition alone. */
  readonly condition?: Verdict;
  /** The first pin that the call's arguments do not meet. */
  readonly unmet?: Pin;
}

const TRUE: Verdict = { kind: 'true' };
const FALSE: Verdict = { kind: 'false' };

/**
 * What every rule that is about this principal and this target says of the call, in the order of the rules' ids. What is not known
 * yet leaves verdicts `unknown`.
 */
export function examine(policy: PolicySet, facts: Facts): Finding[] {
  return examineRules(indexRules(policy.rules).applicableTo(facts.principal).about(facts.target), facts);
}

/** {@link examine} for rules of which is known that they are about this principal and this target. */
export function examineRules(rules: readonly CompiledRule[], facts: Facts): Finding[] {
  let variables: Variables | undefined;
  return rules.map((rule) => {
    if (rule.when === undefined) return rule.duties ? withPins(rule, TRUE, facts) : { rule, verdict: TRUE };
    variables ??= toVariables(facts);
    const verdict = evaluateCondition(rule.when, variables);
    return rule.duties ? withPins(rule, verdict, facts) : { rule, verdict };
  });
}

/** A finding about a rule whose condition came to `condition`: its pins are conditions, too. */
export function withPins(
  rule: CompiledRule,
  condition: Verdict,
  { target, args }: Pick<Facts, 'target' | 'args'>,
): Finding {
  const pins = rule.duties?.of(target).pins ?? [];
  if (pins.length === 0) return { rule, verdict: condition };
  let verdict = condition;
  for (const pin of pins) {
    const met = checkPin(pin, args);
    if (met.kind === 'false') return { rule, verdict: FALSE, condition, unmet: pin };
    verdict = both(met, verdict);
  }
  return { rule, verdict, condition };
}

/** `first && second`, as CEL has it: false where one is, whatever the other. */
function both(first: Verdict, second: Verdict): Verdict {
  if (first.kind === 'false' || second.kind === 'false') return FALSE;
  if (first.kind === 'true') return second;
  if (second.kind === 'true') return first;
  if (first.kind === 'error' && second.kind === 'error') return first;
  const [left, right] = [toExpression(first), toExpression(second)];
  return { kind: 'unknown', residual: { kind: 'and', left, right, at: right.at } };
}

function toExpression(verdict: Extract<Verdict, { kind: 'error' | 'unknown' }>) {
  if (verdict.kind === 'unknown') return verdict.residual;
  return { kind: 'error', message: verdict.message, at: verdict.at } as const;
}

/** Errors deny: a deny, and an approval, whose condition cannot be evaluated matches; a permit does not. */
export function isMatch({ rule, verdict }: Finding): boolean {
  return verdict.kind === 'true' || (verdict.kind === 'error' && rule.effect !== 'permit');
}
