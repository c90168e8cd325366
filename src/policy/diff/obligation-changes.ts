import { ALWAYS } from '../cel/made.ts';
import { toCanonicalJson } from '../../catalog/canonical.ts';
import { writeExpression } from '../cel/write.ts';
import type { Facts } from '../facts.ts';
import type { Region } from '../narrow/region.ts';
import type { RuleObligations } from '../rule.ts';
import type { Part } from './changes.ts';
import type { Change } from './difference.ts';
import { findCallBetween, intersect } from './differing-calls.ts';
import { type Duty, type Judgement } from './standing.ts';

/** One thing that is done with calls, and with which. */
interface Member extends Duty {
  /** The same for what does the same. */
  readonly key: string;
}

/** What is done with calls that both sides allow, member by member: a pin, a default, a place that is masked. */
export function compareObligations(before: Judgement, after: Judgement, target: Facts['target']): Part {
  const [allowedBefore, allowedAfter] = [before.allowed, after.allowed];
  if (allowedBefore === undefined || allowedAfter === undefined) return { gains: [], narrowed: [] };
  const [then, now] = [before, after].map(({ duties }) => duties.flatMap(membersOf)) as [Member[], Member[]];
  const both = (): Region => intersect(allowedBefore, allowedAfter);
  const removed = findMissing(then, now, both, target);
  const added = findMissing(now, then, both, target);
  return {
    gains: toChanges('obligations-removed', removed.missing),
    narrowed: toChanges('obligations-added', added.missing),
    mayOpen: removed.isUnsure,
    mayClose: added.isUnsure,
  };
}

function membersOf({ obligations, ...rest }: Duty): Member[] {
  const { set = {}, defaults = {}, select, mask = [], dryRun } = obligations;
  const parts: RuleObligations[] = [
    ...Object.entries(set).map(([pointer, value]) => ({ set: { [pointer]: value } })),
    ...Object.entries(defaults).map(([pointer, value]) => ({ defaults: { [pointer]: value } })),
    ...(select === undefined ? [] : [{ select }]),
    ...mask.map((pointer) => ({ mask: [pointer] })),
    ...(dryRun ? [{ dryRun }] : []),
  ];
  return parts.map((one) => ({ ...rest, obligations: one, key: toCanonicalJson(one) }));
}

/** What of `these` is not done by `those`, for calls that are allowed on both sides. */
function findMissing(
  these: readonly Member[],
  those: readonly Member[],
  both: () => Region,
  target: Facts['target'],
): { missing: readonly RuleObligations[]; isUnsure: boolean } {
  const missing = new Map<string, RuleObligations>();
  let isUnsure = false;
  for (const member of these) {
    const found = isMissing(
      member,
      those.filter((other) => covers(other, member)),
      both,
      target,
    );
    if (found === 'yes') missing.set(member.key, member.obligations);
    else if (found === 'unknown') isUnsure = true;
  }
  return { missing: [...missing.values()], isUnsure };
}

function isMissing(
  member: Member,
  covering: readonly Member[],
  both: () => Region,
  target: Facts['target'],
): 'yes' | 'no' | 'unknown' {
  if (covering.some(({ when }) => when === undefined)) return 'no';
  if (member.when !== undefined) {
    const text = writeExpression(member.when);
    const isSame = ({ when, orError }: Member): boolean =>
      when !== undefined && writeExpression(when) === text && (orError || !member.orError);
    if (covering.some(isSame)) return 'no';
  }
  const region = { permits: [member.when ?? ALWAYS], denies: [] };
  const elsewhere = { permits: covering.flatMap(({ when }) => when ?? []), denies: [] };
  const found = findCallBetween(intersect(region, both()), elsewhere, target);
  if (found === 'none') return member.orError && member.when !== undefined ? 'unknown' : 'no';
  if (found === 'unknown') return covering.length === 0 ? 'yes' : 'unknown';
  return covering.some(({ orError }) => orError) ? 'unknown' : 'yes';
}

/** Whether one does all that the other does. */
function covers({ key, obligations: { mask } }: Member, other: Member): boolean {
  if (key === other.key) return true;
  const [wide] = mask ?? [];
  const [narrow] = other.obligations.mask ?? [];
  if (wide === undefined || narrow === undefined) return false;
  const [parts, longer] = [wide.split('/'), narrow.split('/')];
  return (
    parts.length <= longer.length &&
    parts.every((part, index) => part === longer[index] || (part === '*' && index > 0))
  );
}

/** One change for all members that came or went. */
function toChanges(kind: Change['kind'], members: readonly RuleObligations[]): Change[] {
  if (members.length === 0) return [];
  const merged = members.reduce((all, { set, defaults, select, mask, dryRun }) => ({
    ...all,
    ...(set && { set: { ...all.set, ...set } }),
    ...(defaults && { defaults: { ...all.defaults, ...defaults } }),
    ...(select !== undefined && { select }),
    ...(mask && { mask: [...(all.mask ?? []), ...mask] }),
    ...(dryRun && { dryRun }),
  }));
  return [{ kind, obligations: merged }];
}
