import { toShownName } from '../catalog/names.ts';
import type { Tool } from '../catalog/tool.ts';
import { amountOf } from '../gateway/ledger/counters.ts';
import { describeAmount, describeMeasure } from '../gateway/ledger/describe-limit.ts';
import { NO_COST, type Cost } from '../gateway/ledger/ledger.ts';
import type { Principal } from '../identity/principal.ts';
import type { CompiledLimit, LimitBy, LimitMeasure } from '../policy/limit.ts';
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

/** Limits of money or tokens of which no tool takes any, and hard ones that a single call is too large for. */
export function findLimitsWithoutUse(
  policy: PolicySet,
  tools: readonly Tool[],
  boundOf: (tool: Tool) => Cost | undefined,
): Problem[] {
  return policy.limits.flatMap((limit) => {
    const meant = tools.filter((tool) => limit.matchesTarget({ kind: 'tool', tool }));
    if (meant.length === 0) return [];
    return limit.measures.flatMap((measure) => {
      if (measure.kind === 'concurrency' || measure.unit === 'calls') return [];
      const costs = meant.map((tool) => ({ tool, amount: amountOf(measure, boundOf(tool) ?? NO_COST) }));
      const message = describeUse(measure, costs);
      if (message === undefined) return [];
      return [{ ...limit.positionOf([measure.kind]), message: `${limit.id}: ${message}` }];
    });
  });
}

function describeUse(
  measure: Exclude<LimitMeasure, { kind: 'concurrency' }>,
  costs: readonly { tool: Tool; amount: number }[],
): string | undefined {
  const most = costs.reduce((dearest, one) => (one.amount > dearest.amount ? one : dearest));
  if (most.amount === 0) {
    const [what, key] =
      measure.unit === 'usd' ? ['has a price', 'price'] : ['says how many tokens it uses', 'price.tokens'];
    return `nothing that this limit is about ${what}, so it never counts anything; set \`${key}\` of a source`;
  }
  if (measure.mode === 'soft' || measure.amount === 0 || most.amount <= measure.amount) return undefined;
  const name = toShownName(most.tool.source, most.tool.name);
  return `no call of ${name} ever fits: it can take ${describeAmount(measure, most.amount)}, and the limit is ${describeMeasure(measure)}`;
}
