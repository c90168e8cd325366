import { MAX_ITEMS } from '../../state/bounds.ts';
import type { Principal } from '../../identity/principal.ts';
import type { CompiledLimit } from '../../policy/limit.ts';
import type { LostReservation, Store } from '../../state/store.ts';
import { wasNotTaken } from '../../state/unavailable.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { createAlerts, type LimitAlert } from './alerts.ts';
import { createArrears } from './arrears.ts';
import { isUnavailable, watchAvailability } from './availability.ts';
import { createCalendars } from './calendar.ts';
import { countersOf, type Counted } from './counters.ts';
import { holdOf } from './hold.ts';
import type { Hold, Ledger, LedgerRequest } from './ledger.ts';
import { keepLeases, LEASE_MS } from './leases.ts';
import { createLocalCount } from './local-count.ts';
import { createOutbox } from './outbox.ts';
import { limitExceeded, limitsUnknown, tooManyLimits } from './refusals.ts';
import { scheduleTimer, type Schedule } from './schedule.ts';
import { amountsOf, NOTHING_SENT, spendOf, tallyOf, type Spent } from './settlement.ts';

export interface LedgerOptions {
  readonly store: Store;
  readonly logger: Logger;
  readonly now: () => number;
  readonly newId: () => string;
  /** Of days of spend, and of budgets that name no time zone; asked for at each call. */
  readonly timeZone: () => string;
  /** The part of each soft limit that this process counts against while the store is away. */
  readonly localShare: number;
  /** Limits of a caller's own key, beside those of the policies. Absent: keys have none. */
  readonly keyLimits?: (principal: Principal) => readonly CompiledLimit[];
  readonly onAlert?: (alert: LimitAlert) => void;
  /** Reservations of processes that are gone, ended by this one. */
  readonly onLost?: (lost: LostReservation) => void;
  readonly schedule?: Schedule;
  /** Settlements, and counters, that are kept while the store is away. */
  readonly capacity?: number;
}

/** How long a stop waits for a store that is away. */
const LAST_WAIT_MS = 2_000;

/**
 * The Ledger over a store.
 *
 * ```
 * reserve: count what applies → one step in the store → hold | LIMIT_EXCEEDED
 *          store away: a hard limit → STATE_UNAVAILABLE; else counted here, and added to the store when it is back
 * settle:  one step in the store, repeated until it was taken; the store takes it once
 * ```
 */
export function createLedger(options: LedgerOptions): Ledger {
  const { store, logger, now, newId, localShare } = options;
  const { schedule = scheduleTimer, capacity = 20_000, onAlert = () => {}, keyLimits = () => [] } = options;
  const calendarOf = createCalendars();

  const availability = watchAvailability(store, logger, { localShare, now, onBack: catchUp });
  const outbox = createOutbox({ logger, schedule, capacity });
  const arrears = createArrears({ store, availability, outbox, logger, now, newId, capacity });
  const alerts = createAlerts({ store, availability, logger, now, localShare, onAlert });
  const local = createLocalCount(capacity);
  const leases = keepLeases({ store, availability, logger, now, schedule, onLost: tellLost });

  function catchUp(): void {
    local.clear();
    void outbox.retry().then(arrears.deliver);
  }

  function tellLost(lost: readonly LostReservation[]): void {
    for (const one of lost) {
      logger.warn(
        { call: one.id, charged: one.charged },
        'a call counts as lost: the process that made it is gone, or did not renew its reservation in time',
      );
      options.onLost?.(one);
    }
  }

  /** What nothing limits: told to the store when it was done, in its own time. */
  function pass(request: LedgerRequest, counted: readonly Counted[], reservedAt: number): Hold {
    return holdOf(request, async (spent) => {
      if (spent.cost !== undefined) {
        const amounts = amountsOf(counted, spent);
        const items = counted.map(({ item }) => ({ ...item, amount: amounts[item.counter] ?? 0 }));
        arrears.add(items, tallyOf(request, spent.sums, calendarOf(options.timeZone()), reservedAt));
      }
      void arrears.deliver();
    });
  }

  function countLocally(
    request: LedgerRequest,
    counted: readonly Counted[],
    reason: { readonly at: number; readonly cause: unknown },
  ): Hold {
    if (counted.some(({ item }) => item.mode === 'hard')) throw limitsUnknown(counted, reason.cause);
    for (const one of counted) {
      alerts.lookLocally(one, request, local.reserve(one.item.counter, one.item.amount));
    }
    return pass(request, counted, reason.at);
  }

  /** Tells the store what became of a reservation that it has, or may have. */
  function end(id: string, counted: readonly Counted[], spent: Spent): Promise<void> {
    const amounts = amountsOf(counted, spent);
    const add = spent.cost === undefined ? undefined : { ...spent.sums };
    return outbox.send(async () => {
      await availability.watch(store.settle({ id, now: now(), amounts, ...(add && { add }) }));
    });
  }

  async function reserve(request: LedgerRequest): Promise<Hold> {
    const { id } = request;
    const reservedAt = now();
    const timeZone = options.timeZone();
    const limits = [...request.policy.limits, ...keyLimits(request.principal)];
    const counted = countersOf(request, limits, { now: reservedAt, timeZone, calendarOf });
    if (counted.length > MAX_ITEMS) throw tooManyLimits(counted, MAX_ITEMS);
    if (counted.length === 0 && isFree(request)) return pass(request, counted, reservedAt);
    if (!store.isAvailable()) return countLocally(request, counted, { at: reservedAt, cause: undefined });
    const lost = { ...spendOf(request, undefined).sums, lost: 1 };
    try {
      await leases.catchUp();
      const answer = await availability.watch(
        store.reserve({
          id,
          now: reservedAt,
          leaseUntil: reservedAt + LEASE_MS,
          items: counted.map(({ item }) => item),
          tally: tallyOf(request, lost, calendarOf(timeZone), reservedAt),
        }),
      );
      if (answer.lost.length > 0) tellLost(answer.lost);
      if (answer.outcome === 'exceeded') {
        throw limitExceeded(request, counted, { exceeded: answer.exceeded, now: reservedAt });
      }
      for (const [index, one] of counted.entries()) alerts.look(one, request, answer.totals[index] ?? 0);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      // It may have been taken: what it holds is given back as soon as the store can be told.
      if (!wasNotTaken(error)) void end(id, counted, NOTHING_SENT);
      return countLocally(request, counted, { at: reservedAt, cause: error });
    }
    leases.add(id);
    return holdOf(request, (spent) => {
      leases.delete(id);
      return end(id, counted, spent);
    });
  }

  return {
    reserve,
    async close() {
      leases.stop();
      const { promise: overdue, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, LAST_WAIT_MS);
      const finish = async (): Promise<void> => {
        await Promise.all([outbox.idle(), alerts.idle()]);
        await outbox.retry();
        await arrears.deliver();
      };
      await Promise.race([finish(), overdue]);
      clearTimeout(timer);
      outbox.stop();
      availability.stop();
      const left = { settlements: outbox.waiting(), amounts: arrears.size() };
      if (left.settlements + left.amounts > 0) {
        logger.error(left, `the store of limits and budgets is away at the end: ${describeLeft(left)}`);
      }
    },
  };
}

/** What the store was not told of, in words. */
function describeLeft({ settlements, amounts }: { settlements: number; amounts: number }): string {
  return [
    ...(settlements > 0 ? ['reservations that it holds, or may hold, count as lost'] : []),
    ...(amounts > 0 ? ['what was counted here is not added to it'] : []),
  ].join(', and ');
}

function isFree({ bound }: LedgerRequest): boolean {
  return bound.nanoUsd + bound.inputTokens + bound.outputTokens === 0;
}
