import type { Effect } from '../../policy/rule.ts';
import type { ReplayGroup, ReplayTotals } from '../../policy/replay/tally.ts';
import { visible } from '../audit/safe-text.ts';
import { count } from '../lock-text.ts';
import { paint } from '../terminal.ts';
import type { Aside } from './past-calls.ts';

/** What a replay found, as people and programs get it. */
export interface ReplayReport {
  /** What the calls were decided by, in words. */
  readonly policies: string;
  readonly totals: ReplayTotals;
  readonly different: readonly ReplayGroup[];
  readonly unclear: readonly ReplayGroup[];
  /** Calls that are in the totals and in neither list: there are too many kinds of them. */
  readonly ungrouped: number;
  /** Calls that policy did not decide, or that are not told apart. */
  readonly aside: readonly Aside[];
  readonly notes: readonly string[];
}

/** Groups of one kind that are shown. */
const MOST_SHOWN = 50;

export function describeReplay(report: ReplayReport): string {
  const { different, unclear, totals, aside, ungrouped } = report;
  return [
    ...section('would be decided differently', totals.different, different, describeChange),
    ...section('cannot be told', totals.unclear, unclear, describeDoubt),
    ...(ungrouped > 0 ? [`${count(ungrouped, 'call')} more, of too many kinds to be told apart`, ''] : []),
    describeTotals(totals),
    ...aside.map(({ why, calls }) => `not decided again: ${count(calls, 'call')} ${visible(why)}`),
  ].join('\n');
}

function section(
  heading: string,
  calls: number,
  groups: readonly ReplayGroup[],
  describe: (group: ReplayGroup) => string[],
): string[] {
  if (groups.length === 0) return [];
  const more = groups.length - MOST_SHOWN;
  return [
    paint('bold', `${count(calls, 'call')} ${heading}`),
    ...groups.slice(0, MOST_SHOWN).flatMap(describe),
    ...(more > 0 ? [`  and ${count(more, 'more kind')}: --json has all`] : []),
    '',
  ];
}

function describeHead({
  before,
  after,
  principal,
  target,
  isGone,
  calls,
  first,
  last,
  example,
}: ReplayGroup): string {
  const change = `${before.effect} -> ${after.effects.join(' or ')}`;
  const gone = isGone ? ' (no longer in the catalog)' : '';
  const span = first === last ? first : `${first} to ${last}`;
  const call = example === undefined ? '' : `, e.g. call ${visible(example)}`;
  return `  ${paint(colourOf(after.effects), change)}  ${visible(target)}${gone}  as ${visible(principal)}: ${count(calls, 'call')}, ${span}${call}`;
}

function colourOf(effects: readonly Effect[]): 'red' | 'yellow' | 'green' {
  if (effects.length > 1) return 'yellow';
  return effects[0] === 'permit' ? 'green' : 'red';
}

function describeChange(group: ReplayGroup): string[] {
  const { before, after } = group;
  return [
    describeHead(group),
    `      then: ${describeRules(before.effect, before.rules)}`,
    `      now:  ${describeRules(after.effects[0] ?? 'deny', after.rules)}`,
  ];
}

function describeDoubt(group: ReplayGroup): string[] {
  return [
    describeHead(group),
    ...group.after.unknown.map(
      ({ rule, reads }) =>
        `      ${visible(rule)} asks for ${visible(reads.join(', ')) || 'what is not known'}, which the record does not hold`,
    ),
  ];
}

function describeRules(effect: Effect, rules: readonly string[]): string {
  if (rules.length > 0) return `${PARTICIPLES[effect]} by ${visible(rules.join(', '))}`;
  return effect === 'deny' ? 'nothing permits it' : PARTICIPLES[effect];
}

const PARTICIPLES: Readonly<Record<Effect, string>> = {
  permit: 'permitted',
  approve: 'a human has to say yes,',
  deny: 'denied',
};

function describeTotals({ calls, same, byOtherRules, different, unclear, gone }: ReplayTotals): string {
  const others = byOtherRules > 0 ? ` (${byOtherRules} of them by other rules)` : '';
  const away = gone > 0 ? `; ${gone} of what is no longer in the catalog` : '';
  return `${count(calls, 'call')}: ${same} the same${others}, ${different} different, ${unclear} that cannot be told${away}`;
}
