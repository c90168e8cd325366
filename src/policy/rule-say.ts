import { writeExpression } from './cel/write.ts';
import type { RuleId } from './decision.ts';
import { examineRules, type Finding } from './examine.ts';
import type { Facts } from './facts.ts';
import type { CompiledRule, PolicySet } from './policy-set.ts';
import type { Effect } from './rule.ts';
import { valueAt } from '../text/pointer.ts';

/** What one rule says of a call, in words. */
export interface RuleSay {
  readonly id: RuleId;
  readonly effect: Effect;
  readonly say: string;
}

/**
 * What each rule that is about the principal and the target says, and why; then why those of `expected` that are not, are not.
 */
export function sayRules(policy: PolicySet, facts: Facts, expected: readonly RuleId[] = []): RuleSay[] {
  const { principal, target } = facts;
  const about = policy.rules.filter((rule) => rule.matchesPrincipal(principal) && rule.matchesTarget(target));
  const others = policy.rules.filter((rule) => expected.includes(rule.id) && !about.includes(rule));
  return [
    ...examineRules(about, facts).map((finding) => ({
      id: finding.rule.id,
      effect: finding.rule.effect,
      say: sayFinding(finding, facts),
    })),
    ...others.map((rule) => ({ id: rule.id, effect: rule.effect, say: sayOther(rule, facts) })),
  ];
}

function sayFinding({ rule, verdict, condition, unmet }: Finding, { args = {} }: Facts): string {
  if (unmet === undefined || condition?.kind === 'false') return sayVerdict(rule, condition ?? verdict);
  const name = unmet.path.join('.');
  const given = brief(JSON.stringify(valueAt(args, unmet.path) ?? null));
  const holds = rule.when === undefined || condition?.kind !== 'true' ? '' : 'its condition holds, but ';
  return `${holds}it pins \`${name}\` to ${brief(JSON.stringify(unmet.value))}, and the call has ${given}`;
}

function brief(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function sayVerdict({ effect, when }: CompiledRule, verdict: Finding['verdict']): string {
  switch (verdict.kind) {
    case 'true':
      return when === undefined ? 'is about this call' : `its condition holds: ${when.text}`;
    case 'false':
      return when === undefined
        ? 'is not about these arguments'
        : `its condition does not hold: ${when.text}`;
    case 'error': {
      const outcome = effect === 'permit' ? 'so it does not match' : 'and so it matches';
      return `its condition cannot be evaluated (${verdict.message}), ${outcome}: ${when?.text ?? ''}`;
    }
    case 'unknown':
      return `depends on the call: ${writeExpression(verdict.residual)}`;
  }
}

function sayOther(rule: CompiledRule, { principal, target }: Facts): string {
  if (!rule.matchesTarget(target)) return `its \`what\` does not select this ${target.kind}`;
  return rule.matchesPrincipal(principal) ? '' : 'its `who` does not select this caller';
}
