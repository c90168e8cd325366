import type { JsonObject } from '../catalog/json.ts';
import type { Target } from '../catalog/entries.ts';
import type { Decision, RuleId } from './decision.ts';
import { isMatch, type Finding } from './examine.ts';
import { putTogether } from './obligations.ts';
import type { Effect } from './rule.ts';

/**
 * The decision that follows from what the rules about a call say of it, in the order of their ids, without what scopes would change.
 */
export function conclude(findings: readonly Finding[], target: Target, args: JsonObject): Decision {
  const matching = findings.filter(isMatch);
  const denies = matching.filter(({ rule }) => rule.effect === 'deny');
  if (denies.length > 0) {
    const isError = denies.every(({ verdict }) => verdict.kind === 'error');
    return deny(isError ? 'condition-error' : 'rule', idsOf(denies, 'deny'));
  }
  const permits = idsOf(matching, 'permit');
  if (permits.length === 0) return deny('no-rule', []);
  const together = putTogether(
    matching.map(({ rule }) => rule),
    target,
    args,
  );
  if (together.kind === 'conflict') return deny('conflict', together.rules);
  const obliged = together.obligations && { obligations: together.obligations };
  const approves = matching.filter(({ rule }) => rule.effect === 'approve');
  if (approves.length === 0) return { effect: 'permit', rules: permits, ...obliged };
  return {
    effect: 'approve',
    rules: matching.map(({ rule }) => rule.id),
    approvers: [...new Set(approves.map(({ rule }) => rule.approvers ?? 'self'))],
    ...obliged,
  };
}

type Reason = Extract<Decision, { effect: 'deny' }>['reason'];

function deny(reason: Reason, rules: readonly RuleId[]): Decision {
  return { effect: 'deny', rules, reason, missingScopes: [] };
}

/** In the set's order, which is by id. */
function idsOf(findings: readonly Finding[], effect: Effect): RuleId[] {
  return findings.flatMap(({ rule }) => (rule.effect === effect ? [rule.id] : []));
}
