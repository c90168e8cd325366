import type { Target } from '../../src/catalog/entries.ts';
import { BailiwickError } from '../../src/errors.ts';
import { createLedger, type LedgerOptions } from '../../src/gateway/ledger/create-ledger.ts';
import { NO_COST, type Cost, type Hold, type LedgerRequest } from '../../src/gateway/ledger/ledger.ts';
import { toSpendTable, type SpendRow, type SpendSums } from '../../src/gateway/ledger/spend-table.ts';
import type { Principal } from '../../src/identity/principal.ts';
import type { PolicySet } from '../../src/policy/policy-set.ts';
import type { Store, TallyRow } from '../../src/state/store.ts';
import { toNanoUsd } from '../../src/text/nano-usd.ts';
import { policy, principal, toolTarget } from '../policy/fixtures.ts';

export const NOW = Date.parse('2026-11-21T07:28:48Z');

/** A clock that stands until it is told to go on, and the timers that go by it. */
export function createClock(start = NOW) {
  let time = start;
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  return {
    now: () => time,
    schedule(callback: () => void, milliseconds: number) {
      const timer = { at: time + milliseconds, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    /** Sets the clock, and lets no timer fire. */
    jump(milliseconds: number) {
      time += milliseconds;
    },
    /** Lets time pass: every timer fires when it is due. */
    async pass(milliseconds: number) {
      const end = time + milliseconds;
      for (;;) {
        const next = [...timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers.delete(next);
        time = Math.max(time, next.at);
        next.callback();
        await settled();
      }
      time = end;
      await settled();
    },
  };
}

export type Clock = ReturnType<typeof createClock>;

/** Resolves when all that does not wait for a clock or the outside has been done. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** What was logged, as `level: message`. */
export function createLog() {
  const lines: string[] = [];
  const write =
    (level: string) =>
    (_fields: object, message: string): void =>
      void lines.push(`${level}: ${message}`);
  return {
    lines,
    logger: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
  };
}

let ids = 0;

export function newId(): string {
  ids += 1;
  return `id-${ids}`;
}

/** A Ledger over a store, with a clock and a log of its own unless others are given. */
export function openLedger(store: Store, options: Partial<LedgerOptions> & { clock?: Clock } = {}) {
  const clock = options.clock ?? createClock();
  const log = createLog();
  const alerts: Parameters<NonNullable<LedgerOptions['onAlert']>>[0][] = [];
  const lost: string[] = [];
  const ledger = createLedger({
    store,
    logger: log.logger,
    now: clock.now,
    newId,
    timeZone: () => 'UTC',
    localShare: 0.1,
    schedule: clock.schedule,
    onAlert: (alert) => void alerts.push(alert),
    onLost: ({ id }) => void lost.push(id),
    ...options,
  });
  return { ledger, clock, log: log.lines, alerts, lost };
}

/** A policy set of these limits, written as in a policy file. */
export function limits(...entries: readonly string[]): PolicySet {
  return policy(`policy: team\nlimits:\n${entries.map((entry) => `  - ${entry}\n`).join('')}`);
}

export function usd(amount: number): Cost {
  return { ...NO_COST, nanoUsd: toNanoUsd(amount) };
}

export function tokens(outputTokens: number): Cost {
  return { ...NO_COST, outputTokens };
}

/** A call of a tool, with what is different about it. */
export function call(set: PolicySet, different: Partial<LedgerRequest> & { as?: Partial<Principal> } = {}) {
  const { as, ...members } = different;
  const target: Target = toolTarget('crm', 'lookup');
  return { id: newId(), principal: principal(as), target, policy: set, bound: NO_COST, ...members };
}

/** `undefined` for a hold, the error for a refusal. */
export async function refusal(hold: Promise<Hold>): Promise<BailiwickError | undefined> {
  try {
    await hold;
    return undefined;
  } catch (error) {
    if (error instanceof BailiwickError) return error;
    throw error;
  }
}

export async function rowsOf(store: Store, table: string, now: number): Promise<TallyRow[]> {
  const rows: TallyRow[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.rows(table, { now, ...(cursor !== undefined && { cursor }) });
    rows.push(...page.rows);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return rows;
}

/** The day's spend, each row with its sums that are not 0. */
export async function spend(store: Store, day = '2026-11-21', now = NOW) {
  const rows = await rowsOf(store, toSpendTable(day), now);
  return rows.map(({ row, sums }) => ({
    ...(JSON.parse(row) as SpendRow),
    ...(Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum !== 0)) as Partial<SpendSums>),
  }));
}

type Method = 'reserve' | 'settle' | 'renew' | 'reap' | 'put';

function away(): BailiwickError {
  return new BailiwickError('STATE_UNAVAILABLE', 'the store is away');
}

/** A store that goes away: a step is then not taken, or taken and not answered, or only settlements are not answered. */
export function breakable(inner: Store) {
  const state: { mode: 'up' | 'before' | 'after' | 'settle'; told: boolean } = { mode: 'up', told: true };
  const listeners = new Set<(available: boolean) => void>();
  const asked: Method[] = [];
  const through =
    <A extends unknown[], R>(name: Method, work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      asked.push(name);
      if (state.mode === 'before') throw away();
      const answer = await work(...args);
      if (state.mode === 'after' || state.mode === name) throw away();
      return answer;
    };
  const store: Store = {
    ...inner,
    reserve: through('reserve', inner.reserve),
    settle: through('settle', inner.settle),
    renew: through('renew', inner.renew),
    reap: through('reap', inner.reap),
    put: through('put', inner.put),
    isAvailable: () => state.mode === 'up' || !state.told,
    onAvailability(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return {
    store,
    asked,
    /** `known`: the store itself knows that it is away; otherwise only its answers tell. */
    goAway(mode: 'before' | 'after' | 'settle', known = true) {
      state.mode = mode;
      state.told = known;
      if (known) for (const listener of listeners) listener(false);
    },
    comeBack() {
      state.mode = 'up';
      for (const listener of listeners) listener(true);
    },
  };
}
