import type { JsonObject } from '../../catalog/json.ts';
import type { Verdict } from '../cel/condition.ts';
import type { Decision, RuleId } from '../decision.ts';
import type { Standing } from '../diff/difference.ts';
import type { Position } from '../problem.ts';
import type { Effect, RuleObligations, Who } from '../rule.ts';
import type { Reason } from './because.ts';
import type { Mismatch } from './mismatch.ts';
import type { Part } from './other-calls.ts';

/** Why a principal may, or may not, call a target. */
export interface Explanation {
  /** Of the call; absent where no arguments were given. */
  readonly decision?: Decision;
  /**
   * Of all calls, or without arguments of those at the time and in the way that are asked about: `always`, `never`, or `sometimes`, which
   * depends on what is not said.
   */
  readonly outlook: 'always' | 'sometimes' | 'never';
  /** What the principal sees: hidden, or shown with these limits on arguments. */
  readonly standing: Standing;
  /** Arguments of a call that is permitted, or can be approved; absent where none are known, or arguments are not what it depends on. */
  readonly example?: JsonObject;
  /**
   * What of the call would have to be another for it to be permitted: `args`, `now` or `call`, those of one item together; of several
   * items each is enough. `words` says of what which holds then.
   */
  readonly other?: readonly { readonly parts: readonly Part[]; readonly words?: string }[];
  /** Rules that are about the target, the deciding ones first, then by id; with the others where all were asked for. */
  readonly rules: readonly RuleExplanation[];
  /** How many rules are about other targets, and not among {@link rules}. */
  readonly otherRules: number;
  /** What would open it, where it is not open; each alone is enough. */
  readonly remedies: readonly Remedy[];
}

export interface RuleExplanation {
  readonly id: RuleId;
  readonly effect: Effect;
  readonly at: Position;
  /** Whether it has its say: `unknown` where that depends on what is not known yet. */
  readonly matches: 'yes' | 'no' | 'unknown';
  /** Whether it is among the rules that the decision names. */
  readonly decides: boolean;
  /** The members of `who` that do not hold. */
  readonly who: readonly Mismatch[];
  /** For each selector of `what` the members that do not hold; empty where one of them is about the target. */
  readonly what: readonly (readonly Mismatch[])[];
  readonly condition?: ConditionExplanation;
  /** Why it is not about the call though its condition holds: a pinned argument has another value, say. */
  readonly besides?: {
    readonly verdict: Verdict['kind'];
    /** The argument that has another value than the one that is pinned. */
    readonly pointer?: string;
    readonly message?: string;
  };
  readonly obligations?: RuleObligations;
  readonly approvers?: 'self' | Who;
}

export interface ConditionExplanation {
  readonly text: string;
  readonly verdict: Verdict['kind'];
  readonly message?: string;
  /** The parts that decide it. */
  readonly reasons: readonly Reason[];
  /** What is left of it, where it depends on what is not known. */
  readonly residual?: string;
}

/** One way to be permitted. */
export interface Remedy {
  /** What the principal would need: every one of these, of each any value. */
  readonly needs: readonly Mismatch[];
  /** The rule that would permit it. */
  readonly rule: RuleId;
  /** `sometimes`: for some arguments only. */
  readonly opens: 'always' | 'sometimes';
}
