import { toCanonicalJson } from '../catalog/canonical.ts';
import type { Decision, Obligations } from '../policy/decision.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { View } from '../policy/view.ts';
import type { Principal } from '../identity/principal.ts';

/** Policies that are decided beside those in force, for the record alone. */
export interface Shadow {
  readonly policy: PolicySet;
  /** What a principal would see of the catalog. */
  view(principal: Principal): View;
}

/** What shadow policies would have decided, where that is something else. */
export interface ShadowDecision {
  readonly effect: Decision['effect'];
  readonly rules: readonly string[];
  readonly reason?: string;
  /** Where obligations differ: those of the shadow, without the values that it sets. */
  readonly obligations?: Omit<Obligations, 'set'> & { readonly set?: readonly string[] };
  /** Digest of the shadow policies. */
  readonly policy: string;
}

/** Undefined: the two decide the same, for the same rules. Why something is denied without a rule is no difference. */
export function compareWithShadow(
  { policy }: Shadow,
  decision: Decision,
  other: Decision,
): ShadowDecision | undefined {
  const [here, there] = [obligationsOf(decision), obligationsOf(other)];
  const isObliged = toCanonicalJson(here) !== toCanonicalJson(there);
  const hasSameRules = toCanonicalJson(decision.rules) === toCanonicalJson(other.rules);
  if (decision.effect === other.effect && hasSameRules && !isObliged) return undefined;
  const { set, ...rest } = there;
  return {
    effect: other.effect,
    rules: other.rules,
    ...(other.effect === 'deny' && { reason: other.reason }),
    ...(isObliged && { obligations: { ...rest, ...(set && { set: Object.keys(set) }) } }),
    policy: policy.digest,
  };
}

function obligationsOf(decision: Decision): Obligations {
  return decision.effect === 'deny' ? {} : (decision.obligations ?? {});
}
