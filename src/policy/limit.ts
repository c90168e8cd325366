import type { RuleId } from './decision.ts';
import type { Position } from './problem.ts';
import type { RulePath, What, Who } from './rule.ts';
import type { PrincipalMatcher, TargetMatcher } from './select.ts';

/** What has a counter of its own: the limit as a whole, or each of these. A call without one (no team, no key) shares a counter with the others without. */
export type LimitBy = 'rule' | 'principal' | 'team' | 'key' | 'client' | 'source' | 'tool' | 'model';

/** `hard`: refuses what does not fit. `soft`: lets it pass, and alerts. */
export type LimitMode = 'hard' | 'soft';

interface MeasureBase {
  readonly by: LimitBy;
  readonly mode: LimitMode;
  /** What becomes of a reservation whose process is gone. Default: `charge` where the limit is hard, `release` where it is soft. */
  readonly onLoss: 'charge' | 'release';
}

/** At most `amount` in any `windowMs` milliseconds. */
export interface RateMeasure extends MeasureBase {
  readonly kind: 'rate';
  readonly unit: 'calls' | 'tokens';
  readonly amount: number;
  readonly windowMs: number;
}

/** At most `amount` calls at one time. */
export interface ConcurrencyMeasure extends MeasureBase {
  readonly kind: 'concurrency';
  readonly amount: number;
}

/** At most `amount` in each hour, day or month of the calendar. */
export interface BudgetMeasure extends MeasureBase {
  readonly kind: 'budget';
  readonly unit: 'usd' | 'tokens' | 'calls';
  /** Whole; of `usd`, in nano-USD (10^-9 USD). */
  readonly amount: number;
  readonly per: 'hour' | 'day' | 'month';
  /** IANA name; absent: the configured one. */
  readonly timeZone?: string;
  /** Parts of the amount, ascending, at which an alert is given, e.g. 0.8 and 1. */
  readonly alertAt: readonly number[];
}

export type LimitMeasure = RateMeasure | ConcurrencyMeasure | BudgetMeasure;

/** One entry of `limits:` as written. Its id is `<policy>/<id>`; no rule and no limit of a policy share one. */
export interface Limit {
  readonly id: RuleId;
  /** Absent: everyone. */
  readonly who?: Who | undefined;
  /** Alternatives. Absent: everything. */
  readonly what?: readonly What[] | undefined;
  /** At least one. No two are about the same (kind, unit, period, `by`, time zone) in the same mode. */
  readonly measures: readonly LimitMeasure[];
}

/** A limit with its place in a file. */
export interface PlacedLimit extends Limit {
  /** Where a part of the limit stands; the nearest part around it where that part is absent. */
  positionOf(path: RulePath): Position;
}

/** A limit ready to be applied. Where a resource's URI can be read in several ways, one that matches is enough. */
export interface CompiledLimit extends PlacedLimit {
  readonly matchesPrincipal: PrincipalMatcher;
  readonly matchesTarget: TargetMatcher;
}
