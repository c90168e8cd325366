import { createCalendars } from '../../gateway/ledger/calendar.ts';
import { limitCountersOf, type LimitCounter } from '../../gateway/ledger/counters.ts';
import type { SpendRow } from '../../gateway/ledger/spend-table.ts';
import type { BudgetMeasure, CompiledLimit, LimitBy, LimitMeasure } from '../../policy/limit.ts';
import type { Store } from '../../state/store.ts';
import { dayBefore, daysOf } from './days.ts';
import { readRow } from './read-row.ts';
import { rowsOf } from './read-spend.ts';

/** A budget that is in force, and how full it is in this hour, day or month. */
export interface BudgetState {
  readonly limit: string;
  readonly measure: BudgetMeasure;
  /** Whose budget it is, as the limit counts; empty where one is for all. */
  readonly subject: Subject;
  /** False where the limit is about some principals only. */
  readonly isForEveryone: boolean;
  /** In the measure's unit, money in nano-USD. */
  readonly spent: number;
  readonly held: number;
  /** When it begins anew, in milliseconds. */
  readonly resetsAt: number;
  readonly timeZone: string;
}

/** What has a counter of its own, e.g. issuer and subject; a member that is not there is undefined. */
export type Subject = readonly (string | undefined)[];

export interface BudgetQuery {
  /** Of the policies in force, and of keys. */
  readonly limits: readonly CompiledLimit[];
  readonly now: number;
  /** Of budgets that name none. */
  readonly timeZone: string;
}

/** Counters that are asked for at once. */
const BATCH = 500;

/**
 * Every budget with how full it is. A budget that counts several by themselves is listed for each that has spent or
 * reserved something in its period, as far as the store's tables of spend know them.
 */
export async function readBudgets(store: Store, query: BudgetQuery): Promise<BudgetState[]> {
  const calendarOf = createCalendars();
  const subjects = await readSubjects(store, query, calendarOf);
  const states: BudgetState[] = [];
  for (const limit of query.limits) {
    const asked: Asked[] = [];
    for (const [by, measures] of budgetsOf(limit)) {
      for (const subject of subjects(by)) {
        const moment = { ...query, calendarOf, subjectOf: () => subject };
        for (const counter of limitCountersOf(limit, measures, moment)) asked.push({ counter, subject });
      }
    }
    for (let start = 0; start < asked.length; start += BATCH) {
      // oxlint-disable-next-line no-await-in-loop -- a store is asked for some at a time
      states.push(...(await readTotals(store, limit, asked.slice(start, start + BATCH), query)));
    }
  }
  return states;
}

interface Asked {
  readonly counter: LimitCounter;
  readonly subject: Subject;
}

async function readTotals(
  store: Store,
  { id, who }: CompiledLimit,
  asked: readonly Asked[],
  { now, timeZone }: BudgetQuery,
): Promise<BudgetState[]> {
  const names = asked.map(({ counter: { counter, window } }) => ({ counter, ...(window && { window }) }));
  const totals = await store.totals(names, now);
  return asked.flatMap(({ counter: { measure, period }, subject }, index) => {
    const { spent, held } = totals[index] ?? { spent: 0, held: 0 };
    if (measure.kind !== 'budget' || period === undefined) return [];
    if (measure.by !== 'rule' && spent + held === 0) return [];
    const zone = measure.timeZone ?? timeZone;
    return [
      {
        limit: id,
        measure,
        subject,
        isForEveryone: who === undefined,
        spent,
        held,
        resetsAt: period.end,
        timeZone: zone,
      },
    ];
  });
}

/** The budgets of a limit, those together that count by the same. */
function budgetsOf({ measures }: CompiledLimit): Map<LimitBy, LimitMeasure[]> {
  return Map.groupBy(
    measures.filter(({ kind }) => kind === 'budget'),
    ({ by }) => by,
  );
}

/** Who has spent something since the longest period began, by what the budgets count by. */
async function readSubjects(
  store: Store,
  { limits, now, timeZone }: BudgetQuery,
  calendarOf: ReturnType<typeof createCalendars>,
): Promise<(by: LimitBy) => readonly Subject[]> {
  const budgets = limits.flatMap(({ measures }) => measures.filter(({ kind }) => kind === 'budget'));
  const found = new Map<LimitBy, Map<string, Subject>>(budgets.map(({ by }) => [by, new Map()]));
  found.delete('rule');
  const today = calendarOf(timeZone).periodAt('day', now).id;
  const hasMonths = budgets.some((measure) => measure.kind === 'budget' && measure.per === 'month');
  // A day more, for budgets of another time zone: there a period may have begun a day before.
  const from = dayBefore(hasMonths ? `${today.slice(0, 8)}01` : today);
  if (found.size > 0) {
    for await (const { stored } of rowsOf(store, { days: daysOf({ from, to: today }), now })) {
      const row = readRow(stored);
      if (row === undefined) continue;
      for (const [by, subjects] of found) {
        const subject = subjectOf(by, row);
        subjects.set(JSON.stringify(subject), subject);
      }
    }
  }
  return (by) => (by === 'rule' ? [[]] : [...(found.get(by)?.values() ?? [])]);
}

/** As the Ledger's counters name them. */
function subjectOf(by: LimitBy, row: SpendRow): Subject {
  switch (by) {
    case 'rule':
      return [];
    case 'principal':
      return [row.issuer, row.subject];
    case 'team':
    case 'key':
    case 'client':
    case 'source':
      return [row[by]];
    case 'tool':
      return row.kind === 'tool' ? [row.source, row.name] : [undefined];
    case 'model':
      return [row.kind === 'model' ? row.name : undefined];
  }
}
