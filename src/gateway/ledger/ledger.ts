import type { Target } from '../../catalog/entries.ts';
import type { Principal } from '../../identity/principal.ts';
import type { PolicySet } from '../../policy/policy-set.ts';

/**
 * What each principal, team and key has reserved and spent.
 *
 * A call reserves the most it can cost before it sets out, in every limit that applies and in one step, and settles what
 * it did cost when it has ended. Tools and models take the same road.
 */
export interface Ledger {
  /**
   * @throws BailiwickError `LIMIT_EXCEEDED` where a hard limit has no room (`data`: `rules`, the limits without room;
   *   `retryAfterMs`, where it is known), `STATE_UNAVAILABLE` where a hard limit cannot be looked at, `CONFIGURATION` where more than 256
   *   measures of limits apply. Nothing is then reserved.
   */
  reserve(request: LedgerRequest): Promise<Hold>;
  /** Ends what is done in the background. Reservations of calls that have not ended are left to their lease. */
  close(): Promise<void>;
}

export interface LedgerRequest {
  /** The id of the call: unique for all time. */
  readonly id: string;
  readonly principal: Principal;
  readonly target: Target;
  readonly policy: PolicySet;
  /** The most that the call can cost. Never reduced to what is left. */
  readonly bound: Cost;
}

/** What a call costs beside being one call. Whole numbers. */
export interface Cost {
  readonly nanoUsd: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What a call has reserved. The first of the two methods that is called counts; neither ever rejects. */
export interface Hold {
  /** The call was sent, and came to this. Absent: it is not known, and the bound is charged. */
  settle(actual?: Cost): Promise<void>;
  /** Nothing was sent: it is as if the call had not been made. */
  release(): Promise<void>;
}

export const NO_COST: Cost = { nanoUsd: 0, inputTokens: 0, outputTokens: 0 };
