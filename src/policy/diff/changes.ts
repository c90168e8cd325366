import { toCanonicalJson } from '../../catalog/canonical.ts';
import type { Facts } from '../facts.ts';
import type { Region } from '../narrow/region.ts';
import type { Change } from './difference.ts';
import { findCallBetween, intersect } from './differing-calls.ts';
import { textOf, type Judgement } from './standing.ts';

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
    compareObligations(before, after),
  ];
  const isUnsure = parts.some((part) => part.isUnsure ?? false);
  return {
    gains: parts.flatMap(({ gains }) => gains),
    losses: [],
    narrowed: [
      ...parts.flatMap(({ narrowed }) => narrowed),
      ...(isUnsure ? [{ kind: 'other-conditions' as const }] : []),
      ...(haveOtherApprovers(before, after) ? [{ kind: 'approvers' as const }] : []),
    ],
  };
}

/** `isUnsure`: there may be more than was found, in either direction. */
type Part = Omit<Changes, 'losses'> & { readonly isUnsure?: boolean };

function compareRegions(before: Region, after: Region, target: Facts['target']): Part {
  if (before === after || textOf(before) === textOf(after)) return NONE;
  const lost = findCallBetween(before, after, target);
  const won = findCallBetween(after, before, target);
  return {
    gains: typeof won === 'object' ? [{ kind: 'more-arguments', example: won.args }] : [],
    narrowed: typeof lost === 'object' ? [{ kind: 'fewer-arguments', example: lost.args }] : [],
    isUnsure: lost === 'unknown' || won === 'unknown',
  };
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
    isUnsure: lost === 'unknown' || won === 'unknown',
  };
}

/** A call of `of` that is not in `not`, with an example where one was found; undefined where there is none. */
function onlyIn(
  of: Region,
  not: Region | undefined,
  target: Facts['target'],
): Pick<Change, 'example'> | 'unknown' | undefined {
  const found = findCallBetween(of, not ?? { permits: [], denies: [] }, target);
  if (found === 'none') return undefined;
  if (found === 'unknown') return not === undefined ? {} : 'unknown';
  return { example: found.args };
}

/** Where all calls are approved by the same, it does not matter by which rule. */
function haveOtherApprovers(before: Judgement, after: Judgement): boolean {
  if (before.standing.approval === undefined || after.standing.approval === undefined) return false;
  const [then, now] = [before, after].map(({ standing }) => standing.approvers ?? []);
  if (toCanonicalJson(then ?? null) !== toCanonicalJson(now ?? null)) return true;
  return then?.length !== 1 && toCanonicalJson(before.approvals) !== toCanonicalJson(after.approvals);
}

function compareObligations(before: Judgement, after: Judgement): Part {
  const [then, now] = [obligationTexts(before), obligationTexts(after)];
  const isAdded = now.some((text) => !then.includes(text));
  const isRemoved = then.some((text) => !now.includes(text));
  return {
    gains: isRemoved && !isAdded ? [{ kind: 'obligations-removed' }] : [],
    narrowed: isAdded ? [{ kind: 'obligations-added' }] : [],
  };
}

function obligationTexts({ obligations }: Judgement): string[] {
  return obligations.map((one) => toCanonicalJson(one));
}
