import { toCanonicalJson } from '../catalog/canonical.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Target } from '../catalog/entries.ts';
import { toShownName } from '../catalog/names.ts';
import type { Principal } from '../identity/principal.ts';
import { settle } from './settle.ts';
import type { Decision } from './decision.ts';
import type { PolicySet } from './policy-set.ts';
import { sayRules, type RuleSay } from './rule-say.ts';
import { missingKeywords, schemasAt } from './test-file/narrowed.ts';
import type { DecisionCase, ExpectedNarrowing, TestCase, ViewCase } from './test-file/test-case.ts';
import { view, type View } from './view.ts';

/** What came of one case. */
export interface CaseOutcome {
  readonly case: TestCase;
  /** What is not as expected, a sentence each. Empty: the case passed. */
  readonly failures: readonly string[];
  /** Of a call. */
  readonly decided?: Decision;
  /** What the rules say, where the case failed. */
  readonly says: readonly RuleSay[];
}

/** Makes the tests. The same cases have the same outcomes, at any time and in any place. */
export function runTests(
  { policy, catalog }: { readonly policy: PolicySet; readonly catalog: Catalog },
  cases: readonly TestCase[],
): CaseOutcome[] {
  const views = new Map<Principal, View>();
  return cases.map((one) => {
    if (one.kind === 'decision') return runDecision(policy, one);
    const seen = views.get(one.principal) ?? view(policy, catalog, one.principal);
    views.set(one.principal, seen);
    return runView(policy, seen, one);
  });
}

function runDecision(policy: PolicySet, one: DecisionCase): CaseOutcome {
  const { principal, target, args, call, now, because } = one;
  const { decision: decided } = settle(policy, principal, target, args, call, now);
  const failures = [...compareDecision(one, decided), ...compareObligations(one, decided)];
  const facts = { principal, target, args, call, now };
  return { case: one, failures, decided, says: failures.length > 0 ? sayRules(policy, facts, because) : [] };
}

function compareDecision({ expect, because }: DecisionCase, { effect, rules }: Decision): string[] {
  const isSame = because === undefined || isSameSet(because, rules);
  if (effect === expect && isSame) return [];
  const wanted = because === undefined ? expect : `${expect} because ${listed(because)}`;
  return [`expected ${wanted}`, `decided  ${effect} because ${listed(rules)}`];
}

function compareObligations({ obligations: wanted }: DecisionCase, decided: Decision): string[] {
  if (wanted === undefined) return [];
  const given = decided.effect === 'deny' ? {} : (decided.obligations ?? {});
  return toCanonicalJson(wanted) === toCanonicalJson(given)
    ? []
    : [`expected obligations ${toCanonicalJson(wanted)}, decided ${toCanonicalJson(given)}`];
}

function runView(policy: PolicySet, seen: View, one: ViewCase): CaseOutcome {
  const { principal, shows, hides, narrows } = one;
  const wronglyHidden = shows.filter(({ target }) => !seen.shows(target));
  const wronglyShown = hides.filter(({ target }) => seen.shows(target));
  const otherwiseNarrowed = narrows
    .map((expected) => ({ expected, found: compareNarrowing(seen, expected) }))
    .filter(({ found }) => found.length > 0);
  const failures = [
    ...wronglyHidden.map(({ name }) => `expected ${name} to be shown, it is hidden`),
    ...wronglyShown.map(({ name }) => `expected ${name} to be hidden, it is shown`),
    ...otherwiseNarrowed.flatMap(({ found }) => found),
  ];
  // What the first of them rests on tells the most in the fewest lines.
  const [first] = [
    ...[...wronglyHidden, ...wronglyShown].map(({ target }) => target),
    ...otherwiseNarrowed.map(({ expected }): Target => ({ kind: 'tool', tool: expected.tool })),
  ];
  const says = first === undefined ? [] : sayRules(policy, { principal, target: first });
  return { case: one, failures, says };
}

function compareNarrowing(seen: View, { name, tool, path, keywords }: ExpectedNarrowing): string[] {
  const presented = seen.present(tool);
  const argument = path.length === 0 ? 'the arguments' : path.join('.');
  if (presented === undefined) return [`expected ${name} to be shown, it is hidden`];
  const schemas = schemasAt(presented.inputSchema, path);
  if (keywords === false) {
    return schemas.length === 0 ? [] : [`expected ${name} not to present ${argument}, it does`];
  }
  if (schemas.length === 0) return [`expected ${name} to present ${argument}, it does not`];
  return missingKeywords(schemas, keywords).map((keyword) => {
    const given = schemas.find((schema) => schema[keyword] !== undefined)?.[keyword];
    const found = given === undefined ? 'it has none' : `it is ${JSON.stringify(given)}`;
    return `${name}: expected \`${keyword}\` of ${argument} to be ${JSON.stringify(keywords[keyword])}, ${found}`;
  });
}

/** A target as people name it. */
export function describeTarget(target: Target): string {
  switch (target.kind) {
    case 'tool':
      return toShownName(target.tool.source, target.tool.name);
    case 'resource':
      return `resource ${target.source}+${target.uri}`;
    case 'prompt':
      return `prompt ${toShownName(target.source, target.name)}`;
    case 'model':
      return `model ${target.name}`;
  }
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  const [left, right] = [new Set(a), new Set(b)];
  return left.size === right.size && [...left].every((one) => right.has(one));
}

function listed(rules: readonly string[]): string {
  return rules.length === 0 ? 'nothing permits it' : rules.join(', ');
}
