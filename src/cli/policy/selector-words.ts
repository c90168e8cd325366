import type { What, Who } from '../../policy/rule.ts';
import { visible } from '../audit/safe-text.ts';

/** Whom something is about: `group sre and team ops`; `everyone` without. */
export function describeWho(who: Who | undefined): string {
  if (who === undefined) return 'everyone';
  const { claims = {}, ...members } = who;
  const parts = [
    ...Object.entries(members).map(([name, values]) => describeMember(name, values)),
    ...Object.entries(claims).map(([name, values]) => describeMember(`claim ${name}`, values)),
  ];
  return parts.filter((part) => part !== '').join(' and ');
}

/** What something is about: `source helpdesk and access read`; `everything` without. */
export function describeWhat(what: readonly What[] | undefined): string {
  if (what === undefined) return 'everything';
  return what
    .map((one) =>
      Object.entries(one)
        .map(([name, values]) => describeMember(name, values as readonly string[] | undefined))
        .filter((part) => part !== '')
        .join(' and '),
    )
    .join(', or ');
}

function describeMember(name: string, values: readonly unknown[] | undefined): string {
  if (values === undefined) return '';
  return `${visible(name)} ${values.map((value) => visible(String(value))).join(' or ')}`;
}
