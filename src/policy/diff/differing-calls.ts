import type { JsonObject } from '../../catalog/json.ts';
import type { Expression } from '../cel/expression.ts';
import type { Facts } from '../facts.ts';
import { findDifference } from '../narrow/difference.ts';
import type { Region } from '../narrow/region.ts';
import { abstractTerms, termOf } from './abstract.ts';
import { findWitness } from '../narrow/witness.ts';

const ANY_ARGUMENTS = { inputSchema: { type: 'object' } };

/** A call by its arguments, and what else has to be: `now.getHours() is 18`. */
export interface FoundCall {
  readonly args: JsonObject;
  readonly where?: string;
}

/** A call that one region has and another has not; `none` where there is none, `unknown` where that cannot be told. */
export type DifferingCall = FoundCall | 'none' | 'unknown';

/** A call of `of` that is not in `not`, of all that the target's schema lets through. */
export function findCallBetween(of: Region, not: Region, target: Facts['target']): DifferingCall {
  const { inputSchema } = target.kind === 'tool' ? target.tool : ANY_ARGUMENTS;
  const found = findDifference(of, not, { inputSchema });
  if (found === undefined) return 'none';
  if (found !== 'unknown') return { args: found };
  const abstracted = abstractTerms([of, not], inputSchema);
  if (abstracted === undefined) return 'unknown';
  const instead = findDifference(...abstracted.regions, abstracted);
  if (instead === undefined) return 'none';
  return instead === 'unknown' ? 'unknown' : toFound(instead);
}

function toFound(found: JsonObject): FoundCall {
  const entries = Object.entries(found);
  const args = Object.fromEntries(entries.filter(([name]) => termOf(name) === undefined));
  const terms = entries.flatMap(([name, value]) => {
    const term = termOf(name);
    return term === undefined ? [] : [`${term} is ${toShown(term, value)}`];
  });
  return { args, ...(terms.length > 0 && { where: terms.join(' and ') }) };
}

/** `now` was compared as milliseconds since 1970. */
function toShown(term: string, value: unknown): string {
  if (term !== 'now' || typeof value !== 'number') return JSON.stringify(value);
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? 'another time' : time.toISOString();
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
