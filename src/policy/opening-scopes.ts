import type { Principal } from '../identity/principal.ts';
import { conclude } from './conclude.ts';
import { examineRules } from './examine.ts';
import type { Facts } from './facts.ts';
import type { CompiledRule, PolicySet } from './policy-set.ts';
import { readsScopes, textsOf } from './read-expression.ts';
import { indexRules } from './rule-index.ts';

/** How many sets of scopes are tried for one call. */
const MOST_TRIES = 256;

/**
 * The smallest set of further scopes that would open a call which nothing permits; of several the first in code-unit order, of the
 * {@link MOST_TRIES} that are tried. Scopes are those that permits ask for, and texts in conditions that read the caller's scopes.
 *
 * One is enough where any number is, as long as no condition reads the scopes: a call opens when one permit matches, a permit's
 * `scopes` are "any of these", and scopes can only make more rules match that close.
 */
export function findOpeningScopes(policy: PolicySet, facts: Facts): readonly string[] {
  const search = createSearch(policy, facts, () => true);
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
  const { candidates, opens } = createSearch(policy, facts, ({ stepUp }) => stepUp === true);
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

function createSearch(policy: PolicySet, facts: Facts, mayTell: (rule: CompiledRule) => boolean): Search {
  const { principal, target, args = {} } = facts;
  const about = indexRules(policy.rules).about(target);
  const readers = about.filter((rule) => rule.when && readsScopes(rule.when.expression));
  const candidates = new Set<string>();
  for (const rule of about) {
    if (rule.effect !== 'permit' || !mayTell(rule)) continue;
    for (const scope of rule.who?.scopes ?? []) candidates.add(scope);
  }
  // Of any effect: a deny may be silent for whoever has a further scope.
  for (const { when } of readers) {
    for (const text of when ? textsOf(when.expression) : []) candidates.add(text);
  }
  for (const held of principal.scopes) candidates.delete(held);
  // Scopes only make more rules be about somebody: what already is stays so, and is examined once.
  const settled = examineRules(
    about.filter((rule) => !readers.includes(rule) && rule.matchesPrincipal(principal)),
    facts,
  );
  const byScope = new Map<string, CompiledRule[]>();
  for (const rule of about) {
    if (readers.includes(rule) || rule.matchesPrincipal(principal)) continue;
    for (const scope of rule.who?.scopes ?? []) byScope.set(scope, [...(byScope.get(scope) ?? []), rule]);
  }
  return {
    candidates: [...candidates].toSorted(byCodeUnit),
    readsScopes: readers.length > 0,
    opens(scopes) {
      const holder: Principal = { ...principal, scopes: [...principal.scopes, ...scopes] };
      const further = new Set([...readers, ...scopes.flatMap((scope) => byScope.get(scope) ?? [])]);
      const examined = examineRules(
        [...further].filter((rule) => rule.matchesPrincipal(holder)),
        { ...facts, principal: holder },
      );
      const decision = conclude([...settled, ...examined], target, args);
      if (decision.effect === 'deny') return false;
      const known = new Set(decision.rules);
      return about.some((rule) => rule.effect === 'permit' && mayTell(rule) && known.has(rule.id));
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
