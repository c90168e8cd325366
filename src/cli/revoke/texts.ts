import type { LoadedConfig } from '../../config/load.ts';
import type { Revocation, Revoked } from '../../identity/revocations/revocation.ts';
import { visible } from '../audit/safe-text.ts';
import { table } from '../terminal.ts';
import { describeHeld, type Held } from './subjects.ts';

/** `"dana" of https://login.example.com, with client app` */
export function describeRevoked({
  issuer,
  subject,
  client,
  key,
  tokenId,
}: Omit<Revoked, 'issuer'> & { readonly issuer: string | undefined }): string {
  const rest = [
    client === undefined ? '' : `, with client ${client}`,
    key === undefined ? '' : `, with key ${key}`,
    tokenId === undefined ? '' : `, with token ${tokenId}`,
  ];
  return `"${subject}"${issuer === undefined ? '' : ` of ${issuer}`}${rest.join('')}`;
}

/** What was done, and what it means. `ending`: what it ends of a subject that this server knows itself. */
export function describeRevocation(
  revocation: Revocation,
  ending: Held | undefined,
  loaded: LoadedConfig,
): string {
  const { before, skewMs, until, client, tokenId } = revocation;
  const instant = toTime(before);
  const isOfKeys = ending !== undefined && client === undefined && tokenId === undefined;
  const hasStatic = isOfKeys && ending.staticKeys.length > 0;
  return [
    `Revoked: ${describeRevoked(revocation)}. Credentials made up to ${instant} count no more, at every gateway that shares this state.`,
    ...(isOfKeys ? [`That ends ${describeHeld(ending, loaded)}.`] : []),
    ...(hasStatic
      ? [
          `A static key stays in identity.keys, and counts no more until this is taken back (--undo) or forgotten, at ${toTime(until)}: take it out by then.`,
        ]
      : []),
    ...(isOfKeys ? ['A virtual key that is made from now on counts.'] : []),
    'Sessions and streams that were opened with them end at once; how many those are is known at the gateways alone.',
    ...(skewMs === 0
      ? []
      : [
          `The clock of the issuer may be ${skewMs / 1000} s ahead (clockSkewSeconds): what it makes within as many seconds after ${instant} is refused too.`,
        ]),
    `Credentials that do not say when they were made are refused until ${toTime(until)}, when this is forgotten: no credential that is to stay revoked may live longer (--for).`,
  ].join('\n');
}

/** For `--json`. */
export function toShownEnding({ virtualKeys, staticKeys }: Held) {
  return { virtualKeys: virtualKeys.map(({ name }) => name), staticKeys };
}

export function toShown(revocation: Revocation) {
  const { issuer, subject, client, key, tokenId, before, at, until } = revocation;
  return {
    issuer,
    subject,
    ...(client !== undefined && { client }),
    ...(key !== undefined && { key }),
    ...(tokenId !== undefined && { tokenId }),
    before: toTime(before),
    at: toTime(at),
    until: toTime(until),
  };
}

export function tableOfRevocations(revocations: readonly Revocation[]): string {
  const rows = revocations.map((one) => [
    visible(one.subject),
    visible(one.issuer),
    [
      one.client === undefined ? '' : `client ${one.client}`,
      one.key === undefined ? '' : `key ${one.key}`,
      one.tokenId === undefined ? '' : `token ${one.tokenId}`,
    ]
      .filter((text) => text !== '')
      .map(visible)
      .join(', '),
    toTime(one.before),
    toTime(one.until),
  ]);
  return table(['SUBJECT', 'ISSUER', 'ONLY', 'MADE BEFORE', 'UNTIL'], rows);
}

function toTime(instant: number): string {
  return new Date(instant).toISOString();
}
