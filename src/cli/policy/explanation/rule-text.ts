import path from 'node:path';
import type { ReadValue, Reason } from '../../../policy/explain/because.ts';
import type { RuleExplanation } from '../../../policy/explain/explanation.ts';
import type { Mismatch } from '../../../policy/explain/mismatch.ts';
import type { Position } from '../../../policy/problem.ts';
import { cut, visible, visibleJson, visibleOnOneLine } from '../../audit/safe-text.ts';
import { paint, type Style } from '../../terminal.ts';
import { enumerate } from '../difference/names.ts';
import { describeWho } from '../selector-words.ts';
import { describeObligations } from '../standing-words.ts';

/** A value that is longer is cut. */
const MOST_OF_A_VALUE = 200;

/** What one rule says of a call, and why. */
export function describeRule(rule: RuleExplanation, who: string): string[] {
  const [sign, style] = signOf(rule);
  const head = `  ${paint(style, sign)} ${paint('bold', visible(rule.id))}  ${rule.effect}  ${paint('dim', placeOf(rule.at))}`;
  return [head, ...reasonsOf(rule, who).map((line) => `      ${line}`)];
}

function signOf({ matches, effect }: RuleExplanation): readonly [string, Style] {
  if (matches === 'unknown') return ['?', 'yellow'];
  if (matches === 'no') return ['·', 'dim'];
  return effect === 'permit' ? ['+', 'green'] : effect === 'deny' ? ['-', 'red'] : ['!', 'yellow'];
}

function reasonsOf(rule: RuleExplanation, who: string): string[] {
  if (rule.who.length > 0) return [`not about ${visible(who)}: ${enumerate(rule.who.map(describeMismatch))}`];
  if (rule.what.length > 0) {
    return rule.what.map((mismatches) => `not about this: ${enumerate(mismatches.map(describeMismatch))}`);
  }
  return [
    ...describeCondition(rule),
    ...describeBesides(rule),
    ...(rule.obligations === undefined ? [] : [`obliges: ${describeObligations(rule.obligations)}`]),
    ...(rule.approvers === undefined || rule.matches === 'no'
      ? []
      : [
          `may say yes: ${rule.approvers === 'self' ? "the caller's own human" : describeWho(rule.approvers)}`,
        ]),
  ];
}

function describeCondition({ condition, effect, matches }: RuleExplanation): string[] {
  if (condition === undefined) return matches === 'yes' ? ['about this, without a condition'] : [];
  const { verdict, text, reasons, residual } = condition;
  const said = {
    true: 'its condition holds',
    false: 'its condition does not hold',
    error: `its condition cannot be evaluated, so it ${effect === 'permit' ? 'does not match' : 'matches'}`,
    unknown: 'its condition depends on the call',
  }[verdict];
  return [
    `${said}: ${visibleOnOneLine(text)}`,
    ...reasons.flatMap((reason) => describeReason(reason, reason.text === text.trim())),
    ...(residual === undefined ? [] : [`what is left of it: ${visible(residual)}`]),
  ];
}

function describeReason(reason: Reason, isWhole: boolean): string[] {
  const values = reason.values.map(describeValue);
  const with_ = values.length === 0 ? '' : ` with ${enumerate(values)}`;
  const said =
    reason.verdict === 'error'
      ? `fails${reason.message === undefined ? '' : ` (${visible(reason.message)})`}`
      : reason.verdict === 'unknown'
        ? 'is not known yet'
        : `is ${reason.verdict}`;
  if (isWhole && reason.verdict !== 'error') return values.length === 0 ? [] : [enumerate(values)];
  return [
    `${visibleOnOneLine(reason.text)} ${said}${with_} (characters ${reason.at.start + 1} to ${reason.at.end})`,
  ];
}

function describeValue({ name, state, value }: ReadValue): string {
  if (name === 'now' && typeof value === 'number') return `now = ${new Date(value).toISOString()}`;
  if (state === 'known') return `${visible(name)} = ${cut(visibleJson(value), MOST_OF_A_VALUE)}`;
  return `${visible(name)} ${state === 'absent' ? 'is not there' : 'is not known yet'}`;
}

function describeBesides({ besides, obligations }: RuleExplanation): string[] {
  if (besides === undefined) return [];
  const pins = Object.entries(obligations?.set ?? {}).map(
    ([pointer, value]) => `${visible(pointer.slice(1))} to ${visibleJson(value)}`,
  );
  const what = pins.length > 0 ? `it pins ${enumerate(pins)}` : 'it is about a dry run';
  const said = besides.message ?? (besides.pointer && `the call gives another ${besides.pointer.slice(1)}`);
  const why = said === undefined ? '' : `: ${visible(said)}`;
  return besides.verdict === 'unknown'
    ? [`${what}: calls that give another value are not what it is about`]
    : [`${what}, which this call is not${why}`];
}

/** `groups: none of sre, has dev`. */
function describeMismatch({ member, wanted, found }: Mismatch): string {
  if (member === 'kind') return `it is about other kinds of targets`;
  const asked = wanted
    .map((value) => visible(typeof value === 'string' ? value : JSON.stringify(value)))
    .join(' or ');
  const has =
    found === undefined || (Array.isArray(found) && found.length === 0)
      ? 'none'
      : cut(visibleJson(found), 80);
  return `${visible(member)} ${asked} is asked for, and there is ${has}`;
}

/** The file as from the working directory, where it is in there. */
function placeOf({ file, line, column }: Position): string {
  const relative = path.relative('', file);
  return `${visible(relative.startsWith('..') ? file : relative)}:${line}:${column}`;
}
