import type { Json } from '../../catalog/json.ts';
import type { Principal } from '../../identity/principal.ts';
import { decide } from '../decide.ts';
import { judge } from '../diff/standing.ts';
import type { PolicySet } from '../policy-set.ts';
import type { Remedy } from './explanation.ts';
import type { Question } from './explain.ts';
import { findWhoMismatches, type Mismatch } from './mismatch.ts';

/** More ways than anybody reads. */
const MAX_REMEDIES = 20;

/**
 * What a principal would need to be permitted: for each rule that permits the target to others, what `who` asks for beside. Only what
 * would open it indeed, whatever else denies; the least first.
 *
 * @param isShown whether the principal may do something with the target already
 */
export function findRemedies(policy: PolicySet, question: Question, isShown: boolean): Remedy[] {
  const { principal, target, args, call, now } = question;
  const found = policy.rules.flatMap((rule): Remedy[] => {
    if (rule.effect !== 'permit' || !rule.matchesTarget(target)) return [];
    const needs = findWhoMismatches(rule.who, principal);
    if (needs.length === 0) return [];
    const somebody = needs.reduce(withFirst, principal);
    if (args !== undefined && decide(policy, somebody, target, args, call, now).effect === 'deny') return [];
    const about = policy.rules.filter((one) => one.matchesTarget(target) && one.matchesPrincipal(somebody));
    const { isShown: isOpened, standing } = judge(about, {
      principal: somebody,
      target,
      ...(target.kind === 'resource' && { args: {} }),
    });
    if (!isOpened) return [];
    const opens = standing.when ?? 'always';
    // Somebody who may call it for some arguments gains nothing by calling it for some arguments.
    if (args === undefined && isShown && opens === 'sometimes') return [];
    return [{ needs, rule: rule.id, opens }];
  });
  return found.toSorted((a, b) => a.needs.length - b.needs.length).slice(0, MAX_REMEDIES);
}

/** The principal with the first of what is wanted. */
function withFirst(principal: Principal, { member, wanted: [value = null] }: Mismatch): Principal {
  if (member.startsWith('claims.')) {
    const name = member.slice('claims.'.length);
    return {
      ...principal,
      claims: { ...principal.claims, [name]: withValue(principal.claims[name], value) },
    };
  }
  if (typeof value !== 'string') return principal;
  if (member === 'scopes') return { ...principal, scopes: [...principal.scopes, value] };
  if (member === 'groups') return { ...principal, groups: [...principal.groups, value] };
  return { ...principal, [member]: value };
}

function withValue(claim: Json | undefined, value: Json): Json {
  return Array.isArray(claim) ? [...claim, value] : value;
}
