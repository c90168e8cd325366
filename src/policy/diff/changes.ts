import { toCanonicalJson } from '../../catalog/canonical.ts';
import type { Facts } from '../facts.ts';
import type { Region } from '../narrow/region.ts';
import type { Change, ChangeKind } from './difference.ts';
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
  const byArguments = compareRegions(before.allowed, after.allowed, target);
  const byApproval = compareApprovals(before, after, target);
  const byObligations = compareObligations(before, after);
  const approvers =
    toCanonicalJson(before.standing.approvers ?? null) === toCanonicalJson(after.standing.approvers ?? null);
  const isApprovedOnBoth = before.standing.approval !== undefined && after.standing.approval !== undefined;
  return {
    gains: [...byArguments.gains, ...byApproval.gains, ...byObligations.gains],
    losses: [],
    narrowed: [
      ...byArguments.narrowed,
      ...byApproval.narrowed,
      ...byObligations.narrowed,
      ...(isApprovedOnBoth && !approvers ? [{ kind: 'approvers' as const }] : []),
    ],
  };
}

function compareRegions(before: Region, after: Region, target: Facts['target']): Omit<Changes, 'losses'> {
  return between(before, after, target, { more: 'more-arguments', fewer: 'fewer-arguments' });
}

/** What calls that are allowed on both sides need of a human. */
function compareApprovals(
  before: Judgement,
  after: Judgement,
  target: Facts['target'],
): Omit<Changes, 'losses'> {
  const [allowedBefore, allowedAfter] = [before.allowed, after.allowed];
  if (allowedBefore === undefined || allowedAfter === undefined) return NONE;
  if (before.standing.approval === undefined && after.standing.approval === undefined) return NONE;
  const lost = before.free && onlyIn(intersect(before.free, allowedAfter), after.free, target);
  const won = after.free && onlyIn(intersect(after.free, allowedBefore), before.free, target);
  return {
    gains: won === undefined ? [] : [{ kind: 'approval-removed', ...won }],
    narrowed: lost === undefined ? [] : [{ kind: 'approval-added', ...lost }],
  };
}

/** A call of `of` that is not in `not`, with an example where one was found; undefined where there is none, or none is known. */
function onlyIn(
  of: Region,
  not: Region | undefined,
  target: Facts['target'],
): Pick<Change, 'example'> | undefined {
  const found = findCallBetween(of, not ?? { permits: [], denies: [] }, target);
  if (found === 'none') return undefined;
  if (found === 'unknown') return not === undefined ? {} : undefined;
  return { example: found.args };
}

function between(
  before: Region,
  after: Region,
  target: Facts['target'],
  kinds: { readonly more: ChangeKind; readonly fewer: ChangeKind },
): Omit<Changes, 'losses'> {
  if (before === after || textOf(before) === textOf(after)) return NONE;
  const lost = findCallBetween(before, after, target);
  const won = findCallBetween(after, before, target);
  const isUnknown = [lost, won].includes('unknown') && [lost, won].every((one) => typeof one === 'string');
  return {
    gains: typeof won === 'object' ? [{ kind: kinds.more, example: won.args }] : [],
    narrowed:
      typeof lost === 'object'
        ? [{ kind: kinds.fewer, example: lost.args }]
        : isUnknown
          ? [{ kind: 'other-conditions' }]
          : [],
  };
}

function compareObligations(before: Judgement, after: Judgement): Omit<Changes, 'losses'> {
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
