import { describeMeasure } from '../../../gateway/ledger/describe-limit.ts';
import type { Change, Entry, LimitChange, Standing } from '../../../policy/diff/difference.ts';
import type { LimitMeasure } from '../../../policy/limit.ts';
import { visible, visibleJson } from '../../audit/safe-text.ts';
import { describeObligations, describeStanding } from '../standing-words.ts';
import { describeWhat, describeWho } from '../selector-words.ts';
import { enumerate } from './names.ts';

/** An example that is longer says more than anybody reads. */
const MOST_OF_AN_EXAMPLE = 300;

/** What an entry says: `hidden, now permitted where amount <= 100`. */
export function describeChange({ before, after }: Pick<Entry, 'before' | 'after'>): string {
  const [then, now] = [describeStanding(before), describeStanding(after)];
  return then === now ? now : `${then}, now ${now}`;
}

/** What is another, one sentence each; nothing for what the two standings say already. */
export function describeDetails(
  { before, after, changes }: Entry,
  section: 'gains' | 'losses' | 'narrowed',
): string[] {
  return changes.flatMap((change): string[] => describeDetail(change, before, after, section));
}

function describeDetail(
  { kind, example, where, obligations = {} }: Change,
  before: Standing,
  after: Standing,
  section: 'gains' | 'losses' | 'narrowed',
): string[] {
  const call =
    example === undefined
      ? ''
      : ` ${describeExample(example)}${where === undefined ? '' : ` where ${visible(where)}`}`;
  switch (kind) {
    case 'shown':
    case 'hidden':
      return [];
    case 'more-arguments':
      return [
        call
          ? `more calls:${call} was denied`
          : 'more calls: it asked for something, and asks for nothing now',
      ];
    case 'fewer-arguments':
      return [
        call
          ? `fewer calls:${call} is denied now`
          : 'fewer calls: it asked for nothing, and asks for something now',
      ];
    case 'other-conditions':
      return [
        `its conditions say something else; whether that ${section === 'gains' ? 'opens' : 'closes'} further calls cannot be told`,
      ];
    case 'approval-added':
      return [`a human has to say yes${call && `, for example to${call}`}`];
    case 'approval-removed':
      return [`no human has to say yes any more${call && `, for example to${call}`}`];
    case 'approvers':
      return [describeOtherApprovers(describeApprovers(before), describeApprovers(after))];
    case 'obligations-added':
      return [`obliged now: ${describeObligations(obligations)}`];
    case 'obligations-removed':
      return [`not obliged any more: ${describeObligations(obligations)}`];
  }
}

function describeOtherApprovers(then: string, now: string): string {
  return then === now
    ? `which of them may say yes to which call is another: ${now}`
    : `another may say yes: ${then}, now ${now}`;
}

function describeApprovers({ approvers = [] }: Standing): string {
  return (
    enumerate(approvers.map((one) => (one === 'self' ? "the caller's own human" : describeWho(one)))) ||
    'nobody'
  );
}

function describeExample(example: NonNullable<Change['example']>): string {
  const text = visibleJson(example);
  return text.length > MOST_OF_AN_EXAMPLE ? `${text.slice(0, MOST_OF_AN_EXAMPLE)}…` : text;
}

/** What became of a limit, in one sentence. */
export function describeLimitChange({ id, change, before, after }: LimitChange): string {
  const name = visible(id);
  if (change === 'added') return `${name} is new: ${after ? describeLimit(after) : ''}`;
  if (change === 'removed') return `${name} is gone: ${before ? describeLimit(before) : ''}`;
  return `${name}: ${before ? describeLimit(before) : ''}, now ${after ? describeLimit(after) : ''}`;
}

function describeLimit({ who, what, measures }: NonNullable<LimitChange['before']>): string {
  const amounts = enumerate(measures.map(describeAmounts));
  return `${amounts} (${describeWho(who)}; ${describeWhat(what)})`;
}

function describeAmounts(measure: LimitMeasure): string {
  const by = measure.by === 'rule' ? 'in all' : `for each ${measure.by}`;
  const zone = measure.kind === 'budget' && measure.timeZone !== undefined ? `, ${measure.timeZone}` : '';
  return `${describeMeasure(measure)}${zone} ${by}${measure.mode === 'soft' ? ', soft' : ''}`;
}
