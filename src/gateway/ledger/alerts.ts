import type { RuleId } from '../../policy/decision.ts';
import type { BudgetMeasure } from '../../policy/limit.ts';
import type { Store } from '../../state/store.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { isUnavailable, type Availability } from './availability.ts';
import type { Counted } from './counters.ts';
import { describeAmount, describeMeasure, describeScope } from './describe-limit.ts';
import type { LedgerRequest } from './ledger.ts';

/** A part of a budget that was reached: told once for each counter, period, amount and part, whatever the number of processes. */
export interface LimitAlert {
  readonly limit: RuleId;
  readonly mode: 'hard' | 'soft';
  /** The budget in words: `50 USD per month`. */
  readonly budget: string;
  /** Whose counter it is: `principal agent`. Absent where the limit has one for all. */
  readonly scope?: string;
  /** `2026-11` */
  readonly period: string;
  /** Which part, e.g. 0.8. */
  readonly part: number;
  /** What is spent and reserved, and what the budget is, in its unit: nano-USD, tokens or calls. */
  readonly total: number;
  readonly amount: number;
  /** True while the store is away: only this process's calls are counted, against its share of the budget. */
  readonly local: boolean;
}

/** Sees that whoever runs the gateway hears of budgets that are nearly, or wholly, used up. */
export interface Alerts {
  /** `total` is what the counter holds now. Does not wait for the store; see {@link Alerts.idle}. */
  look(counted: Counted, request: LedgerRequest, total: number): void;
  /** Like {@link Alerts.look} for what this process has counted while the store is away. */
  lookLocally(counted: Counted, request: LedgerRequest, total: number): void;
  idle(): Promise<void>;
}

interface AlertOptions {
  readonly store: Store;
  readonly availability: Availability;
  readonly logger: Logger;
  readonly now: () => number;
  readonly localShare: number;
  readonly onAlert: (alert: LimitAlert) => void;
}

/** Alerts that this process remembers to have told; beyond that it asks the store. */
const REMEMBERED = 50_000;
/** The store remembers an alert a while longer than the period lasts. */
const KEPT_MS = 3_600_000;

export function createAlerts(options: AlertOptions): Alerts {
  const { store, availability, logger, now, localShare, onAlert } = options;
  const told = new Set<string>();
  const underWay = new Set<Promise<void>>();

  const tell = (alert: LimitAlert, measure: BudgetMeasure): void => {
    const { limit, budget, scope, period, part, total, amount, local } = alert;
    const where = local ? ', as far as this gateway counted while the store is away' : '';
    logger.warn(
      { ...alert, unit: measure.unit === 'usd' ? 'nano-USD' : measure.unit },
      `limit ${limit}: ${describeAmount(measure, total)} of ${describeAmount(measure, amount)} are used (${budget}, ${scope ?? 'all calls together'}, ${period}), which is at least ${Math.round(part * 1000) / 10} %${where}`,
    );
    onAlert(alert);
  };

  const tellOnce = async (key: string, expiresAt: number, tellIt: () => void): Promise<void> => {
    try {
      const isFirst = await availability.watch(store.put(key, true, { now: now(), expiresAt, ifVersion: 0 }));
      if (isFirst) tellIt();
    } catch (error) {
      if (!isUnavailable(error)) logger.error({ err: error }, 'an alert could not be noted');
      // Rather twice than not at all.
      tellIt();
    }
  };

  const lookAt = (counted: Counted, request: LedgerRequest, total: number, local: boolean): void => {
    const { measure, item, limit, period } = counted;
    if (measure.kind !== 'budget' || period === undefined || total === 0) return;
    const amount = local ? Math.floor(measure.amount * localShare) : measure.amount;
    for (const part of measure.alertAt) {
      if (total < Math.max(1, Math.ceil(amount * part))) continue;
      // A budget that was raised is told of anew.
      const key = `alert/${item.counter}/${measure.amount}/${part}`;
      const memory = local ? `local ${key}` : key;
      if (told.has(memory)) continue;
      remember(told, memory);
      const scope = describeScope(counted, request);
      const alert: LimitAlert = {
        limit: limit.id,
        mode: measure.mode,
        budget: describeMeasure(measure),
        ...(scope !== undefined && { scope }),
        period,
        part,
        total,
        amount,
        local,
      };
      const until = item.window !== undefined && 'until' in item.window ? item.window.until : now();
      if (local) tell(alert, measure);
      else {
        const work = tellOnce(key, Math.max(until, now()) + KEPT_MS, () => tell(alert, measure));
        underWay.add(work);
        void work.finally(() => underWay.delete(work));
      }
    }
  };

  return {
    look: (counted, request, total) => lookAt(counted, request, total, false),
    lookLocally: (counted, request, total) => lookAt(counted, request, total, true),
    async idle() {
      await Promise.all(underWay);
    },
  };
}

function remember(told: Set<string>, key: string): void {
  told.add(key);
  const oldest = told.size > REMEMBERED ? told.values().next().value : undefined;
  if (oldest !== undefined) told.delete(oldest);
}
