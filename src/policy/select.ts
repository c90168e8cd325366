import type { Target } from '../catalog/entries.ts';
import type { Json } from '../catalog/json.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Principal } from '../identity/principal.ts';
import { compileGlob } from '../text/glob.ts';
import {
  createResourceReader,
  toClosingGlobReadings,
  toGlobReadings,
  type ResourceReader,
} from './resource-uri.ts';
import type { ClaimValue, Effect, What, Who } from './rule.ts';

export type PrincipalMatcher = (principal: Principal) => boolean;
export type TargetMatcher = (target: Target) => boolean;

/** True for the principals that `who` selects. Compiled once, at load. */
export function compileWho(who: Who | undefined): PrincipalMatcher {
  if (who === undefined) return always;
  const { scopes, groups, team, subject, client, issuer, claims } = who;
  return allOf<Principal>([
    scopes && ((principal) => hasAny(principal.scopes, scopes)),
    groups && ((principal) => hasAny(principal.groups, groups)),
    team && ((principal) => principal.team !== undefined && team.includes(principal.team)),
    subject && ((principal) => subject.includes(principal.subject)),
    client && ((principal) => principal.client !== undefined && client.includes(principal.client)),
    issuer && ((principal) => issuer.includes(principal.issuer)),
    ...Object.entries(claims ?? {}).map(
      ([name, values]) =>
        (principal: Principal) =>
          hasClaim(principal, name, values),
    ),
  ]);
}

/**
 * True for the targets that `what` selects. Compiled once, at load.
 *
 * A resource's URI is compared as it is written and in all that a server may take it for: what opens must match
 * every reading, what closes or asks for approval need match only one. A
 * URI with more readings than are told apart is not opened, and is closed.
 */
export function compileWhat(
  what: readonly What[] | undefined,
  effect: Effect,
  reader: ResourceReader = createResourceReader(),
): TargetMatcher {
  if (what === undefined) return always;
  const alternatives = what.map((one) => compileSelector(one, effect, reader));
  return (target) => alternatives.some((matches) => matches(target));
}

function compileSelector(what: What, effect: Effect, reader: ResourceReader): TargetMatcher {
  const { source, access } = what;
  const hasSource = (name: string): boolean => source === undefined || source.includes(name);
  const isRead = access === undefined || access.includes('read');
  const kinds = {
    tool: what.resource || what.prompt || what.model ? never : compileTool(what),
    resource:
      selectsTools(what) || what.prompt || what.model ? never : compileUri(what.resource, effect, reader),
    prompt: selectsTools(what) || what.resource || what.model ? never : compileGlobs(what.prompt),
    model:
      !what.model || selectsTools(what) || what.resource || what.prompt ? never : compileGlobs(what.model),
  };
  return function matchesTarget(target) {
    if (target.kind === 'tool') return hasSource(target.tool.source) && kinds.tool(target.tool);
    if (!isRead || !hasSource(target.source)) return false;
    return target.kind === 'resource' ? kinds.resource(target.uri) : kinds[target.kind](target.name);
  };
}

/** True where a selector has a member that only tools have. */
export function selectsTools(what: What): boolean {
  return Boolean(what.tool ?? what.tag ?? what.method ?? what.path);
}

function compileTool({ access, tool, tag, method, path }: What): (tool: Tool) => boolean {
  const matchesName = compileGlobs(tool);
  const matchesPath = compileGlobs(path);
  return allOf<Tool>([
    access && ((candidate) => access.includes(candidate.access)),
    tool && ((candidate) => matchesName(candidate.name)),
    tag && ((candidate) => candidate.attributes.tags?.some(isOneOf(tag)) ?? false),
    method && ((candidate) => method.includes(candidate.attributes.method ?? '')),
    path &&
      ((candidate) => candidate.attributes.path !== undefined && matchesPath(candidate.attributes.path)),
  ]);
}

function compileUri(
  globs: readonly string[] | undefined,
  effect: Effect,
  reader: ResourceReader,
): (uri: string) => boolean {
  if (globs === undefined) return always;
  const matchesText = compileGlobs(globs);
  if (effect === 'permit') {
    const matchesReading = compileGlobs(globs.flatMap(toGlobReadings));
    return (uri) => matchesText(uri) && (reader.toReadings(uri)?.every(matchesReading) ?? false);
  }
  const matchesReading = compileGlobs(globs.flatMap(toClosingGlobReadings));
  return (uri) => matchesText(uri) || (reader.toClosingReadings(uri)?.some(matchesReading) ?? true);
}

function compileGlobs(globs: readonly string[] | undefined): (text: string) => boolean {
  if (globs === undefined) return always;
  const matchers = globs.map(compileGlob);
  return (text) => matchers.some((matches) => matches(text));
}

/** Where a list is searched rather than made a set of. */
const MAX_SEARCHED = 16;

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Somebody in ten thousand groups is asked for them by rule after rule. */
function hasAny(held: readonly string[], wanted: readonly string[]): boolean {
  if (held.length <= MAX_SEARCHED) return held.some(isOneOf(wanted));
  const set = sets.get(held) ?? new Set(held);
  sets.set(held, set);
  return wanted.some((value) => set.has(value));
}

/** A claim that is a list has any of its members. Values are equal only with their type: `"1"` is not `1`. */
function hasClaim({ claims }: Principal, name: string, values: readonly ClaimValue[]): boolean {
  if (!Object.hasOwn(claims, name)) return false;
  const claim = claims[name];
  const held: readonly (Json | undefined)[] = Array.isArray(claim) ? claim : [claim];
  return held.some((value) => values.some((wanted) => wanted === value));
}

function allOf<T>(conditions: readonly (((value: T) => boolean) | undefined)[]): (value: T) => boolean {
  const given = conditions.filter((condition) => condition !== undefined);
  return (value) => given.every((condition) => condition(value));
}

function isOneOf(values: readonly string[]): (value: string) => boolean {
  return (value) => values.includes(value);
}

function always(): boolean {
  return true;
}

function never(): boolean {
  return false;
}
