import type { Target } from '../catalog/entries.ts';
import type { JsonObject } from '../catalog/json.ts';
import type { Principal } from '../identity/principal.ts';
import type { Decision, RuleId } from './decision.ts';
import { examine, isMatch, type Finding } from './examine.ts';
import type { CallFacts, Facts } from './facts.ts';
import type { CompiledRule, PolicySet } from './policy-set.ts';
import type { Effect } from './rule.ts';

/**
 * What policy says about one call: who makes it, of what, with which arguments, how it came and when. Never throws.
 *
 * - nothing permits                → deny, `no-rule`: an approval opens nothing by itself
 * - some rule denies               → deny, with every deny that matches, whatever permits
 * - something permits and approves → approve, with the approving and the permitting rules
 * - something permits              → permit, with every permitting rule
 *
 * A condition that cannot be evaluated makes a deny and an approval match, and a permit not.
 *
 * @param args as the caller sent them
 * @param now milliseconds since the epoch
 */
export function decide(
  policy: PolicySet,
  principal: Principal,
  target: Target,
  args: JsonObject,
  call: CallFacts,
  now: number,
): Decision {
  const facts: Facts = { principal, target, args, call, now };
  const findings = examine(policy, facts);
  const matching = findings.filter(isMatch);
  const denies = matching.filter(({ rule }) => rule.effect === 'deny');
  if (denies.length > 0) {
    const isError = denies.every(({ verdict }) => verdict.kind === 'error');
    return {
      effect: 'deny',
      rules: denies.map(({ rule }) => rule.id),
      reason: isError ? 'condition-error' : 'rule',
      missingScopes: [],
    };
  }
  const permits = idsOf(matching, 'permit');
  if (permits.length === 0) {
    return { effect: 'deny', rules: [], reason: 'no-rule', missingScopes: findMissingScopes(policy, facts) };
  }
  const approves = matching.filter(({ rule }) => rule.effect === 'approve');
  if (approves.length === 0) return { effect: 'permit', rules: permits };
  return {
    effect: 'approve',
    rules: [...idsOf(approves, 'approve'), ...permits].toSorted(byCodeUnit),
    approvers: [...new Set(approves.map(({ rule }) => rule.approvers ?? 'self'))],
  };
}

/**
 * The smallest set of further scopes that would open a call which nothing permits: one scope, or none.
 *
 * One is enough where any number is, as long as no condition reads the scopes: a call opens when one permit matches, a permit's
 * `scopes` are "any of these", and scopes can only make more denies match. Of several that would do, the first in code-unit order.
 */
function findMissingScopes(policy: PolicySet, facts: Facts): string[] {
  const opening = findOpeningScope(policy, facts, () => true);
  return opening === undefined ? [] : [opening];
}

/**
 * The further scope that a caller may be told of whom {@link decide} denies a call: one that would open it by a rule of a policy
 * with `visibility: step-up`. Of several the first in code-unit order; undefined where the target is to stay hidden.
 *
 * @param obtainable the only scopes that the caller can get, where that is known
 */
export function findStepUpScope(
  policy: PolicySet,
  facts: Facts,
  obtainable?: readonly string[],
): string | undefined {
  if (!policy.hasStepUp) return undefined;
  return findOpeningScope(policy, facts, (rule) => rule.stepUp === true, obtainable);
}

/**
 * @param mayTell of the rules that would permit: those of which one has to be among them
 * @param obtainable absent: any
 */
function findOpeningScope(
  policy: PolicySet,
  facts: Facts,
  mayTell: (rule: CompiledRule) => boolean,
  obtainable?: readonly string[],
): string | undefined {
  const { principal, target } = facts;
  const candidates = new Set(
    policy.rules.flatMap((rule) =>
      rule.effect === 'permit' && rule.who?.scopes && mayTell(rule) && rule.matchesTarget(target)
        ? rule.who.scopes
        : [],
    ),
  );
  return [...candidates].toSorted(byCodeUnit).find((scope) => {
    if (obtainable && !obtainable.includes(scope)) return false;
    const holder = { ...principal, scopes: [...principal.scopes, scope] };
    const matching = examine(policy, { ...facts, principal: holder }).filter(
      (finding) => finding.rule.effect !== 'approve' && isMatch(finding),
    );
    return (
      matching.some(({ rule }) => mayTell(rule)) && matching.every(({ rule }) => rule.effect === 'permit')
    );
  });
}

/** Of the scopes that a principal holds those that some permit asks for. */
export function heldScopes({ rules }: PolicySet, { scopes }: Principal): string[] {
  const asked = new Set(rules.flatMap(({ effect, who }) => (effect === 'permit' ? (who?.scopes ?? []) : [])));
  return scopes.filter((scope) => asked.has(scope));
}

/** In the set's order, which is by id. */
function idsOf(findings: readonly Finding[], effect: Effect): RuleId[] {
  return findings.flatMap(({ rule }) => (rule.effect === effect ? [rule.id] : []));
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
