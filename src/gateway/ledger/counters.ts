import type { Target } from '../../catalog/entries.ts';
import type { Principal } from '../../identity/principal.ts';
import type { BudgetMeasure, CompiledLimit, LimitMeasure } from '../../policy/limit.ts';
import type { CounterWindow, ReserveItem } from '../../state/store.ts';
import type { Calendar } from './calendar.ts';
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
export function countersOf(request: LedgerRequest, moment: Moment): Counted[] {
  const { principal, target, bound } = request;
  const used = new Map<string, number>();
  const counted: Counted[] = [];
  for (const limit of request.policy.limits) {
    if (!limit.matchesPrincipal(principal) || !limit.matchesTarget(target)) continue;
    for (const measure of limit.measures) {
      const amount = amountOf(measure, bound);
      if (amount === 0) continue;
      const { window, period } = windowOf(measure, moment);
      const name = [
        'limit',
        ...limit.id.split('/').map(toNamePart),
        labelOf(measure),
        measure.by,
        ...subjectOf(measure.by, principal, target).map(toNamePart),
        ...(period === undefined ? [] : [period]),
      ].join('/');
      const earlier = used.get(name) ?? 0;
      used.set(name, earlier + 1);
      const item: ReserveItem = {
        counter: earlier === 0 ? name : `${name}#${earlier}`,
        ...(window && { window }),
        amount,
        limit: measure.amount,
        mode: measure.mode,
        onLoss: measure.onLoss,
      };
      counted.push({ limit, measure, item, ...(period !== undefined && { period }) });
    }
  }
  return counted;
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
): { readonly window?: CounterWindow; readonly period?: string } {
  switch (measure.kind) {
    case 'rate':
      return { window: { sliding: measure.windowMs } };
    case 'concurrency':
      return {};
    case 'budget': {
      const { id, end } = periodOf(measure, moment);
      return { window: { until: end }, period: id };
    }
  }
}

function periodOf({ per, timeZone }: BudgetMeasure, moment: Moment) {
  return moment.calendarOf(timeZone ?? moment.timeZone).periodAt(per, moment.now);
}
