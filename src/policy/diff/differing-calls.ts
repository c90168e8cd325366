import type { JsonObject } from '../../catalog/json.ts';
import type { Expression } from '../cel/expression.ts';
import type { Facts } from '../facts.ts';
import { findDifference } from '../narrow/difference.ts';
import type { Region } from '../narrow/region.ts';
import { findWitness } from '../narrow/witness.ts';

const ANY_ARGUMENTS = { inputSchema: { type: 'object' } };

/** A call that one region has and another has not; `none` where there is none, `unknown` where that cannot be told. */
export type DifferingCall = { readonly args: JsonObject } | 'none' | 'unknown';

/** A call of `of` that is not in `not`, of all that the target's schema lets through. */
export function findCallBetween(of: Region, not: Region, target: Facts['target']): DifferingCall {
  const found = findDifference(of, not, target.kind === 'tool' ? target.tool : ANY_ARGUMENTS);
  if (found === undefined) return 'none';
  return found === 'unknown' ? 'unknown' : { args: found };
}

/** A call of a region, of all that the target's schema lets through. */
export function findCallIn(region: Region, target: Facts['target']): DifferingCall {
  const args = findWitness(region, target.kind === 'tool' ? target.tool : ANY_ARGUMENTS);
  return args === undefined ? 'unknown' : { args };
}

/** What is in both. */
export function intersect(a: Region, b: Region): Region {
  const [left, right] = [either(a.permits), either(b.permits)];
  const permits = left && right ? [{ kind: 'and' as const, left, right, at: left.at }] : [];
  return { permits, denies: [...a.denies, ...b.denies] };
}

function either(expressions: readonly Expression[]): Expression | undefined {
  return expressions.reduce<Expression | undefined>(
    (left, right) => (left === undefined ? right : { kind: 'or', left, right, at: right.at }),
    undefined,
  );
}
