/** `<policy>/<rule>`, or `<policy>/scope:<name>` for a row of a scopes table. */
export type RuleId = string;

/**
 * What policy says about one target, with the rules behind it. Data, never an exception.
 *
 * Precedence: deny, approve, permit, nothing (which is deny). `approve` opens nothing by itself: it adds a human's yes
 * to what something else permits.
 */
export type Decision =
  | { readonly effect: 'permit'; readonly rules: readonly RuleId[] }
  | { readonly effect: 'approve'; readonly rules: readonly RuleId[] }
  | {
      readonly effect: 'deny';
      readonly rules: readonly RuleId[];
      readonly reason: 'no-rule' | 'rule';
      /** The smallest set of scopes that would open the target for this principal; empty where no scope would. */
      readonly missingScopes: readonly string[];
    };
