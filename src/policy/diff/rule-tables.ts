import { toCanonicalJson } from '../../catalog/canonical.ts';
import type { Target } from '../../catalog/entries.ts';
import type { Principal } from '../../identity/principal.ts';
import type { CompiledRule, PolicySet } from '../policy-set.ts';
import { placesRead, type VariablePath } from '../cel/places.ts';

/** The rules of a policy set by target, and what each does where it applies. */
export interface RuleTable {
  readonly rules: readonly CompiledRule[];
  /** By index of the rule: the same number where what the rule does to a call that it is about is the same. */
  readonly consequences: readonly number[];
  /** By index of the rule: where its condition looks into the principal. */
  readonly places: readonly (readonly VariablePath[])[];
  /** Indexes of the rules that are about a target, ascending. Computed on first use. */
  about(target: Target): readonly number[];
  /** By index of the rule, whether it is about a principal. */
  appliesTo(principal: Principal): readonly boolean[];
}

/** Numbers of consequences; two sets that are compared share one. */
export function createConsequences(): (rule: CompiledRule) => number {
  const numbers = new Map<string, number>();
  return ({ effect, when, obligations = null, approvers = 'self' }) => {
    const text = toCanonicalJson([
      effect,
      when?.text ?? null,
      obligations,
      effect === 'approve' ? approvers : null,
    ]);
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, numbers.size);
    return numbers.size - 1;
  };
}

export function createRuleTable(
  { rules }: PolicySet,
  consequenceOf: (rule: CompiledRule) => number,
): RuleTable {
  const byTarget = new Map<Target, readonly number[]>();
  return {
    rules,
    consequences: rules.map(consequenceOf),
    places: rules.map(({ when }) => (when === undefined ? [] : placesRead('principal', when.expression))),
    about(target) {
      const known = byTarget.get(target);
      if (known !== undefined) return known;
      const about = rules.flatMap((rule, index) => (rule.matchesTarget(target) ? [index] : []));
      byTarget.set(target, about);
      return about;
    },
    appliesTo: (principal) => rules.map((rule) => rule.matchesPrincipal(principal)),
  };
}
