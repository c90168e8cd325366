import type { Target } from '../../catalog/entries.ts';
import type { Principal } from '../../identity/principal.ts';
import type { BudgetMeasure, CompiledLimit, LimitMeasure } from '../../policy/limit.ts';
import type { CounterName, CounterWindow, ReserveItem } from '../../state/store.ts';
import type { Calendar, Period } from './calendar.ts';
import type { Cost, LedgerRequest } from './ledger.ts';
import { toNamePart } from './names.ts';

/** One measure of one limit that a call counts against. */
export interface Counted {
  readonly limit: CompiledLimit;
  readonly measure: LimitMeasure;
  /** What the call asks of the measure's counter. */
  readonly item: ReserveItem;
  /** Of a budget, its hour, day or month. */
  readonly period?: string;
}

/** What counting needs of the moment. */
export interface Moment {
  readonly now: number;
  /** Of budgets that name no time zone. */
  readonly timeZone: string;
  readonly calendarOf: (timeZone: string) => Calendar;
}

/**
 * What a call counts against: every measure of every limit that applies to it, but those of which it takes nothing (money,
 * where it costs none). No counter twice.
 */
export function countersOf(
  { principal, target, bound }: LedgerRequest,
  limits: readonly CompiledLimit[],
  moment: Moment,
): Counted[] {
  return limits.flatMap((limit) => {
    if (!limit.matchesPrincipal(principal) || !limit.matchesTarget(target)) return [];
    const measures = limit.measures.filter((measure) => amountOf(measure, bound) > 0);
    const counters = limitCountersOf(limit, measures, {
      ...moment,
      subjectOf: (by) => subjectOf(by, principal, target),
    });
    return counters.map(({ measure, counter, window, period }): Counted => {
      const item: ReserveItem = {
        counter,
        ...(window && { window }),
        amount: amountOf(measure, bound),
        limit: measure.amount,
        mode: measure.mode,
        onLoss: measure.onLoss,
      };
      return { limit, measure, item, ...(period && { period: period.id }) };
    });
  });
}

/** The counter of one measure of a limit, of one whom it counts by itself. */
export interface LimitCounter extends CounterName {
  readonly measure: LimitMeasure;
  /** Of a budget, its hour, day or month. */
  readonly period?: Period;
}

/**
 * The counters of measures of a limit, hard ones first. No counter twice.
 *
 * @param measures All of the limit, or all of those that are alike: of one unit, or of one `by`.
 */
export function limitCountersOf(
  limit: CompiledLimit,
  measures: readonly LimitMeasure[],
  moment: Moment & { readonly subjectOf: (by: LimitMeasure['by']) => readonly (string | undefined)[] },
): LimitCounter[] {
  const used = new Map<string, number>();
  const nameOf = (measure: LimitMeasure): LimitCounter => {
    const { window, period } = windowOf(measure, moment);
    const name = [
      'limit',
      ...limit.id.split('/').map(toNamePart),
      labelOf(measure),
      measure.by,
      ...moment.subjectOf(measure.by).map(toNamePart),
      ...(period === undefined ? [] : [period.id]),
    ].join('/');
    const earlier = used.get(name) ?? 0;
    used.set(name, earlier + 1);
    const counter = earlier === 0 ? name : `${name}#${earlier}`;
    return { measure, counter, ...(window && { window }), ...(period && { period }) };
  };
  const inMode = (mode: LimitMeasure['mode']): LimitMeasure[] => measures.filter((one) => one.mode === mode);
  // Hard ones first: they keep their names, and so what they counted, when a soft one is put before them.
  return [...inMode('hard'), ...inMode('soft')].map(nameOf);
}

/** How much of a measure a call takes that costs this. */
export function amountOf(measure: LimitMeasure, cost: Cost): number {
  if (measure.kind === 'concurrency') return 1;
  switch (measure.unit) {
    case 'calls':
      return 1;
    case 'tokens':
      return Math.min(cost.inputTokens + cost.outputTokens, Number.MAX_SAFE_INTEGER);
    case 'usd':
      return cost.nanoUsd;
  }
}

/** Who or what has the counter. A member that the call does not have is undefined. */
export function subjectOf(
  by: LimitMeasure['by'],
  principal: Principal,
  target: Target,
): readonly (string | undefined)[] {
  switch (by) {
    case 'rule':
      return [];
    case 'principal':
      return [principal.issuer, principal.subject];
    case 'team':
    case 'key':
    case 'client':
      return [principal[by]];
    case 'source':
      return [target.kind === 'tool' ? target.tool.source : target.source];
    case 'tool':
      return target.kind === 'tool' ? [target.tool.source, target.tool.name] : [undefined];
    case 'model':
      // What a model is asked for comes with models; a tool is none.
      return [undefined];
  }
}

/** What tells a limit's measures apart, whatever they allow: a limit that is raised keeps what was counted. */
function labelOf(measure: LimitMeasure): string {
  switch (measure.kind) {
    case 'rate':
      return `rate.${measure.unit}.${measure.windowMs}`;
    case 'concurrency':
      return 'concurrency';
    case 'budget':
      return `budget.${measure.unit}.${measure.per}`;
  }
}

function windowOf(
  measure: LimitMeasure,
  moment: Moment,
): { readonly window?: CounterWindow; readonly period?: Period } {
  switch (measure.kind) {
    case 'rate':
      return { window: { sliding: measure.windowMs } };
    case 'concurrency':
      return {};
    case 'budget': {
      const period = periodOf(measure, moment);
      return { window: { until: period.end }, period };
    }
  }
}

function periodOf({ per, timeZone }: BudgetMeasure, moment: Moment): Period {
  return moment.calendarOf(timeZone ?? moment.timeZone).periodAt(per, moment.now);
}
