import type { Principal } from '../identity/principal.ts';
import { conclude } from './conclude.ts';
import { examine, examineRules, isMatch, type Finding } from './examine.ts';
import type { Facts } from './facts.ts';
import type { CompiledRule, PolicySet } from './policy-set.ts';
import { textsOf } from './read-expression.ts';
import { indexRules } from './rule-index.ts';

/** How many sets of scopes are tried for one call. */
const MOST_TRIES = 256;

/**
 * The smallest set of further scopes that would open a call which nothing permits; of several the first in code-unit order, of the
 * {@link MOST_TRIES} that are tried. Scopes are those that permits ask for, and texts in conditions that read the caller's scopes.
 *
 * One is enough where any number is, as long as no condition reads the scopes: a call opens when one permit matches, a permit's
 * `scopes` are "any of these", and scopes can only make more rules match that close.
 *
 * @param findings about the call as it is
 */
export function findOpeningScopes(
  policy: PolicySet,
  facts: Facts,
  findings: readonly Finding[],
): readonly string[] {
  const search = createSearch(policy, facts, findings, () => true);
  const largest = search.readsScopes ? search.candidates.length : 1;
  let tries = 0;
  for (let size = 1; size <= largest; size += 1) {
    for (const scopes of subsetsOf(search.candidates, size)) {
      if (search.opens(scopes)) return scopes;
      tries += 1;
      if (tries >= MOST_TRIES) return [];
    }
  }
  return [];
}

/** One scope that would open a call by a rule that may be told. Of several the first in code-unit order. */
export function findOpeningScope(
  policy: PolicySet,
  facts: Facts,
  obtainable?: readonly string[],
): string | undefined {
  const { candidates, opens } = createSearch(
    policy,
    facts,
    examine(policy, facts),
    ({ stepUp }) => stepUp === true,
  );
  const reachable = obtainable ? candidates.filter((scope) => obtainable.includes(scope)) : candidates;
  return reachable.slice(0, MOST_TRIES).find((scope) => opens([scope]));
}

interface Search {
  /** In code-unit order. */
  readonly candidates: readonly string[];
  readonly readsScopes: boolean;
  /** Whether a rule that may be told permits with these, and nothing denies. */
  readonly opens: (scopes: readonly string[]) => boolean;
}

/** @param findings about the call as it is */
function createSearch(
  policy: PolicySet,
  facts: Facts,
  findings: readonly Finding[],
  mayTell: (rule: CompiledRule) => boolean,
): Search {
  const { principal, target, args = {} } = facts;
  const readers: CompiledRule[] = [];
  const byScope = new Map<string, CompiledRule[]>();
  const candidates = new Set<string>();
  for (const { rule, isReader } of indexRules(policy.rules).scopedAbout(target)) {
    const { effect, who, when } = rule;
    if (effect === 'permit' && mayTell(rule)) for (const scope of who?.scopes ?? []) candidates.add(scope);
    if (isReader) {
      readers.push(rule);
      // Of any effect: a deny may be silent for whoever has a further scope.
      for (const text of when ? textsOf(when.expression) : []) candidates.add(text);
    } else {
      for (const scope of who?.scopes ?? []) {
        const asking = byScope.get(scope);
        if (asking === undefined) byScope.set(scope, [rule]);
        else asking.push(rule);
      }
    }
  }
  for (const held of principal.scopes) candidates.delete(held);
  // Scopes only make more rules be about somebody: what is found already stays so where no condition reads them.
  const settled = findings.filter(({ rule }) => !readers.includes(rule));
  const found = new Set(settled.map(({ rule }) => rule));
  return {
    candidates: [...candidates].toSorted(byCodeUnit),
    readsScopes: readers.length > 0,
    opens(scopes) {
      const holder: Principal = { ...principal, scopes: [...principal.scopes, ...scopes] };
      const further = new Set([...readers, ...scopes.flatMap((scope) => byScope.get(scope) ?? [])]);
      const examined = examineRules(
        [...further].filter((rule) => !found.has(rule) && rule.matchesPrincipal(holder)),
        { ...facts, principal: holder },
      );
      const all = [...settled, ...examined];
      if (conclude(all, target, args).effect === 'deny') return false;
      return all.some(
        (finding) => finding.rule.effect === 'permit' && mayTell(finding.rule) && isMatch(finding),
      );
    },
  };
}

/** Sets of so many of the values, in the order of the values. */
function* subsetsOf(values: readonly string[], size: number, from = 0): Generator<string[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let index = from; index <= values.length - size; index += 1) {
    for (const rest of subsetsOf(values, size - 1, index + 1)) yield [values[index] ?? '', ...rest];
  }
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
