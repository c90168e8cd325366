import { settle } from '../settle.ts';
import type { RuleId } from '../decision.ts';
import { examineRules, isMatch, type Finding } from '../examine.ts';
import { toVariables } from '../facts.ts';
import type { CompiledRule, PolicySet } from '../policy-set.ts';
import type { Effect, Rule, What } from '../rule.ts';
import { compileWhat, compileWho } from '../select.ts';
import type { PastCall } from './past-call.ts';
import { unknownPaths } from './unknown-paths.ts';

/** What a policy would have decided about a call of the past. */
export interface Judgement {
  /** Where it can be told, one; else those that are possible, `deny` first. */
  readonly effects: readonly Effect[];
  /** The rules that certainly decide. */
  readonly rules: readonly RuleId[];
  /** What stands in the way of telling: the rule, and what it asks that is not known. Empty where it can be told. */
  readonly unknown: readonly { readonly rule: RuleId; readonly reads: readonly string[] }[];
}

/** Decides about calls of the past under a policy. What is not known of a call is neither true nor false. */
export function createJudge(policy: PolicySet): (past: PastCall) => Judgement {
  const reach = policy.rules.map(toReach);
  const known = new Map<string, readonly Candidate[]>();

  /** Callers and targets are few, and their calls many. */
  function candidatesOf(past: PastCall): readonly Candidate[] {
    const key = keyOf(past);
    const before = known.get(key);
    if (before !== undefined) return before;
    const candidates = reach.flatMap((one) => one(past) ?? []);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(key, candidates);
    return candidates;
  }

  return function judge(past) {
    const candidates = candidatesOf(past);
    const findings = examineRules(
      candidates.map(({ rule }) => rule),
      past.facts,
    );
    const verdicts = findings.flatMap((finding, index) => {
      const asks = candidates[index]?.asks ?? [];
      if (asks.length > 0) return isRuledOut(finding) ? [] : [{ ...finding, isSure: false, asks }];
      return [{ ...finding, isSure: finding.verdict.kind !== 'unknown', asks }];
    });
    return verdicts.every(({ isSure }) => isSure) ? decideNow(policy, past) : weigh(verdicts, past);
  };
}

interface Weighed extends Finding {
  readonly isSure: boolean;
  readonly asks: readonly string[];
}

/** Whatever else is true, its condition is not. */
function isRuledOut({ verdict, rule }: Finding): boolean {
  return verdict.kind === 'false' || (verdict.kind === 'error' && rule.effect === 'permit');
}

/** Every verdict is sure, so what is not known decides nothing, and the one decision function can be asked. */
function decideNow(policy: PolicySet, past: PastCall): Judgement {
  const { principal, args = {}, call, now } = past.facts;
  const who = past.knowsClaims ? principal : { ...principal, claims: {} };
  const { effect, rules } = settle(policy, who, past.target, args, call, now).decision;
  return { effects: [effect], rules, unknown: [] };
}

function weigh(verdicts: readonly Weighed[], past: PastCall): Judgement {
  const sure = (effect: Effect): RuleId[] =>
    verdicts
      .filter((one) => one.isSure && one.rule.effect === effect && isMatch(one))
      .map(({ rule }) => rule.id);
  const maybe = (effect: Effect): Weighed[] =>
    verdicts.filter((one) => !one.isSure && one.rule.effect === effect);
  const [denies, permits, approves] = [sure('deny'), sure('permit'), sure('approve')];
  if (denies.length > 0) return { effects: ['deny'], rules: denies, unknown: [] };
  if (permits.length === 0 && maybe('permit').length === 0)
    return { effects: ['deny'], rules: [], unknown: [] };

  const disputed = mayConflict(verdicts);
  const mayDeny = maybe('deny').length > 0 || permits.length === 0 || disputed.length > 0;
  const mayApprove = approves.length > 0 || maybe('approve').length > 0;
  const effects: Effect[] = [
    ...(mayDeny ? (['deny'] as const) : []),
    ...(mayApprove ? (['approve'] as const) : []),
    ...(approves.length === 0 ? (['permit'] as const) : []),
  ];
  const rules = [...approves, ...permits].toSorted();
  if (effects.length === 1) return { effects, rules, unknown: [] };
  const asked = [
    ...maybe('deny'),
    ...maybe('permit').filter((one) => permits.length === 0 || disputed.includes(one)),
    ...maybe('approve').filter((one) => approves.length === 0 || disputed.includes(one)),
  ];
  const unknown = asked.length > 0 ? asked : verdicts.filter(({ isSure }) => !isSure);
  return {
    effects,
    rules,
    unknown: unknown.map((one) => ({ rule: one.rule.id, reads: readsOf(one, past) })),
  };
}

/** Rules that may match, and may then oblige to what does not go together with what others oblige to. */
function mayConflict(verdicts: readonly Weighed[]): readonly Weighed[] {
  const obliging = verdicts.filter(
    (one) => one.rule.obligations !== undefined && (!one.isSure || isMatch(one)),
  );
  return obliging.length < 2 ? [] : obliging;
}

function readsOf({ verdict, asks }: Weighed, past: PastCall): string[] {
  const read = verdict.kind === 'unknown' ? unknownPaths(verdict.residual, toVariables(past.facts)) : [];
  return [...new Set([...asks, ...read])];
}

/** A rule that is about a call, or may be; `asks`: what would have to be known to tell. */
interface Candidate {
  readonly rule: CompiledRule;
  readonly asks: readonly string[];
}

/** Undefined: the rule is not about the call. */
type Reach = (past: PastCall) => Candidate | undefined;

const MAX_KNOWN = 10_000;

/** All that the selectors of rules look at; claims follow from who it is. */
function keyOf({ facts, target, knowsClaims, knowsAttributes }: PastCall): string {
  const { issuer, subject, team, groups, scopes, client } = facts.principal;
  const what =
    target.kind === 'tool'
      ? [target.tool.source, target.tool.name, target.tool.access]
      : [target.source, target.kind === 'resource' ? target.uri : target.name];
  const who = [issuer, subject, team, groups, scopes, client, knowsClaims];
  return JSON.stringify([who, target.kind, what, knowsAttributes]);
}

function toReach(rule: CompiledRule): Reach {
  const matchesWhoBeside = toMatcherBesideClaims(rule);
  const matchesWhatBeside = toMatcherBesideAttributes(rule);
  const claims = Object.keys(rule.who?.claims ?? {}).map((name) => `principal.claims.${name}`);
  return ({ facts, target, knowsClaims, knowsAttributes }) => {
    const principal = knowsClaims ? facts.principal : { ...facts.principal, claims: {} };
    const asks: string[] = [];
    if (!rule.matchesPrincipal(principal)) {
      if (knowsClaims || !matchesWhoBeside?.(principal)) return undefined;
      asks.push(...claims);
    }
    if (!rule.matchesTarget(target)) {
      if (knowsAttributes || !matchesWhatBeside?.(target)) return undefined;
      asks.push('tags, method or path of the tool');
    }
    return { rule, asks };
  };
}

/** Undefined where a rule asks for no claims. */
function toMatcherBesideClaims({ who }: Rule): CompiledRule['matchesPrincipal'] | undefined {
  return who?.claims && compileWho({ ...who, claims: undefined });
}

/** Undefined where a rule asks for nothing that only a document says of a tool. */
function toMatcherBesideAttributes({ what, effect }: Rule): CompiledRule['matchesTarget'] | undefined {
  const asking = what?.filter(({ tag, method, path }) => tag ?? method ?? path) ?? [];
  if (asking.length === 0) return undefined;
  const beside = asking.map((one): What => ({ ...one, tag: undefined, method: undefined, path: undefined }));
  return compileWhat(beside, effect);
}
