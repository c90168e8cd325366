import type { Actor, Principal } from '../../identity/principal.ts';
import { escapeControls } from '../../telemetry/escape.ts';
import { paint } from '../terminal.ts';
import type { Report } from './report.ts';

/** A report for reading: what was looked at, who that is, and where it is nobody, why and what to do. */
export function describeReport(report: Report, now: number): string {
  const { known, principal, refusal, stated } = report;
  const verdict =
    known && principal
      ? paint(
          'green',
          `This is ${escapeControls(principal.subject)}, for whom ${escapeControls(issuerName(principal.issuer))} vouches.`,
        )
      : paint(
          'red',
          refusal?.code === 'IDENTITY_UNAVAILABLE' ? 'Whose this is cannot be known now.' : 'This is nobody.',
        );
  const parts = [
    ...(report.steps.length > 0 ? [report.steps.map(toLine).join('\n')] : []),
    verdict,
    ...(principal ? [describePairs(pairsOf(principal, report, now))] : []),
    ...(refusal ? [describeRefusal(refusal)] : []),
    ...(stated
      ? [`What the token says of itself (nobody vouches for it):\n${describePairs(toPairs(stated))}`]
      : []),
    ...(report.rules ? [describeRules(report.rules)] : []),
  ];
  return parts.join('\n\n');
}

function toLine({ name, ok, detail }: Report['steps'][number]): string {
  return `${ok ? paint('green', '✓') : paint('red', '✗')} ${paint('bold', name)}: ${escapeControls(detail)}`;
}

function issuerName(issuer: string): string {
  const own: Readonly<Record<string, string>> = {
    local: 'this machine',
    config: 'the configuration',
    keys: 'a virtual key',
  };
  return Object.hasOwn(own, issuer) ? (own[issuer] ?? issuer) : issuer;
}

type Pairs = readonly (readonly [name: string, value: string])[];

function pairsOf(principal: Principal, { credential }: Report, now: number): Pairs {
  const { issuer, subject, scopes, groups, team, client, act, claims, key } = principal;
  const expires = credential?.expires;
  return [
    ['issuer', issuer],
    ['subject', subject],
    ['scopes', listed(scopes)],
    ['groups', listed(groups)],
    ...optional('team', team),
    ...optional('client', client),
    ...optional('acting', act && describeActor(act)),
    ...(Object.keys(claims).length > 0 ? ([['claims', JSON.stringify(claims)]] as const) : []),
    ...optional('key', key),
    ...optional('bound to', credential?.boundTo),
    ...optional('token id', credential?.tokenId),
    ...optional('expires', expires && `${expires} (in ${toSpan(Date.parse(expires) - now)})`),
  ];
}

function optional(name: string, value: string | undefined): Pairs {
  return value === undefined ? [] : [[name, value]];
}

function listed(texts: readonly string[]): string {
  return texts.join(', ') || 'none';
}

/** The nearest first, as it stands nearest to the call. */
function describeActor({ subject, act }: Actor): string {
  return act ? `${subject}, for whom ${describeActor(act)} acts` : subject;
}

function toPairs(members: Readonly<Record<string, unknown>>): Pairs {
  return Object.entries(members).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
}

function describePairs(pairs: Pairs): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `  ${name.padEnd(width)}  ${escapeControls(value)}`).join('\n');
}

function describeRefusal({ detail, advice }: NonNullable<Report['refusal']>): string {
  return `Why: ${escapeControls(detail)}${advice === undefined ? '' : `\nWhat to do: ${advice}`}`;
}

function describeRules(rules: NonNullable<Report['rules']>): string {
  if (rules.length === 0) return 'No rule of the policies is about it, so every call is denied.';
  const lines = rules.map(({ id, effect }) => `  ${effect.padEnd('approve'.length)}  ${id}`);
  return `Rules of the policies that are about it:\n${lines.join('\n')}`;
}

function toSpan(milliseconds: number): string {
  const units: readonly (readonly [name: string, length: number])[] = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
    ['second', 1000],
  ];
  const [name, length] = units.find(([, one]) => milliseconds >= 2 * one) ?? (['second', 1000] as const);
  const count = Math.max(0, Math.round(milliseconds / length));
  return `${count} ${count === 1 ? name : `${name}s`}`;
}
