import type { Json } from '../catalog/json.ts';
import type { Who } from './rule.ts';

/** `<policy>/<rule>`, or `<policy>/scope:<name>` for a row of a scopes table. */
export type RuleId = string;

/**
 * What policy says about one target, with the rules behind it. Data, never an exception.
 *
 * Precedence: deny, approve, permit, nothing (which is deny). `approve` opens nothing by itself: it adds a human's yes
 * to what something else permits.
 */
export type Decision =
  | {
      readonly effect: 'permit';
      readonly rules: readonly RuleId[];
      readonly obligations?: Obligations;
    }
  | {
      readonly effect: 'approve';
      readonly rules: readonly RuleId[];
      /** Who may say yes: every one of these has to. */
      readonly approvers: readonly ('self' | Who)[];
      readonly obligations?: Obligations;
    }
  | {
      readonly effect: 'deny';
      readonly rules: readonly RuleId[];
      /**
       * - `no-rule`: nothing permits
       * - `rule`: a deny matches
       * - `condition-error`: denies match, each because its condition could not be evaluated
       * - `conflict`: rules that permit it oblige to what does not go together
       */
      readonly reason: 'no-rule' | 'rule' | 'condition-error' | 'conflict';
      /**
       * The smallest set of scopes that would open this call for this principal, of those that rules name; empty where none would, or
       * where none of the first few hundred sets does.
       */
      readonly missingScopes: readonly string[];
    };

/** What has to be done with a call that is permitted. */
export interface Obligations {
  /**
   * Arguments by JSON Pointer (RFC 6901), to be put in before the call is made: what rules pin, their defaults for what the caller
   * left out, and the dry run.
   */
  readonly set?: Readonly<Record<string, Json>>;
  /** JMESPath that a JSON result is projected by, before anything else is done with it. */
  readonly select?: string;
  /** JSON Pointers into the result whose values are masked; a part `*` is any member or item. After `select`. */
  readonly mask?: readonly string[];
  /** The call must change nothing: its tool has an argument for that, which `set` has the value for. */
  readonly dryRun?: true;
}
