import type { Target } from '../catalog/entries.ts';
import type { JsonObject } from '../catalog/json.ts';
import type { Principal } from '../identity/principal.ts';
import { decide } from './decide.ts';
import type { Decision, RuleId } from './decision.ts';
import { examine, isMatch, type Finding } from './examine.ts';
import type { CallFacts, Facts } from './facts.ts';
import type { PolicySet } from './policy-set.ts';

/**
 * What policy says of a target as far as that is certain without the arguments: denied only where every call would be, approved by a
 * person only where every call has to be. For what is asked of a target without calling it.
 */
export function decideAhead(
  policy: PolicySet,
  principal: Principal,
  target: Target,
  call: CallFacts,
  now: number,
): Decision {
  // A resource has no arguments.
  const facts: Facts = { principal, target, call, now, ...(target.kind === 'resource' && { args: {} }) };
  const findings = examine(policy, facts);
  const denies = findings.filter((finding) => finding.rule.effect === 'deny' && isMatch(finding));
  if (denies.length > 0) {
    const isError = denies.every(({ verdict }) => verdict.kind === 'error');
    const reason = isError ? 'condition-error' : 'rule';
    return { effect: 'deny', rules: idsOf(denies), reason, missingScopes: [] };
  }
  const permits = findings.filter(
    ({ rule, verdict }) =>
      rule.effect === 'permit' && (verdict.kind === 'true' || verdict.kind === 'unknown'),
  );
  if (permits.length === 0) return { effect: 'deny', rules: [], reason: 'no-rule', missingScopes: [] };
  const approves = findings.filter((finding) => finding.rule.effect === 'approve' && isMatch(finding));
  return approves.length > 0 ? toApproval(approves, permits) : { effect: 'permit', rules: idsOf(permits) };
}

/**
 * {@link decide} for what follows from a call that is permitted, and so needs no permit of its own: it is denied only by a rule that
 * denies it, and needs a person where a rule says so. Undefined where no rule is about it.
 */
export function decideImplied(
  policy: PolicySet,
  principal: Principal,
  target: Target,
  args: JsonObject,
  call: CallFacts,
  now: number,
): Decision | undefined {
  const decision = decide(policy, principal, target, args, call, now);
  if (decision.effect !== 'deny' || decision.reason !== 'no-rule') return decision;
  const approves = examine(policy, { principal, target, args, call, now }).filter(
    (finding) => finding.rule.effect === 'approve' && isMatch(finding),
  );
  return approves.length > 0 ? toApproval(approves, []) : undefined;
}

function toApproval(approves: readonly Finding[], permits: readonly Finding[]): Decision {
  return {
    effect: 'approve',
    rules: idsOf([...approves, ...permits]).toSorted(),
    approvers: [...new Set(approves.map(({ rule }) => rule.approvers ?? 'self'))],
  };
}

function idsOf(findings: readonly Finding[]): RuleId[] {
  return findings.map(({ rule }) => rule.id);
}
