import type { JsonObject } from '../../catalog/json.ts';
import type { IssuerSettings } from '../issuers/settings.ts';
import type { Actor, Principal } from '../principal.ts';
import type { Trace } from '../trace.ts';
import { unauthenticated } from '../unauthenticated.ts';
import { findClaim, findFirst } from './find-claim.ts';
import { keepClaims, requireSane } from './keep-claims.ts';
import { presetOf } from './presets.ts';
import type { Preset } from './presets/preset.ts';
import { readActor } from './read-actor.ts';
import { quote, readText, readTexts, splitScopes, toSet } from './read-texts.ts';
import { requireClaims } from './require-claims.ts';

/** What a principal is made with beside its claims. */
export interface ClaimsContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly trace?: Trace | undefined;
}

/**
 * Who the claims of a verified token name. Equal for all tokens of one caller: scopes and groups are sorted, and claims that differ
 * from token to token are left out.
 *
 * A promise where something has to be fetched.
 *
 * @param claims of a token whose signature, issuer, audience and times were checked, or what the issuer says of an opaque token
 * @throws BailiwickError `UNAUTHENTICATED` with the fault `claims`; `IDENTITY_UNAVAILABLE` where what has to be fetched cannot be
 */
export function toPrincipal(
  settings: IssuerSettings,
  claims: JsonObject,
  context: ClaimsContext,
): Principal | Promise<Principal> {
  const { trace } = context;
  try {
    requireSane(claims);
    requireClaims(claims, settings.require);
    const principal = readPrincipal(settings, claims);
    trace?.({ name: 'claims', ok: true, detail: describe(principal) });
    return principal;
  } catch (error) {
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    trace?.({ name: 'claims', ok: false, detail: cause });
    throw error;
  }
}

function readPrincipal(settings: IssuerSettings, claims: JsonObject): Principal {
  const { claims: own } = settings;
  const preset = presetOf(settings);
  const audiences = settings.audience ?? [];
  const scopes = own.scopes ?? preset.scopes(claims, audiences);
  const groups = own.groups ?? preset.groups(claims, audiences);
  const derived = preset.derive?.(claims);
  const team = readFirst(claims, own.team ?? preset.team);
  const client = readFirst(claims, own.client ?? preset.client);
  const act = readAct(claims, own.act ?? 'act');
  return {
    issuer: settings.issuer,
    subject: readSubject(claims, own.subject ?? preset.subject),
    scopes: toSet(readTexts(claims, scopes, splitScopes), 'scopes'),
    groups: toSet(
      [
        ...readTexts(claims, groups, (group) => [group]).map((group) => renamed(group, own)),
        ...(own.groups ? [] : (derived?.groups ?? [])),
      ],
      'groups',
    ),
    ...(team !== undefined && { team }),
    ...(client !== undefined && { client }),
    claims: { ...keptClaims(claims, own.keep, [...scopes, ...groups], preset), ...derived?.claims },
    ...(act && { act }),
  };
}

function keptClaims(
  claims: JsonObject,
  keep: readonly string[] | undefined,
  lists: readonly string[],
  { isVolatile }: Preset,
): JsonObject {
  return keepClaims(claims, { keep, lists, isVolatile });
}

function readSubject(claims: JsonObject, path: string): string {
  const value = findClaim(claims, path);
  if (value === undefined) {
    throw unauthenticated('claims', `the token has no claim ${quote(path)}, which names the subject`);
  }
  const subject = readText(value, path);
  // Two subjects that look alike would be two callers.
  if (subject.trim() !== subject) {
    throw unauthenticated('claims', `the subject in ${quote(path)} begins or ends with a space`);
  }
  return subject;
}

function readFirst(claims: JsonObject, paths: readonly string[]): string | undefined {
  const found = findFirst(claims, paths);
  return found && readText(found.value, found.path);
}

function readAct(claims: JsonObject, path: string): Actor | undefined {
  const value = findClaim(claims, path);
  return value === undefined ? undefined : readActor(value, path);
}

function renamed(
  group: string,
  { groupNames, groupPrefix }: Pick<IssuerSettings['claims'], 'groupNames' | 'groupPrefix'>,
): string {
  return Object.hasOwn(groupNames, group) ? (groupNames[group] ?? group) : `${groupPrefix}${group}`;
}

function describe({ subject, scopes, groups, team, client, act }: Principal): string {
  return [
    `subject ${quote(subject)}`,
    `${scopes.length} scopes`,
    `${groups.length} groups`,
    ...(team === undefined ? [] : [`team ${quote(team)}`]),
    ...(client === undefined ? [] : [`client ${quote(client)}`]),
    ...(act === undefined ? [] : [`${quote(act.subject)} acts for it`]),
  ].join(', ');
}
