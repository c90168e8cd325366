import type { Target } from '../catalog/entries.ts';
import type { JsonObject } from '../catalog/json.ts';
import type { Principal } from '../identity/principal.ts';
import { conclude } from './conclude.ts';
import type { Decision } from './decision.ts';
import { examineRules } from './examine.ts';
import type { CallFacts, Facts } from './facts.ts';
import { findOpeningScope, findOpeningScopes } from './opening-scopes.ts';
import type { CompiledRule, PolicySet } from './policy-set.ts';
import { indexRules } from './rule-index.ts';

/**
 * What policy says about one call: who makes it, of what, with which arguments, how it came and when. Never throws.
 *
 * - some rule denies               → deny, with every deny that matches, whatever permits
 * - nothing permits                → deny, `no-rule`: an approval opens nothing by itself
 * - rules contradict each other    → deny, `conflict`, with those that do: their obligations do not go together
 * - something permits and approves → approve, with the approving and the permitting rules
 * - something permits              → permit, with every permitting rule
 *
 * A condition that cannot be evaluated makes a deny and an approval match, and a permit not. A pinned argument is a condition, too. What
 * every rule that matches obliges to is put together in `obligations`.
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
  const about = indexRules(policy.rules).applicableTo(principal).about(target);
  const denies = examineRules(about.filter(isDeny), facts);
  const denied = conclude(denies, target, args);
  if (denied.rules.length > 0) return denied;
  const others = examineRules(
    about.filter((rule) => !isDeny(rule)),
    facts,
  );
  const decision = conclude(others, target, args);
  if (decision.effect !== 'deny' || decision.reason !== 'no-rule') return decision;
  return { ...decision, missingScopes: findOpeningScopes(policy, facts, [...denies, ...others]) };
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
  return policy.hasStepUp ? findOpeningScope(policy, facts, obtainable) : undefined;
}

/** Of the scopes that a principal holds those that some permit asks for. */
export function heldScopes({ rules }: PolicySet, { scopes }: Principal): string[] {
  const asked = new Set(rules.flatMap(({ effect, who }) => (effect === 'permit' ? (who?.scopes ?? []) : [])));
  return scopes.filter((scope) => asked.has(scope));
}

function isDeny({ effect }: CompiledRule): boolean {
  return effect === 'deny';
}
