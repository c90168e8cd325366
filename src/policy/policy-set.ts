import { digestOfText } from '../catalog/canonical.ts';
import type { CompiledLimit, Limit, PlacedLimit } from './limit.ts';
import { keyOfJson } from './key-of-json.ts';
import { compileDuties, type CompiledDuties } from './duties.ts';
import { createResourceReader } from './resource-uri.ts';
import type { PlacedRule, Rule } from './rule.ts';
import { compileWhat, compileWho, type PrincipalMatcher, type TargetMatcher } from './select.ts';

/** All rules of all policy files, ready to decide. Immutable; a reload makes another one. */
export interface PolicySet {
  /** In order of their ids. */
  readonly rules: readonly CompiledRule[];
  /** Whether some rule may be told to callers who lack a scope for it. */
  readonly hasStepUp: boolean;
  /** In order of their ids. */
  readonly limits: readonly CompiledLimit[];
  /** Digest over what the rules and limits say: the same in other files, another order or another layout have the same. */
  readonly digest: string;
}

export interface CompiledRule extends PlacedRule {
  readonly matchesPrincipal: PrincipalMatcher;
  /** False too for a target for which what the rule asks cannot be done. */
  readonly matchesTarget: TargetMatcher;
  /** Absent: it asks for nothing. */
  readonly duties?: CompiledDuties | undefined;
}

/** Compiles rules and limits whose ids are unique. */
export function createPolicySet(
  rules: readonly PlacedRule[],
  limits: readonly PlacedLimit[] = [],
): PolicySet {
  const reader = createResourceReader();
  const compiledRules = rules.toSorted(byId).map((rule): CompiledRule => {
    const isAbout = compileWhat(rule.what, rule.effect, reader);
    const duties = compileDuties(rule);
    return {
      ...rule,
      matchesPrincipal: compileWho(rule.who),
      matchesTarget: duties ? (target) => isAbout(target) && duties.canBeDone(target) : isAbout,
      duties,
    };
  });
  const compiledLimits = limits.toSorted(byId).map((limit) => ({
    ...limit,
    matchesPrincipal: compileWho(limit.who),
    // A limit closes: a URI that a server may read as what the limit is about counts.
    matchesTarget: compileWhat(limit.what, 'deny', reader),
  }));
  return {
    rules: compiledRules,
    hasStepUp: compiledRules.some(({ stepUp }) => stepUp),
    limits: compiledLimits,
    digest: digestOfText(
      keyOfJson([
        ...compiledRules.map((rule) => [rule.id, toMeaning(rule)]),
        ...compiledLimits.map((limit) => [limit.id, toLimitMeaning(limit)]),
      ]),
    ),
  };
}

/** What a rule says, without its id: equal for rules that say the same, whatever the order of their lists. */
export function toMeaning({ effect, who, what, when, obligations, approvers, stepUp }: Rule): unknown {
  return {
    effect,
    who: who && sortLists(who),
    what: what?.map(sortLists).toSorted(byText),
    when: when?.text,
    obligations,
    approvers: approvers === 'self' ? undefined : approvers && sortLists(approvers),
    stepUp,
  };
}

/** What a limit says, without its id: equal for limits that say the same. */
export function toLimitMeaning({ who, what, measures }: Limit): unknown {
  return {
    who: who && sortLists(who),
    what: what?.map(sortLists).toSorted(byText),
    measures: measures.toSorted(byText),
  };
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}

function sortLists(value: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value)].toSorted(byText);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, sortLists(member)]));
}

function byText(a: unknown, b: unknown): number {
  const [left, right] = [keyOfJson(a), keyOfJson(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
