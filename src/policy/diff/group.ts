import { toCanonicalJson } from '../../catalog/canonical.ts';
import type { Entry, EntryTarget } from './difference.ts';

/** Entries that say the same of the same principals: one line for people. */
export interface EntryGroup {
  readonly principals: readonly string[];
  readonly targets: readonly EntryTarget[];
  /** Of the first of them. Examples and what is left of conditions may be others for the rest. */
  readonly entry: Entry;
}

/** Groups in the order in which their first entries stand. */
export function groupEntries(entries: readonly Entry[]): EntryGroup[] {
  const byTarget = groupBy(entries, (entry) => `${meaningOf(entry)} ${nameOf(entry.target)}`).map(
    (alike) => ({
      entries: alike,
      principals: alike.map(({ principal }) => principal),
    }),
  );
  return groupBy(byTarget, ({ entries: [first], principals }) =>
    toCanonicalJson([principals, first ? meaningOf(first) : '']),
  ).flatMap((alike) => {
    const entry = alike[0]?.entries[0];
    if (entry === undefined) return [];
    const targets = alike.flatMap(({ entries: [first] }) => first?.target ?? []);
    return [{ principals: alike[0]?.principals ?? [], targets, entry }];
  });
}

/** What an entry says, without whom it is about and what. */
function meaningOf({ before, after, changes }: Entry): string {
  return toCanonicalJson([before, after, changes.map(({ kind }) => kind)]);
}

function nameOf({ kind, source, name }: EntryTarget): string {
  return toCanonicalJson([kind, source, name]);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
