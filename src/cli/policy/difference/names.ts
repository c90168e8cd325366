import type { EntryTarget } from '../../../policy/diff/difference.ts';
import type { NamedPrincipal } from '../../../policy/diff/principals.ts';
import { visible } from '../../audit/safe-text.ts';

/** Archetypes are named as long as they are so few. */
const MOST_ARCHETYPES = 3;
const MOST_NAMES = 8;
const MOST_TARGETS = 6;
/** So many names with the same beginning become one glob. */
const FEWEST_TO_FOLD = 3;

/** `dana, erik and 5 archetypes`. */
export function describePrincipals(
  names: readonly string[],
  known: ReadonlyMap<string, NamedPrincipal>,
): string {
  const isArchetype = (name: string): boolean => known.get(name)?.kind === 'archetype';
  const people = names.filter((name) => !isArchetype(name));
  const archetypes = names.filter(isArchetype);
  const shown = people.slice(0, MOST_NAMES).map(visible);
  const parts = [
    ...shown,
    ...(people.length > shown.length ? [`${people.length - shown.length} more`] : []),
    ...(archetypes.length > MOST_ARCHETYPES ? [`${archetypes.length} archetypes`] : archetypes.map(visible)),
  ];
  return enumerate(parts);
}

/** Targets with what there is in all, to say of which there is none that is not meant. */
export interface TargetTotals {
  /** Names by kind and source. */
  of(target: EntryTarget): readonly string[];
}

export function createTargetTotals(targets: readonly EntryTarget[]): TargetTotals {
  const names = new Map<string, string[]>();
  for (const target of targets) {
    const key = groupOf(target);
    const group = names.get(key);
    if (group === undefined) names.set(key, [target.name]);
    else group.push(target.name);
  }
  return { of: (target) => names.get(groupOf(target)) ?? [] };
}

/** One text for each kind and source: `helpdesk_delete_* (4 tools), helpdesk_create_refund`. Where it is all, it says so. */
export function describeTargets(targets: readonly EntryTarget[], totals: TargetTotals): string[] {
  const groups = new Map<string, EntryTarget[]>();
  for (const target of targets) {
    const key = groupOf(target);
    groups.set(key, [...(groups.get(key) ?? []), target]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const noun = nounOf(first, group.length);
    const all = totals.of(first);
    if (all.length === group.length && group.length >= FEWEST_TO_FOLD) {
      return [`all of ${visible(first.source) || 'them'} (${group.length} ${noun})`];
    }
    const parts = fold(group, all);
    const shown = parts.slice(0, MOST_TARGETS);
    const rest = parts.slice(MOST_TARGETS).reduce((sum, { size }) => sum + size, 0);
    const text = shown.map(({ name, size }) =>
      size === 1 ? visible(name) : `${visible(name)} (${size} ${nounOf(first, size)})`,
    );
    const prefix = first.kind === 'tool' ? '' : `${first.kind} `;
    return [`${prefix}${text.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`];
  });
}

/** Names that share their beginning, where no other name begins so, become one. */
function fold(group: readonly EntryTarget[], all: readonly string[]): { name: string; size: number }[] {
  const inAll = Map.groupBy(all, stemOf);
  return [...Map.groupBy(group, ({ name }) => stemOf(name))].flatMap(([stem, members]) => {
    const isAll = inAll.get(stem)?.length === members.length;
    return isAll && members.length >= FEWEST_TO_FOLD
      ? [{ name: `${stem}*`, size: members.length }]
      : members.map(({ name }) => ({ name, size: 1 }));
  });
}

/** The source and the first word of a tool's name: `helpdesk_delete_`. */
function stemOf(name: string): string {
  return /^[^_]*_[A-Za-z0-9]+?(?:[_-]|(?=[A-Z]))/.exec(name)?.[0] ?? name;
}

function groupOf({ kind, source }: EntryTarget): string {
  return `${kind} ${source}`;
}

function nounOf({ kind }: EntryTarget, count: number): string {
  return count === 1 ? kind : `${kind}s`;
}

/** `a`, `a and b`, `a, b and c`. */
export function enumerate(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
