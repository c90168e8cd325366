import type { RuleId } from '../decision.ts';
import type { Effect } from '../rule.ts';
import type { Judgement } from './judge.ts';

/** A call that was decided again. */
export interface Replayed {
  /** Its id in the record; absent where it has none. */
  readonly call?: string;
  /** When it was made: RFC 3339, UTC. */
  readonly time: string;
  /** The caller, as people write it. */
  readonly principal: string;
  /** The target, as people write it. */
  readonly target: string;
  /** The target is not in the catalog any more. */
  readonly isGone: boolean;
  readonly before: { readonly effect: Effect; readonly rules: readonly RuleId[] };
  readonly after: Judgement;
}

/** Calls that come out alike: of one caller and one target, by the same rules then and now. */
export interface ReplayGroup extends Pick<Replayed, 'principal' | 'target' | 'isGone' | 'before' | 'after'> {
  readonly calls: number;
  readonly first: string;
  readonly last: string;
  /** The last of them that has an id. */
  readonly example?: string;
}

export interface ReplayTotals {
  readonly calls: number;
  readonly same: number;
  /** Of the same, those that other rules would decide. */
  readonly byOtherRules: number;
  readonly different: number;
  readonly unclear: number;
  /** Of all, those of what is not in the catalog any more. */
  readonly gone: number;
}

/** Adds up calls that were decided again. Memory is bounded by the number of groups. */
export interface ReplayTally {
  add(replayed: Replayed): void;
  totals(): ReplayTotals;
  /** What would be decided differently, the most calls first. */
  different(): readonly ReplayGroup[];
  /** What cannot be told, the most calls first. */
  unclear(): readonly ReplayGroup[];
  /** Calls that are in the totals and in no group: there are too many groups. */
  ungrouped(): number;
}

const MAX_GROUPS = 10_000;

export function createReplayTally(maxGroups = MAX_GROUPS): ReplayTally {
  const groups = { different: new Map<string, ReplayGroup>(), unclear: new Map<string, ReplayGroup>() };
  const totals = { calls: 0, same: 0, byOtherRules: 0, different: 0, unclear: 0, gone: 0 };
  let ungrouped = 0;

  function group(into: Map<string, ReplayGroup>, { time, call, ...rest }: Replayed): void {
    const key = JSON.stringify(rest);
    const known = into.get(key);
    if (known === undefined && groups.different.size + groups.unclear.size >= maxGroups) {
      ungrouped += 1;
      return;
    }
    const example = call ?? known?.example;
    into.set(key, {
      ...rest,
      calls: (known?.calls ?? 0) + 1,
      first: known === undefined || time < known.first ? time : known.first,
      last: known === undefined || time > known.last ? time : known.last,
      ...(example !== undefined && { example }),
    });
  }

  return {
    add(replayed) {
      const outcome = compare(replayed);
      totals.calls += 1;
      totals[outcome] += 1;
      if (replayed.isGone) totals.gone += 1;
      if (outcome !== 'same') group(groups[outcome], replayed);
      else if (!isSameList(replayed.before.rules, replayed.after.rules)) totals.byOtherRules += 1;
    },
    totals: () => ({ ...totals }),
    different: () => inOrder(groups.different),
    unclear: () => inOrder(groups.unclear),
    ungrouped: () => ungrouped,
  };
}

function compare({ before, after }: Replayed): 'same' | 'different' | 'unclear' {
  if (!after.effects.includes(before.effect)) return 'different';
  return after.effects.length === 1 ? 'same' : 'unclear';
}

function isSameList(first: readonly string[], second: readonly string[]): boolean {
  return first.length === second.length && first.every((one) => second.includes(one));
}

function inOrder(groups: ReadonlyMap<string, ReplayGroup>): ReplayGroup[] {
  return [...groups]
    .toSorted(([a, one], [b, other]) => other.calls - one.calls || (a < b ? -1 : 1))
    .map(([, group]) => group);
}
