import { digestOf, toCanonicalJson } from '../catalog/canonical.ts';
import type { CompiledLimit } from './limit.ts';
import { createResourceReader } from './resource-uri.ts';
import type { PlacedRule, Rule } from './rule.ts';
import { compileWhat, compileWho, type PrincipalMatcher, type TargetMatcher } from './select.ts';

/** All rules of all policy files, ready to decide. Immutable; a reload makes another one. */
export interface PolicySet {
  /** In order of their ids. */
  readonly rules: readonly CompiledRule[];
  /** In order of their ids. */
  readonly limits: readonly CompiledLimit[];
  /** Digest over what the rules say: the same rules in other files, another order or another layout have the same. */
  readonly digest: string;
}

export interface CompiledRule extends PlacedRule {
  readonly matchesPrincipal: PrincipalMatcher;
  readonly matchesTarget: TargetMatcher;
}

/** Compiles rules whose ids are unique. */
export function createPolicySet(rules: readonly PlacedRule[]): PolicySet {
  const reader = createResourceReader();
  const compiled = rules
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((rule) => ({
      ...rule,
      matchesPrincipal: compileWho(rule.who),
      matchesTarget: compileWhat(rule.what, rule.effect, reader),
    }));
  return {
    rules: compiled,
    limits: [],
    digest: digestOf(compiled.map((rule) => [rule.id, toMeaning(rule)])),
  };
}

/** What a rule says, without its id: equal for rules that say the same, whatever the order of their lists. */
export function toMeaning({ effect, who, what, approvers }: Rule): unknown {
  return {
    effect,
    who: who && sortLists(who),
    what: what?.map(sortLists).toSorted(byText),
    approvers: approvers === 'self' ? undefined : approvers && sortLists(approvers),
  };
}

function sortLists(value: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value)].toSorted(byText);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, sortLists(member)]));
}

function byText(a: unknown, b: unknown): number {
  const [left, right] = [toCanonicalJson(a), toCanonicalJson(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
