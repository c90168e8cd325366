import type { Difference, EntryTarget } from '../../../policy/diff/difference.ts';
import { groupEntries } from '../../../policy/diff/group.ts';
import type { NamedPrincipal } from '../../../policy/diff/principals.ts';

/** A difference with what was compared. */
export interface DifferenceReport extends Difference {
  /** How people name the two sides. */
  readonly before: string;
  readonly after: string;
  readonly principals: readonly NamedPrincipal[];
  readonly targets: readonly EntryTarget[];
  /** What was not compared, and why, as sentences without an end. */
  readonly notes: readonly string[];
}

/** The sections of a report for people, in order, with their lines. */
export function groupsOf({ gains, losses, narrowed }: Difference) {
  return {
    gains: groupEntries(gains),
    losses: groupEntries(losses),
    narrowed: groupEntries(narrowed),
  };
}

/** Whether the two sides are another in anything. */
export function isDifferent({ gains, losses, narrowed, limits }: Difference): boolean {
  return gains.length + losses.length + narrowed.length + limits.length > 0;
}

/** `2 gains, 1 loss, 3 narrowed and 1 limit`, counted by lines of the report. */
export function describeCounts(groups: {
  readonly [name in 'gains' | 'losses' | 'narrowed' | 'limits']: number;
}): string {
  const parts = [
    ...count(groups.gains, 'gain', 'gains'),
    ...count(groups.losses, 'loss', 'losses'),
    ...count(groups.narrowed, 'narrowed', 'narrowed'),
    ...count(groups.limits, 'limit', 'limits'),
  ];
  return parts.join(', ') || 'no differences';
}

function count(number: number, one: string, many: string): string[] {
  return number === 0 ? [] : [`${number} ${number === 1 ? one : many}`];
}

/** `3 principals, 12 archetypes and 40 targets`. */
export function describeExtent({ principals, targets }: DifferenceReport): string {
  const archetypes = principals.filter(({ kind }) => kind === 'archetype').length;
  const people = principals.length - archetypes;
  return `${people} ${people === 1 ? 'principal' : 'principals'} and ${archetypes} ${archetypes === 1 ? 'archetype' : 'archetypes'} over ${targets.length} ${targets.length === 1 ? 'target' : 'targets'}`;
}
