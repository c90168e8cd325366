import { toCanonicalJson } from '../../catalog/canonical.ts';
import type { Principal } from '../../identity/principal.ts';
import type { PolicySet } from '../policy-set.ts';
import { factsAt, placesRead, type VariablePath } from '../cel/places.ts';

/**
 * What policies can tell apart of principals, as a text: which rules are about them, and what the conditions of those look at.
 * Two with the same text may do the same.
 */
export function signaturesUnder(policies: readonly PolicySet[]): (principal: Principal) => string {
  const rules = policies.flatMap((policy) => policy.rules);
  const places = rules.map(({ when }) =>
    when === undefined ? [] : placesRead('principal', when.expression),
  );
  return (principal) => {
    const about: number[] = [];
    const read = new Map<string, VariablePath>();
    for (const [index, rule] of rules.entries()) {
      if (!rule.matchesPrincipal(principal)) continue;
      about.push(index);
      for (const path of places[index] ?? []) read.set(JSON.stringify(path), path);
    }
    const facts = factsAt(
      principal,
      [...read.keys()].toSorted().map((key) => read.get(key) ?? []),
    );
    return `${about.join(',')} ${toCanonicalJson(facts)}`;
  };
}
