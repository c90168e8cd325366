import type { Who } from '../rule.ts';
import type { Use, UsedBy } from './usage.ts';

export const BY = ['scope', 'group', 'team', 'subject'] as const;

export type By = (typeof BY)[number];

/** Callers of one target who are described together. */
export interface CallerClass {
  readonly who: Who;
  /** A word for them, for the id of a rule. */
  readonly word: string;
  /** What they did. */
  readonly uses: readonly Use[];
}

/** How many callers answer to a description. */
export type CallerSizes = (kind: By, name: string) => number;

export function countCallers(everyone: readonly UsedBy[]): CallerSizes {
  const sizes = new Map<string, number>();
  for (const caller of everyone) {
    for (const kind of BY) {
      for (const name of new Set(namesOf(caller, kind))) {
        const key = `${kind} ${name}`;
        sizes.set(key, (sizes.get(key) ?? 0) + 1);
      }
    }
  }
  return (kind, name) => sizes.get(`${kind} ${name}`) ?? 0;
}

/** Longer texts are in no policy. */
export const MAX_TEXT = 1024;

/**
 * The smallest descriptions that fit the callers of one target: of those that a caller answers to, the one with the fewest other
 * callers of the record; never one that somebody answers to who was refused the target and never permitted it, nor one whose callers
 * were permitted by different conditions.
 *
 * @param uses Of one target, the refused ones as well.
 * @param sizes Of all callers of the record.
 * @param kinds Kinds of descriptions, the first that fits a caller is taken; the subject always fits.
 */
export function describeCallers(
  uses: readonly Use[],
  sizes: CallerSizes,
  kinds: readonly By[],
): CallerClass[] {
  const used = uses.filter(({ calls }) => calls > 0);
  const refused = uses.filter(({ calls }) => calls === 0).map(({ caller }) => caller);
  const classes = new Map<string, CallerClass>();
  const covered = new Set<Use>();
  for (const use of used) {
    if (covered.has(use)) continue;
    const chosen = smallest(use) ?? bySubject(use);
    for (const one of chosen.uses) covered.add(one);
    classes.set(JSON.stringify(chosen.who), chosen);
  }
  return [...classes.values()];

  function smallest(use: Use): CallerClass | undefined {
    for (const kind of kinds) {
      const fitting = namesOf(use.caller, kind)
        .map((name) => ({ name, uses: used.filter(({ caller }) => namesOf(caller, kind).includes(name)) }))
        .filter(({ name, uses: together }) => {
          const isRefused = refused.some((caller) => namesOf(caller, kind).includes(name));
          return !isRefused && together.every((one) => conditionsOf(one) === conditionsOf(use));
        })
        .map((one) => ({
          ...one,
          idle: sizes(kind, one.name) - one.uses.length,
        }))
        .toSorted((a, b) => a.idle - b.idle || b.uses.length - a.uses.length || (a.name < b.name ? -1 : 1));
      const [best] = fitting;
      if (best) return { who: toWho(kind, best.name), word: best.name, uses: best.uses };
    }
    return undefined;
  }

  /** One rule for each subject: the same subject may have called with other groups. */
  function bySubject({ caller: { issuer, subject } }: Use): CallerClass {
    return {
      who: { subject: [subject], issuer: [issuer] },
      word: subject,
      uses: used.filter(({ caller }) => caller.issuer === issuer && caller.subject === subject),
    };
  }
}

function namesOf({ scopes, groups, team }: UsedBy, kind: By): readonly string[] {
  const names = { scope: scopes, group: groups, team: team === undefined ? [] : [team], subject: [] }[kind];
  return names.filter((name) => name !== '' && name.length <= MAX_TEXT);
}

function toWho(kind: By, name: string): Who {
  switch (kind) {
    case 'scope':
      return { scopes: [name] };
    case 'group':
      return { groups: [name] };
    case 'team':
      return { team: [name] };
    case 'subject':
      return { subject: [name] };
  }
}

function conditionsOf({ isPlain, kept, approvals }: Use): string {
  return JSON.stringify([isPlain, [...kept].toSorted(), [...approvals].toSorted()]);
}
