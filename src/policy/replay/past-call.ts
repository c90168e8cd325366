import { UNKNOWN } from '../cel/evaluate.ts';
import type { Facts } from '../facts.ts';
import type { RuleId } from '../decision.ts';
import type { Effect } from '../rule.ts';

/**
 * A call of the past, as far as it is known.
 *
 * `facts` may hold `UNKNOWN` (cel/evaluate.ts) in the place of any value: an argument that was masked, the endpoint of an old record, all claims.
 */
export interface PastCall {
  readonly facts: Facts & { readonly call: NonNullable<Facts['call']>; readonly now: number };
  /** The target without anything unknown, for selectors. */
  readonly target: Facts['target'];
  /** Whether the claims of the caller are known. */
  readonly knowsClaims: boolean;
  /** Whether the tags, the method and the path of the tool are known; true for what is no tool. */
  readonly knowsAttributes: boolean;
  /** What was decided then. */
  readonly decided: { readonly effect: Effect; readonly rules: readonly RuleId[] };
}

/** Stands where a value of the past is not known. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- It stands for a value of whatever type.
export function notKnown<T>(): T {
  // The evaluation of conditions takes it anywhere; selectors get `target`, and no claims.
  return UNKNOWN as T;
}
