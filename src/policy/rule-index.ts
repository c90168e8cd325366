import type { Target } from '../catalog/entries.ts';
import type { Principal } from '../identity/principal.ts';
import type { CompiledRule } from './policy-set.ts';
import { createPrincipalIndex } from './principal-index.ts';
import { readsScopes } from './read-expression.ts';
import { createTargetIndex } from './target-index.ts';

/** Finds the rules about somebody and something without asking every rule. */
export interface RuleIndex {
  /** The rules about a target to which it makes a difference which scopes a caller has, in the order of the rules. */
  scopedAbout(target: Target): readonly ScopedRule[];
  /** Remembered for as long as the principal is. */
  applicableTo(principal: Principal): Applicable;
}

/** A rule that asks for scopes, or whose condition reads them. */
export interface ScopedRule {
  readonly rule: CompiledRule;
  readonly isReader: boolean;
}

/** Those of the rules that are about one principal. */
export interface Applicable {
  /** In the order of the rules. */
  readonly rules: readonly CompiledRule[];
  has(rule: CompiledRule): boolean;
  /** Those that are about a target, in the order of the rules. The same list for targets that no rule tells apart. */
  about(target: Target): readonly CompiledRule[];
}

const indexes = new WeakMap<readonly CompiledRule[], RuleIndex>();

/** The index of these rules; made on first use. */
export function indexRules(rules: readonly CompiledRule[]): RuleIndex {
  let index = indexes.get(rules);
  if (index === undefined) {
    index = createIndex(rules);
    indexes.set(rules, index);
  }
  return index;
}

function createIndex(rules: readonly CompiledRule[]): RuleIndex {
  const positions = new Map(rules.map((rule, position) => [rule, position]));
  const findAbout = createTargetIndex(rules);
  const findApplicable = createPrincipalIndex(rules);
  const scoped = rules.map((rule): ScopedRule | undefined => {
    const isReader = rule.when !== undefined && readsScopes(rule.when.expression);
    return isReader || rule.who?.scopes ? { rule, isReader } : undefined;
  });
  const scopedLists = new Map<readonly number[], readonly number[]>();
  const isScoped = (position: number): boolean => scoped[position] !== undefined;
  const known = new WeakMap<Principal, Applicable>();
  const toRules = (found: readonly number[]): CompiledRule[] =>
    found.flatMap((position) => rules[position] ?? []);

  function createApplicable(principal: Principal): Applicable {
    const applies = findApplicable(principal);
    const isApplicable = (position: number): boolean => applies[position] === 1;
    const filtered = new Map<readonly number[], readonly number[]>();
    const lists = new Map<readonly number[], readonly CompiledRule[]>();
    return {
      get rules() {
        return rules.filter((_, position) => isApplicable(position));
      },
      has: (rule) => isApplicable(positions.get(rule) ?? -1),
      about(target) {
        const { wide, close } = findAbout(target);
        let alike = filtered.get(wide);
        if (alike === undefined) filtered.set(wide, (alike = wide.filter(isApplicable)));
        const own = close.filter(isApplicable);
        if (own.length > 0) return toRules(merge(alike, own));
        let list = lists.get(wide);
        if (list === undefined) lists.set(wide, (list = toRules(alike)));
        return list;
      },
    };
  }

  return {
    scopedAbout(target) {
      const { wide, close } = findAbout(target);
      let alike = scopedLists.get(wide);
      if (alike === undefined) scopedLists.set(wide, (alike = wide.filter(isScoped)));
      return merge(alike, close.filter(isScoped)).flatMap((position) => scoped[position] ?? []);
    },
    applicableTo(principal) {
      let applicable = known.get(principal);
      if (applicable === undefined) known.set(principal, (applicable = createApplicable(principal)));
      return applicable;
    },
  };
}

/** Two ascending lists without a member in common as one. */
function merge(first: readonly number[], second: readonly number[]): readonly number[] {
  if (second.length === 0) return first;
  if (first.length === 0) return second;
  return [...first, ...second].toSorted((a, b) => a - b);
}
