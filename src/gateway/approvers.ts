import type { Decision } from '../policy/decision.ts';
import type { Who } from '../policy/rule.ts';

type Approver = Extract<Decision, { effect: 'approve' }>['approvers'][number];

/** Who has to say yes, in words: `the human whom the caller acts for, and somebody with groups "managers"`. */
export function describeApprovers(approvers: readonly Approver[]): string {
  return [...new Set(approvers.map(describe))].join(', and ');
}

function describe(approver: Approver): string {
  if (approver === 'self') return 'the human whom the caller acts for';
  const { claims, ...members } = approver;
  const parts = [...Object.entries(members), ...claimsOf(claims)].flatMap(([name, values]) =>
    values === undefined ? [] : [`${name} ${values.map((value) => JSON.stringify(value)).join(' or ')}`],
  );
  return parts.length === 0 ? 'somebody else' : `somebody with ${parts.join(' and ')}`;
}

function claimsOf(claims: Who['claims']): [name: string, values: readonly unknown[]][] {
  return Object.entries(claims ?? {}).map(([name, values]) => [`claim ${name}`, values]);
}
