import type { JsonObject } from '../../catalog/json.ts';
import type { IssuerSettings } from '../issuers/settings.ts';
import type { Actor, Principal } from '../principal.ts';
import type { Trace } from '../trace.ts';
import { unauthenticated } from '../unauthenticated.ts';
import { findClaim, findFirst } from './find-claim.ts';
import { keepClaims, requireSane } from './keep-claims.ts';
import { findOverage } from './overage/find-overage.ts';
import type { GroupLookup } from './overage/group-lookup.ts';
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
  /** Finds the groups that a token does not list. Absent: such tokens are refused. */
  readonly groups?: Pick<GroupLookup, 'find'> | undefined;
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
  const read = (fetched: readonly string[]): Principal => {
    const principal = readPrincipal(settings, claims, fetched);
    trace?.({ name: 'claims', ok: true, detail: describe(principal) });
    return principal;
  };
  try {
    requireSane(claims);
    requireClaims(claims, settings.require);
    const sign = findOverage(claims, groupPaths(settings, claims));
    if (sign === undefined) return read([]);
    return fetchGroups(settings, claims, sign, context).then(read).catch(tellAndThrow(trace, 'groups'));
  } catch (error) {
    return tellAndThrow(trace, 'claims')(error);
  }
}

function tellAndThrow(trace: Trace | undefined, name: string): (error: unknown) => never {
  return (error) => {
    const { message } =
      error instanceof Error && error.cause instanceof Error ? error.cause : (error as Error);
    trace?.({ name, ok: false, detail: message });
    throw error;
  };
}

/** @param sign how the token says that its groups are too many */
async function fetchGroups(
  settings: IssuerSettings,
  claims: JsonObject,
  sign: string,
  { now, groups, trace }: ClaimsContext,
): Promise<readonly string[]> {
  const said = `the token names no groups because there are too many to list (${quote(sign)})`;
  if (!settings.groupsOverage || !groups) {
    throw unauthenticated(
      'claims',
      `${said}; set identity.issuers[].groupsOverage so that they are asked for, or have fewer groups put into tokens`,
    );
  }
  const oid = findClaim(claims, 'oid');
  const id = oid === undefined ? readSubject(claims, subjectPath(settings)) : readText(oid, 'oid');
  const found = await groups.find(settings, id, now);
  const { host } = new URL(settings.groupsOverage.url);
  trace?.({ name: 'groups', ok: true, detail: `${said}; ${host} names ${found.length}` });
  return found;
}

/** @param fetched groups that the token does not list */
function readPrincipal(settings: IssuerSettings, claims: JsonObject, fetched: readonly string[]): Principal {
  const { claims: own } = settings;
  const preset = presetOf(settings);
  const scopes = own.scopes ?? preset.scopes(claims, settings.audience ?? []);
  const groups = groupPaths(settings, claims);
  const derived = preset.derive?.(claims);
  const team = readFirst(claims, own.team ?? preset.team);
  const client = readFirst(claims, own.client ?? preset.client);
  const act = readAct(claims, own.act ?? 'act');
  const listed = [...readTexts(claims, groups, (group) => [group]), ...fetched];
  return {
    issuer: settings.issuer,
    subject: readSubject(claims, subjectPath(settings)),
    scopes: toSet(readTexts(claims, scopes, splitScopes), 'scopes'),
    groups: toSet(
      [...listed.map((group) => renamed(group, own)), ...(own.groups ? [] : (derived?.groups ?? []))],
      'groups',
    ),
    ...(team !== undefined && { team }),
    ...(client !== undefined && { client }),
    claims: { ...keptClaims(claims, own.keep, [...scopes, ...groups], preset), ...derived?.claims },
    ...(act && { act }),
  };
}

function groupPaths(settings: IssuerSettings, claims: JsonObject): readonly string[] {
  return settings.claims.groups ?? presetOf(settings).groups(claims, settings.audience ?? []);
}

function subjectPath(settings: IssuerSettings): string {
  return settings.claims.subject ?? presetOf(settings).subject;
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
