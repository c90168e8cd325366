import { writeExpression } from '../cel/write.ts';
import { evaluateCondition } from '../cel/evaluate.ts';
import { settle } from '../settle.ts';
import type { Decision } from '../decision.ts';
import { judge } from '../diff/standing.ts';
import { examineRules, isMatch } from '../examine.ts';
import { toVariables, type CallFacts, type Facts } from '../facts.ts';
import type { CompiledRule, PolicySet } from '../policy-set.ts';
import { findReasons } from './because.ts';
import type { ConditionExplanation, Explanation, RuleExplanation } from './explanation.ts';
import { findWhatMismatches, findWhoMismatches } from './mismatch.ts';
import { findOtherCalls } from './other-calls.ts';
import { findRemedies } from './remedies.ts';

/** What is to be explained: a call, or without arguments all calls of a target. */
export interface Question extends Pick<Facts, 'principal' | 'target' | 'args'> {
  readonly call: CallFacts;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Without arguments: what else of the calls is said. With arguments all of it is. */
  readonly fixed?: readonly ('call' | 'now')[];
}

/** @param all with the rules that are about other targets, too */
export function explain(policy: PolicySet, question: Question, { all = false } = {}): Explanation {
  const { principal, target, call, now, fixed = [] } = question;
  // A resource has no arguments.
  const args = question.args ?? (target.kind === 'resource' ? {} : undefined);
  const facts: Facts =
    args === undefined
      ? {
          principal,
          target,
          ...(fixed.includes('call') && { call }),
          ...(fixed.includes('now') && { now }),
        }
      : { principal, target, args, call, now };
  const about = policy.rules.filter((rule) => rule.matchesTarget(target));
  const applicable = about.filter((rule) => rule.matchesPrincipal(principal));
  const decision =
    args === undefined ? undefined : settle(policy, principal, target, args, call, now).decision;
  const { standing, isShown } = judge(applicable, {
    principal,
    target,
    ...(target.kind === 'resource' && { args: {} }),
  });
  const rules = (all ? policy.rules : about).map((rule) => explainRule(rule, facts, decision));
  const asked = decision ? { standing, isShown } : judge(applicable, facts);
  const outlook = asked.isShown ? (asked.standing.when ?? 'always') : 'never';
  const isOpen = decision === undefined ? outlook === 'always' : decision.effect !== 'deny';
  return {
    ...(decision && { decision }),
    outlook,
    standing,
    ...(isOpen ? {} : findOtherCalls(applicable, facts, decision !== undefined || outlook === 'never')),
    rules: rules.toSorted(byWeight),
    otherRules: policy.rules.length - about.length,
    remedies: isOpen ? [] : findRemedies(policy, { ...question, ...(args && { args }) }, isShown),
  };
}

function explainRule(rule: CompiledRule, facts: Facts, decision: Decision | undefined): RuleExplanation {
  const { id, effect, who, what, when, obligations, approvers } = rule;
  const [finding] = examineRules([rule], facts);
  const isAbout = rule.matchesPrincipal(facts.principal) && rule.matchesTarget(facts.target);
  const verdict = finding?.verdict ?? { kind: 'false' as const };
  const condition = when === undefined ? undefined : explainCondition(rule, facts);
  const isBesides = isAbout && verdict.kind !== (condition?.verdict ?? 'true');
  return {
    id,
    effect,
    at: rule.positionOf([]),
    matches: !isAbout
      ? 'no'
      : verdict.kind === 'unknown'
        ? 'unknown'
        : finding && isMatch(finding)
          ? 'yes'
          : 'no',
    decides: decision?.rules.includes(id) ?? false,
    who: findWhoMismatches(who, facts.principal),
    what: findWhatMismatches(what, facts.target, effect),
    ...(condition && { condition }),
    ...(isBesides && {
      besides: {
        verdict: verdict.kind,
        ...(finding?.unmet && { pointer: finding.unmet.pointer }),
        ...(verdict.kind === 'error' && { message: verdict.message }),
      },
    }),
    ...(obligations && { obligations }),
    ...(effect === 'approve' && { approvers: approvers ?? 'self' }),
  };
}

function explainCondition({ when }: CompiledRule, facts: Facts): ConditionExplanation | undefined {
  if (when === undefined) return undefined;
  const variables = toVariables(facts);
  const verdict = evaluateCondition(when, variables);
  return {
    text: when.text,
    verdict: verdict.kind,
    ...(verdict.kind === 'error' && { message: verdict.message }),
    reasons: findReasons(when, variables),
    ...(verdict.kind === 'unknown' && { residual: writeExpression(verdict.residual) }),
  };
}

/** The deciding rules first, then those that match, then those that might, then those that are about this caller. */
function byWeight(a: RuleExplanation, b: RuleExplanation): number {
  return weightOf(b) - weightOf(a) || (a.id < b.id ? -1 : 1);
}

function weightOf({ decides, matches, who, what }: RuleExplanation): number {
  if (decides) return 4;
  if (matches !== 'no') return matches === 'yes' ? 3 : 2;
  return who.length === 0 && what.length === 0 ? 1 : 0;
}
