import { findCallIn } from '../diff/differing-calls.ts';
import { judge, type Judgement } from '../diff/standing.ts';
import type { Facts } from '../facts.ts';
import type { Region } from '../narrow/region.ts';
import type { CompiledRule } from '../policy-set.ts';
import { readsVariable } from '../read-expression.ts';
import type { Explanation } from './explanation.ts';

/** What of a call may be another: its arguments, the time, the way it comes. */
export type Part = 'args' | 'now' | 'call';

const PARTS: readonly Part[] = ['args', 'now', 'call'];

/**
 * Which parts of a call would have to be others for it to be permitted: each that alone is enough; else, where some call is permitted at
 * all, all that are known. Of calls that are permitted for some values only, the parts that it depends on.
 *
 * @param rules those that are about the principal and the target
 * @param facts what is asked about
 * @param isClosed whether nothing of it is permitted
 */
export function findOtherCalls(
  rules: readonly CompiledRule[],
  facts: Facts,
  isClosed: boolean,
): Pick<Explanation, 'example' | 'other'> {
  // A resource has no arguments that could be others.
  const parts = PARTS.filter((part) => part !== 'args' || facts.target.kind !== 'resource');
  if (!isClosed) {
    const { allowed, standing } = judge(rules, facts);
    if (allowed === undefined) return {};
    const open = parts.filter((part) => facts[part] === undefined && readsPart(allowed, part));
    return toOther(open, { allowed, standing }, facts);
  }
  const known = parts.filter((part) => facts[part] !== undefined);
  const single = known.flatMap((part) => {
    const judgement = judge(rules, without(facts, [part]));
    return judgement.isShown ? [toOther([part], judgement, facts)] : [];
  });
  if (single.length > 0) {
    const example = single.find((one) => one.example !== undefined)?.example;
    return { ...(example && { example }), other: single.flatMap(({ other = [] }) => other) };
  }
  const judgement = judge(rules, without(facts, known));
  return judgement.isShown && known.length > 1 ? toOther(known, judgement, facts) : {};
}

function toOther(
  parts: readonly Part[],
  { allowed, standing }: Pick<Judgement, 'allowed' | 'standing'>,
  { target }: Facts,
): Pick<Explanation, 'example' | 'other'> {
  if (parts.length === 0) return {};
  const found = allowed && parts.includes('args') ? findCallIn(allowed, target) : undefined;
  const { words } = standing;
  return {
    ...(typeof found === 'object' && { example: found.args }),
    other: [{ parts, ...(words !== undefined && { words }) }],
  };
}

function readsPart({ permits, denies }: Region, part: Part): boolean {
  return [...permits, ...denies].some((one) => readsVariable(one, part));
}

function without(facts: Facts, parts: readonly Part[]): Facts {
  const entries = Object.entries(facts).filter(([name]) => !parts.some((part) => part === name));
  return Object.fromEntries(entries) as unknown as Facts;
}
