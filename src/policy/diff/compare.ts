import { toCanonicalJson } from '../../catalog/canonical.ts';
import type { Target } from '../../catalog/entries.ts';
import type { Principal } from '../../identity/principal.ts';
import { factsAt, type VariablePath } from '../cel/places.ts';
import type { Facts } from '../facts.ts';
import type { CompiledRule, PolicySet } from '../policy-set.ts';
import { indexRules } from '../rule-index.ts';
import { compareJudgements, type Changes } from './changes.ts';
import type { Difference, Entry, EntryTarget } from './difference.ts';
import { compareLimits } from './limits.ts';
import type { NamedPrincipal } from './principals.ts';
import { createRuleTraits } from './rule-traits.ts';
import { signaturesUnder } from './signature.ts';
import { judge, judgeBy, lookAtRules, type Judgement, type Outlooks } from './standing.ts';

/** What two policy sets are compared for. */
export interface Comparison {
  readonly before: PolicySet;
  readonly after: PolicySet;
  readonly targets: readonly ComparedTarget[];
  readonly principals: readonly NamedPrincipal[];
}

export interface ComparedTarget {
  readonly target: Target;
  readonly shown: EntryTarget;
}

/** How much of the work is done, from 0 to 1. */
export type Done = number;

type Verdict = Changes & Pick<Entry, 'before' | 'after'>;

/**
 * Who gains and who loses what. Stops now and then, so that whoever drives it can do something else.
 *
 * Principals whom neither set tells apart are compared once; and a principal and a target only where the rules that are about both do
 * something else on one side than on the other. Entries are in the order of the principals, then of the targets.
 */
export function* comparePolicies({
  before,
  after,
  targets,
  principals,
}: Comparison): Generator<Done, Difference> {
  const compareOne = createComparer(before, after);
  const signatureOf = signaturesUnder([before, after]);
  const bySignature = new Map<string, readonly (readonly [ComparedTarget, Verdict])[]>();
  const gains: Entry[] = [];
  const losses: Entry[] = [];
  const narrowed: Entry[] = [];

  for (const [count, { name, principal }] of principals.entries()) {
    const signature = signatureOf(principal);
    let found = bySignature.get(signature);
    if (found === undefined) {
      const rows: (readonly [ComparedTarget, Verdict])[] = [];
      for (const [index, compared] of targets.entries()) {
        const row = compareOne(compared.target, principal);
        if (row !== undefined) rows.push([compared, row]);
        if (index % 16 === 15) yield (count + index / targets.length) / principals.length;
      }
      bySignature.set(signature, (found = rows));
    }
    for (const [{ shown: target }, verdict] of found) {
      const { before: then, after: now } = verdict;
      const toEntry = (changes: Entry['changes']): Entry[] =>
        changes.length === 0 ? [] : [{ principal: name, target, before: then, after: now, changes }];
      gains.push(...toEntry(verdict.gains));
      losses.push(...toEntry(verdict.losses));
      narrowed.push(...toEntry(verdict.narrowed));
    }
    yield (count + 1) / principals.length;
  }
  return { gains, losses, narrowed, limits: compareLimits(before.limits, after.limits) };
}

/** Compares one principal and one target at a time, and remembers what comes back. Undefined where nothing is another. */
function createComparer(
  before: PolicySet,
  after: PolicySet,
): (target: Target, principal: Principal) => Verdict | undefined {
  const traitsOf = createRuleTraits();
  const sides = [before, after].map((policy) => indexRules(policy.rules));
  const verdicts = new Map<Target, Map<string, Verdict>>();
  const outlooks = new Map<string, Outlooks>();

  const consequencesOf = (rules: readonly CompiledRule[]): string =>
    [...new Set(rules.map((rule) => traitsOf(rule).consequence))].toSorted((a, b) => a - b).join(',');

  const factsOf = (rules: readonly CompiledRule[], principal: Principal): string => {
    const places = new Map<string, VariablePath>();
    for (const rule of rules)
      for (const place of traitsOf(rule).places) places.set(JSON.stringify(place), place);
    // In an order of their own: rules that do the same may stand in another order elsewhere.
    const ordered = [...places].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, place]) => place);
    return toCanonicalJson(factsAt(principal, ordered));
  };

  const judgeSide = (rules: readonly CompiledRule[], key: string, facts: Facts): Judgement => {
    if (facts.target.kind === 'resource' || !rules.every((rule) => traitsOf(rule).isAlikeForTargets)) {
      return judge(rules, facts);
    }
    const known = outlooks.get(key) ?? lookAtRules(rules, facts);
    outlooks.set(key, known);
    return judgeBy(known, facts.target);
  };

  return (target, principal) => {
    const [then = [], now = []] = sides.map((index) => index.applicableTo(principal).about(target));
    const [old, young] = [consequencesOf(then), consequencesOf(now)];
    if (old === young) return undefined;
    const facts = factsOf([...then, ...now], principal);
    const key = `${old} ${young} ${facts}`;
    const ofTarget = verdicts.get(target) ?? new Map<string, Verdict>();
    verdicts.set(target, ofTarget);
    const known = ofTarget.get(key);
    if (known !== undefined) return known;
    // A resource has no arguments.
    const asked: Facts = { principal, target, ...(target.kind === 'resource' && { args: {} }) };
    const [first, second] = [
      judgeSide(then, `${old} ${facts}`, asked),
      judgeSide(now, `${young} ${facts}`, asked),
    ];
    const verdict = {
      ...compareJudgements(first, second, target),
      before: first.standing,
      after: second.standing,
    };
    ofTarget.set(key, verdict);
    return verdict;
  };
}
