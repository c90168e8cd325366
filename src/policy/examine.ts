import { evaluateCondition, type Variables } from './cel/evaluate.ts';
import type { Verdict } from './cel/condition.ts';
import { toVariables, type Facts } from './facts.ts';
import type { CompiledRule, PolicySet } from './policy-set.ts';

/** A rule that is about a principal and a target, and what became of its condition. */
export interface Finding {
  readonly rule: CompiledRule;
  /** `true` for a rule without a condition. */
  readonly verdict: Verdict;
}

const TRUE: Verdict = { kind: 'true' };

/**
 * What every rule that is about this principal and this target says of the call, in the order of the rules' ids. What is not known
 * yet leaves verdicts `unknown`.
 */
export function examine(policy: PolicySet, facts: Facts): Finding[] {
  const about = policy.rules.filter(
    (rule) => rule.matchesPrincipal(facts.principal) && rule.matchesTarget(facts.target),
  );
  return examineRules(about, facts);
}

/** {@link examine} for rules of which is known that they are about this principal and this target. */
export function examineRules(rules: readonly CompiledRule[], facts: Facts): Finding[] {
  let variables: Variables | undefined;
  return rules.map((rule) => {
    if (rule.when === undefined) return { rule, verdict: TRUE };
    variables ??= toVariables(facts);
    return { rule, verdict: evaluateCondition(rule.when, variables) };
  });
}

/** Errors deny: a deny, and an approval, whose condition cannot be evaluated matches; a permit does not. */
export function isMatch({ rule, verdict }: Finding): boolean {
  return verdict.kind === 'true' || (verdict.kind === 'error' && rule.effect !== 'permit');
}
