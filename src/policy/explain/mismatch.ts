import type { Target } from '../../catalog/entries.ts';
import type { Json } from '../../catalog/json.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Effect, What, Who } from '../rule.ts';
import { compileWhat, compileWho } from '../select.ts';

/** A member of `who` or `what` that does not hold: what it asks for, and what there is instead. */
export interface Mismatch {
  /** `groups`, `claims.region`, `tool`, … */
  readonly member: string;
  readonly wanted: readonly Json[];
  /** Absent: there is none. */
  readonly found?: Json;
}

/** The members of `who` that do not hold for a principal; none where the rule is about it. */
export function findWhoMismatches(who: Who | undefined, principal: Principal): Mismatch[] {
  if (who === undefined) return [];
  const { claims = {}, ...members } = who;
  return [
    ...Object.entries(members).flatMap(([member, wanted]): Mismatch[] => {
      if (wanted === undefined || compileWho({ [member]: wanted })(principal)) return [];
      return [{ member, wanted: [...wanted], ...found(heldBy(principal, member)) }];
    }),
    ...Object.entries(claims).flatMap(([name, wanted]): Mismatch[] => {
      if (compileWho({ claims: { [name]: wanted } })(principal)) return [];
      const claim = Object.hasOwn(principal.claims, name) ? principal.claims[name] : undefined;
      return [{ member: `claims.${name}`, wanted: [...wanted], ...found(claim) }];
    }),
  ];
}

/**
 * For each selector of `what` the members that do not hold for a target; none where the rule is about it. A selector whose members all
 * hold, and that is about targets of another kind, has the member `kind`.
 */
export function findWhatMismatches(
  what: readonly What[] | undefined,
  target: Target,
  effect: Effect,
): Mismatch[][] {
  if (what === undefined || compileWhat(what, effect)(target)) return [];
  return what.map((selector) => {
    const failing = Object.entries(selector).flatMap(([member, wanted]): Mismatch[] => {
      if (wanted === undefined || isMet(member, wanted, target, effect)) return [];
      return [{ member, wanted: [...wanted], ...found(factOf(target, member)) }];
    });
    return failing.length > 0 ? failing : [{ member: 'kind', wanted: [], found: target.kind }];
  });
}

function isMet(member: string, wanted: readonly string[], target: Target, effect: Effect): boolean {
  if (member === 'source')
    return wanted.includes(target.kind === 'tool' ? target.tool.source : target.source);
  if (member === 'access') return wanted.includes(target.kind === 'tool' ? target.tool.access : 'read');
  return compileWhat([{ [member]: wanted }], effect)(target);
}

function heldBy(principal: Principal, member: string): Json | undefined {
  switch (member) {
    case 'scopes':
      return [...principal.scopes];
    case 'groups':
      return [...principal.groups];
    case 'team':
      return principal.team;
    case 'client':
      return principal.client;
    case 'subject':
      return principal.subject;
    default:
      return principal.issuer;
  }
}

function factOf(target: Target, member: string): Json | undefined {
  if (target.kind !== 'tool') {
    if (member === 'source') return target.source;
    if (member === 'access') return 'read';
    return member === target.kind ? (target.kind === 'resource' ? target.uri : target.name) : undefined;
  }
  const { source, name, access, attributes } = target.tool;
  switch (member) {
    case 'source':
      return source;
    case 'access':
      return access;
    case 'tool':
      return name;
    case 'tag':
      return attributes.tags === undefined ? undefined : [...attributes.tags];
    case 'method':
      return attributes.method;
    case 'path':
      return attributes.path;
    default:
      return undefined;
  }
}

function found(value: Json | undefined): { found?: Json } {
  return value === undefined ? {} : { found: value };
}
