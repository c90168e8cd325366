import type { Target } from '../catalog/entries.ts';
import type { Principal } from '../identity/principal.ts';
import type { Decision, RuleId } from './decision.ts';
import type { CompiledRule, PolicySet } from './policy-set.ts';

/**
 * What policy says about one principal and one target.
 *
 * - nothing permits                → deny, `no-rule`: an approval opens nothing by itself
 * - some rule denies               → deny, with every deny that matches, whatever permits
 * - something permits and approves → approve, with the approving and the permitting rules
 * - something permits              → permit, with every permitting rule
 */
export function decide(policy: PolicySet, principal: Principal, target: Target): Decision {
  return createDecider(policy, principal)(target);
}

/** {@link decide} for many targets of one principal: whom the rules are about is settled once. */
export function createDecider(policy: PolicySet, principal: Principal): (target: Target) => Decision {
  const applicable = policy.rules.filter((rule) => rule.matchesPrincipal(principal));
  return function decideTarget(target) {
    const matching = applicable.filter((rule) => rule.matchesTarget(target));
    const denies = idsOf(matching, 'deny');
    if (denies.length > 0) return { effect: 'deny', rules: denies, reason: 'rule', missingScopes: [] };
    const permits = idsOf(matching, 'permit');
    if (permits.length === 0) {
      return {
        effect: 'deny',
        rules: [],
        reason: 'no-rule',
        missingScopes: findMissingScopes(policy, principal, target),
      };
    }
    const approves = idsOf(matching, 'approve');
    if (approves.length === 0) return { effect: 'permit', rules: permits };
    return { effect: 'approve', rules: [...approves, ...permits].toSorted(byCodeUnit) };
  };
}

/**
 * The smallest set of further scopes that would open a target which nothing permits: one scope, or none.
 *
 * One is enough where any number is. A target opens when one permit matches, a permit's `scopes` are "any of these", and
 * scopes can only make more denies match. Of several that would do, the first in code-unit order.
 */
function findMissingScopes(policy: PolicySet, principal: Principal, target: Target): string[] {
  const opening = findOpeningScope(policy, principal, target, () => true);
  return opening === undefined ? [] : [opening];
}

/**
 * The further scope that a caller may be told of whom {@link decide} denies a target: one that would open it by a rule of a policy
 * with `visibility: step-up`. Of several the first in code-unit order; undefined where the target is to stay hidden.
 *
 * @param obtainable the only scopes that the caller can get, where that is known
 */
export function findStepUpScope(
  policy: PolicySet,
  principal: Principal,
  target: Target,
  obtainable?: readonly string[],
): string | undefined {
  if (!policy.hasStepUp) return undefined;
  return findOpeningScope(policy, principal, target, (rule) => rule.stepUp === true, obtainable);
}

/**
 * @param mayTell of the rules that would permit: those of which one has to be among them
 * @param obtainable absent: any
 */
function findOpeningScope(
  policy: PolicySet,
  principal: Principal,
  target: Target,
  mayTell: (rule: CompiledRule) => boolean,
  obtainable?: readonly string[],
): string | undefined {
  const relevant = policy.rules.filter((rule) => rule.effect !== 'approve' && rule.matchesTarget(target));
  const candidates = new Set(
    relevant.flatMap((rule) => (rule.effect === 'permit' && mayTell(rule) ? (rule.who?.scopes ?? []) : [])),
  );
  return [...candidates].toSorted(byCodeUnit).find((scope) => {
    if (obtainable && !obtainable.includes(scope)) return false;
    const holder = { ...principal, scopes: [...principal.scopes, scope] };
    const matching = relevant.filter((rule) => rule.matchesPrincipal(holder));
    return matching.some(mayTell) && matching.every((rule) => rule.effect === 'permit');
  });
}

/** Of the scopes that a principal holds those that some permit asks for. */
export function heldScopes({ rules }: PolicySet, { scopes }: Principal): string[] {
  const asked = new Set(rules.flatMap(({ effect, who }) => (effect === 'permit' ? (who?.scopes ?? []) : [])));
  return scopes.filter((scope) => asked.has(scope));
}

/** In the set's order, which is by id. */
function idsOf(rules: readonly CompiledRule[], effect: CompiledRule['effect']): RuleId[] {
  return rules.filter((rule) => rule.effect === effect).map((rule) => rule.id);
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
