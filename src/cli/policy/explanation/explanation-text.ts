import type { Decision } from '../../../policy/decision.ts';
import type { Explanation, Remedy } from '../../../policy/explain/explanation.ts';
import { visible, visibleJson } from '../../audit/safe-text.ts';
import { paint } from '../../terminal.ts';
import { enumerate } from '../difference/names.ts';
import { describeWho } from '../selector-words.ts';
import { describeLimit, describeObligations } from '../standing-words.ts';
import { describeRule } from './rule-text.ts';

/** What was asked, in the words of who asked. */
export interface Asked {
  readonly target: string;
  readonly who: string;
  /** Without arguments: the time and the way that are asked about. */
  readonly when?: string;
}

/** An explanation for people at a terminal. */
export function describeExplanation(explanation: Explanation, { target, who, when = '' }: Asked): string {
  const { decision, rules, otherRules } = explanation;
  const head = `${visible(target)} for ${visible(who)}${visible(when)}: ${decision ? describeDecision(decision) : describeOutlook(explanation)}`;
  const isGood = decision ? decision.effect !== 'deny' : explanation.outlook !== 'never';
  const others =
    otherRules === 0
      ? []
      : [paint('dim', `  ${otherRules} ${otherRules === 1 ? 'rule is' : 'rules are'} about other targets`)];
  return [
    paint(['bold', isGood ? 'green' : 'red'], head),
    '',
    paint('bold', 'RULES'),
    ...(rules.length === 0 ? ['  no rule is about it, and what nothing permits is denied'] : []),
    ...rules.flatMap((rule) => describeRule(rule, who)),
    ...others,
    ...section('WHAT IS DONE WITH THE CALL', describeDuties(decision)),
    ...section('WHAT IS SEEN', describeSeen(explanation)),
    ...section('WHAT WOULD BE NEEDED', describeNeeds(explanation)),
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', paint('bold', title), ...lines.map((line) => `  ${line}`)];
}

function describeDecision(decision: Decision): string {
  if (decision.effect === 'permit') return 'permitted';
  if (decision.effect === 'approve') {
    const approvers = decision.approvers.map((one) =>
      one === 'self' ? "the caller's own human" : describeWho(one),
    );
    return `needs the approval of ${enumerate(approvers)}`;
  }
  const reasons = {
    'no-rule': 'nothing permits it',
    rule: `${enumerate(decision.rules.map(visible))} ${decision.rules.length === 1 ? 'denies' : 'deny'} it`,
    'condition-error': `the condition of ${enumerate(decision.rules.map(visible))} cannot be evaluated, and errors deny`,
    conflict: `what ${enumerate(decision.rules.map(visible))} oblige to does not go together`,
  };
  return `denied, ${reasons[decision.reason]}`;
}

function describeOutlook({ outlook, standing }: Explanation): string {
  if (outlook === 'never') return `never permitted${standing.effect === 'deny' ? ', and so hidden' : ''}`;
  const approval = standing.approval === undefined ? '' : `, ${standing.approval} after an approval`;
  return outlook === 'always' ? `always permitted${approval}` : `permitted for some calls${approval}`;
}

function describeDuties(decision: Decision | undefined): string[] {
  if (decision === undefined || decision.effect === 'deny' || decision.obligations === undefined) return [];
  return describeObligations(decision.obligations).split('; ');
}

function describeSeen({ standing }: Explanation): string[] {
  if (standing.effect === 'deny')
    return ['hidden: it is in no list, and a call of it is answered as if it did not exist'];
  const { limits = [], words, obligations = [] } = standing;
  const isNarrowed = limits.length > 0 || words !== undefined;
  return [
    isNarrowed ? 'shown, with a narrowed schema:' : 'shown, with its whole schema',
    ...limits.map(describeLimit).flatMap((text) => (text === '' ? [] : [`  ${text}`])),
    ...(words === undefined ? [] : [`  in words: ${visible(words)}`]),
    ...obligations.map(
      (one) =>
        `  ${describeObligations(one.obligations)}${one.when === undefined ? '' : ` where ${visible(one.when)}`}`,
    ),
  ];
}

const PART_WORDS = {
  args: 'other arguments',
  now: 'another time',
  call: 'another way to call (--via)',
} as const;

/** `another time (Permitted only where …)`, `other arguments, for example {…}`. */
function describeOther({ example, other = [] }: Explanation): string[] {
  return other.flatMap(({ parts, words }) => {
    const hasArguments = parts.includes('args');
    if (hasArguments && parts.length === 1 && example === undefined) return [];
    const shown = hasArguments && example !== undefined ? `, for example ${visibleJson(example)}` : '';
    const said = words === undefined || (hasArguments && parts.length === 1) ? '' : ` (${visible(words)})`;
    return [`${enumerate(parts.map((part) => PART_WORDS[part]))}${shown}${said}`];
  });
}

function describeNeeds(explanation: Explanation): string[] {
  const { decision, outlook, remedies, rules } = explanation;
  const isDenied = decision?.effect === 'deny';
  const call = describeOther(explanation);
  const isClosed = isDenied || (decision === undefined && outlook === 'never');
  const denies = rules
    .filter(({ effect, matches }) => effect === 'deny' && matches === 'yes')
    .map(({ id }) => visible(id));
  const closing =
    denies.length === 0 ? '' : `, while ${enumerate(denies)} ${denies.length === 1 ? 'denies' : 'deny'} it`;
  const none =
    isClosed && remedies.length + call.length === 0
      ? [`nothing that a caller could have more opens it${closing}`]
      : [];
  return [...call, ...remedies.map(describeRemedy), ...none];
}

function describeRemedy({ needs, rule, opens }: Remedy): string {
  const asked = needs.map(({ member, wanted }) => {
    const values = wanted.map((value) => visible(typeof value === 'string' ? value : JSON.stringify(value)));
    return `${visible(member)} ${values.join(' or ')}`;
  });
  return `${enumerate(asked)}${opens === 'sometimes' ? ', for some calls' : ''} ${paint('dim', `(${visible(rule)})`)}`;
}
