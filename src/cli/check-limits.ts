import type { Principal } from '../identity/principal.ts';
import type { CompiledLimit, LimitBy } from '../policy/limit.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { Problem } from '../policy/problem.ts';

/** Limits that are about nobody who is configured, or count by what none of them has. */
export function findLimitsOfNobody(policy: PolicySet, principals: readonly Principal[]): Problem[] {
  return policy.limits.flatMap((limit) => {
    const meant = principals.filter(limit.matchesPrincipal);
    if (meant.length > 0) return findMissingSubjects(limit, meant);
    const message = `${limit.id}: nobody who is configured is whom this limit is about`;
    return [{ ...limit.positionOf(['who']), message }];
  });
}

function findMissingSubjects(limit: CompiledLimit, principals: readonly Principal[]): Problem[] {
  const used = new Set<LimitBy>(limit.measures.map(({ by }) => by));
  return (['team', 'client'] as const)
    .filter((by) => used.has(by) && principals.every((principal) => principal[by] === undefined))
    .map((by) => ({
      ...limit.positionOf([]),
      message: `${limit.id}: nobody whom this limit is about has a ${by}, so \`by: ${by}\` counts all of them together`,
    }));
}
