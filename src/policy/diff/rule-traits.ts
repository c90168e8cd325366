import { toCanonicalJson } from '../../catalog/canonical.ts';
import { placesRead, type VariablePath } from '../cel/places.ts';
import type { CompiledRule } from '../policy-set.ts';

/** What has to be known of a rule to tell where it changes nothing. */
export interface RuleTraits {
  /** The same number where what the rule does to a call that it is about is the same. */
  readonly consequence: number;
  /** Where its condition looks into the principal. */
  readonly places: readonly VariablePath[];
  /** Whether the same comes of it for every target that it is about, before arguments are known. */
  readonly isAlikeForTargets: boolean;
}

/** Traits of the rules of policy sets that are compared. Computed once for each rule. */
export function createRuleTraits(): (rule: CompiledRule) => RuleTraits {
  const numbers = new Map<string, number>();
  const known = new WeakMap<CompiledRule, RuleTraits>();
  return (rule) => {
    let traits = known.get(rule);
    if (traits === undefined) {
      const text = meaningOf(rule);
      const consequence = numbers.get(text) ?? numbers.size;
      numbers.set(text, consequence);
      const read = (variable: 'principal' | 'tool'): VariablePath[] =>
        rule.when === undefined ? [] : placesRead(variable, rule.when.expression);
      const isAlikeForTargets = rule.obligations === undefined && read('tool').length === 0;
      known.set(rule, (traits = { consequence, places: read('principal'), isAlikeForTargets }));
    }
    return traits;
  };
}

function meaningOf({ effect, when, obligations, approvers = 'self' }: CompiledRule): string {
  return toCanonicalJson([
    effect,
    when?.text ?? null,
    obligations ?? null,
    effect === 'approve' ? approvers : null,
  ]);
}
