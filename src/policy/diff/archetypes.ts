import type { PolicySet } from '../policy-set.ts';
import type { NamedPrincipal } from './principals.ts';
import { signaturesUnder } from './signature.ts';
import { describeTraits, traitsOfCondition, traitsOfWho, withTraits, type Trait } from './traits.ts';

/** Callers nobody has named, of every sort that policies tell apart. */
export interface Archetypes {
  readonly principals: readonly NamedPrincipal[];
  /** How many more there would be. */
  readonly leftOut: number;
}

/** Of one rule with many alternatives the first so many combinations: the rest differs in one value each, which stands alone too. */
const MAX_COMBINATIONS = 12;

/**
 * Archetypes of the callers that policies are about: anyone, whoever has one scope, group, team or claim that a rule names, and
 * whoever has all that a rule asks for at once. Those that no policy tells apart are one, under the name of the first.
 *
 * @param most so many at most, the simple ones first
 */
export function findArchetypes(policies: readonly PolicySet[], most: number): Archetypes {
  const rules = policies.flatMap((policy) => policy.rules);
  const candidates = new Map<string, readonly Trait[]>();
  const add = (traits: readonly Trait[]): void => {
    const name = describeTraits(traits);
    if (!candidates.has(name)) candidates.set(name, traits);
  };
  add([]);
  const asked = rules.map(({ who, when }) => ({ who: traitsOfWho(who), when: traitsOfCondition(when) }));
  for (const { who, when } of asked) for (const trait of [...who.flat(), ...when]) add([trait]);
  for (const { who, when } of asked) {
    const combined = combine(who).slice(0, MAX_COMBINATIONS);
    for (const traits of combined) add(traits);
    const [first = []] = combined;
    for (const trait of when) add([...first, trait]);
    if (when.length > 1) add([...first, ...firstOfEach(when)]);
  }

  const signatureOf = signaturesUnder(policies);
  const found = new Map<string, NamedPrincipal>();
  for (const [name, traits] of candidates) {
    const principal = withTraits(traits);
    const signature = signatureOf(principal);
    if (!found.has(signature)) found.set(signature, { name, kind: 'archetype', principal });
  }
  const all = [...found.values()];
  return { principals: all.slice(0, most), leftOut: Math.max(0, all.length - most) };
}

/** Every choice of one alternative from each list, the first ones first; none where there is nothing to combine. */
function combine(lists: readonly (readonly Trait[])[]): Trait[][] {
  let combined: Trait[][] = [[]];
  for (const alternatives of lists) {
    combined = combined
      .flatMap((traits) => alternatives.map((trait) => [...traits, trait]))
      .slice(0, MAX_COMBINATIONS);
  }
  return combined;
}

/** Of several values for the same thing the first. */
function firstOfEach(traits: readonly Trait[]): Trait[] {
  const firsts = new Map<string, Trait>();
  for (const trait of traits) {
    const what =
      trait.kind === 'claim'
        ? `claim ${trait.path.join('.')}`
        : trait.kind === 'scope' || trait.kind === 'group'
          ? `${trait.kind} ${trait.value}`
          : trait.kind;
    if (!firsts.has(what)) firsts.set(what, trait);
  }
  return [...firsts.values()];
}
