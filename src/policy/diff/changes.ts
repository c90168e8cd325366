import { toCanonicalJson } from '../../catalog/canonical.ts';
import type { Facts } from '../facts.ts';
import type { Region } from '../narrow/region.ts';
import type { Change } from './difference.ts';
import { findCallBetween, intersect, type DifferingCall, type FoundCall } from './differing-calls.ts';
import { compareObligations } from './obligation-changes.ts';
import { EVERYTHING, textOf, type Judgement } from './standing.ts';

/** What is another for one principal and one target, by what it means to the principal. */
export interface Changes {
  readonly gains: readonly Change[];
  readonly losses: readonly Change[];
  readonly narrowed: readonly Change[];
}

const NONE: Changes = { gains: [], losses: [], narrowed: [] };

export function compareJudgements(before: Judgement, after: Judgement, target: Facts['target']): Changes {
  if (before.allowed === undefined || after.allowed === undefined) {
    if (before.allowed === after.allowed) return NONE;
    return after.isShown
      ? { ...NONE, gains: [{ kind: 'shown' }] }
      : { ...NONE, losses: [{ kind: 'hidden' }] };
  }
  const parts = [
    compareRegions(before.allowed, after.allowed, target),
    compareApprovals(before, after, target),
    compareObligations(before, after, target),
  ];
  return {
    gains: [...parts.flatMap(({ gains }) => gains), ...unsureOf(parts, 'mayOpen')],
    losses: [],
    narrowed: [
      ...parts.flatMap(({ narrowed }) => narrowed),
      ...unsureOf(parts, 'mayClose'),
      ...(haveOtherApprovers(before, after) ? [{ kind: 'approvers' as const }] : []),
    ],
  };
}

/** What is found, and whether there may be more of it: that cannot always be told. */
export type Part = Omit<Changes, 'losses'> & { readonly mayOpen?: boolean; readonly mayClose?: boolean };

function unsureOf(parts: readonly Part[], direction: 'mayOpen' | 'mayClose'): Change[] {
  return parts.some((part) => part[direction]) ? [{ kind: 'other-conditions' }] : [];
}

function compareRegions(before: Region, after: Region, target: Facts['target']): Part {
  if (before === after || textOf(before) === textOf(after)) return NONE;
  const lost = findCallBetween(before, after, target);
  const won = findCallBetween(after, before, target);
  // Where one side asks for nothing and the other does, the direction is plain without a call that shows it.
  const [isOpened, isClosed] = [after === EVERYTHING, before === EVERYTHING];
  return {
    gains: changesOf('more-arguments', won, isOpened),
    narrowed: changesOf('fewer-arguments', lost, isClosed),
    mayOpen: won === 'unknown' && !isOpened,
    mayClose: lost === 'unknown' && !isClosed,
  };
}

function changesOf(kind: Change['kind'], found: DifferingCall, isPlain: boolean): Change[] {
  if (typeof found === 'object') return [{ kind, ...exampleOf(found) }];
  return found === 'unknown' && isPlain ? [{ kind }] : [];
}

function exampleOf({ args, where }: FoundCall): Pick<Change, 'example' | 'where'> {
  return { example: args, ...(where !== undefined && { where }) };
}

/** What calls that are allowed on both sides need of a human. */
function compareApprovals(before: Judgement, after: Judgement, target: Facts['target']): Part {
  const [allowedBefore, allowedAfter] = [before.allowed, after.allowed];
  if (allowedBefore === undefined || allowedAfter === undefined) return NONE;
  if (before.standing.approval === undefined && after.standing.approval === undefined) return NONE;
  if (before.free && after.free && textOf(before.free) === textOf(after.free)) return NONE;
  const lost = before.free && onlyIn(intersect(before.free, allowedAfter), after.free, target);
  const won = after.free && onlyIn(intersect(after.free, allowedBefore), before.free, target);
  return {
    gains: typeof won === 'object' ? [{ kind: 'approval-removed', ...won }] : [],
    narrowed: typeof lost === 'object' ? [{ kind: 'approval-added', ...lost }] : [],
    mayOpen: won === 'unknown',
    mayClose: lost === 'unknown',
  };
}

/** A call of `of` that is not in `not`, with an example where one was found; undefined where there is none. */
function onlyIn(
  of: Region,
  not: Region | undefined,
  target: Facts['target'],
): Pick<Change, 'example' | 'where'> | 'unknown' | undefined {
  const found = findCallBetween(of, not ?? { permits: [], denies: [] }, target);
  if (found === 'none') return undefined;
  if (found === 'unknown') return not === undefined ? {} : 'unknown';
  return exampleOf(found);
}

/** Where all calls are approved by the same, it does not matter by which rule. */
function haveOtherApprovers(before: Judgement, after: Judgement): boolean {
  if (before.standing.approval === undefined || after.standing.approval === undefined) return false;
  const [then, now] = [before, after].map(({ standing }) => standing.approvers ?? []);
  if (toCanonicalJson(then ?? null) !== toCanonicalJson(now ?? null)) return true;
  return then?.length !== 1 && toCanonicalJson(before.approvals) !== toCanonicalJson(after.approvals);
}
