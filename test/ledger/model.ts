import type { ExpectStatic } from 'vitest';
import type { Hold } from '../../src/gateway/ledger/ledger.ts';
import { BailiwickError } from '../../src/errors.ts';
import { NO_COST } from '../../src/gateway/ledger/ledger.ts';
import type { Store } from '../../src/state/store.ts';
import { toUsdText } from '../../src/text/nano-usd.ts';
import { breakable, call, createClock, limits, newId, openLedger, settled, spend } from './support.ts';

/*
 * The specification of the Ledger in the simplest words: a list of calls, each with the least and the most that it counts.
 *
 * Two processes share a store, and each can lose sight of it, before or after a step is taken, or crash. Where a process
 * crashes that had not yet been heard, what it did counts somewhere between nothing and the most; everywhere else there is
 * one right number.
 */

export type Step =
  | {
      do: 'call';
      process: number;
      limits: 'hard' | 'soft' | 'none';
      subject: string;
      bound: number;
      at: number;
    }
  | { do: 'settle'; nth: number; share: number; known: boolean }
  | { do: 'release'; nth: number }
  | { do: 'crash'; process: number }
  | { do: 'pass'; seconds: number }
  | { do: 'jump'; seconds: number }
  | { do: 'away'; process: number; mode: Mode; known: boolean }
  | { do: 'back'; process: number };

const BUDGET = 200;
const EACH = 120;
const AT_ONCE = 4;

const POLICIES = {
  hard: limits(
    `{ id: all, budget: { usd: ${toUsdText(BUDGET)}, per: day } }`,
    `{ id: each, by: principal, budget: { usd: ${toUsdText(EACH)}, per: day } }`,
    `{ id: slots, concurrency: ${AT_ONCE} }`,
  ),
  soft: limits('{ id: soft, mode: soft, budget: { usd: 0.0000001, per: day } }'),
  none: limits('{ id: other, who: { team: nobody }, concurrency: 0 }'),
};

/** What of the store a process loses sight of. */
type Mode = 'before' | 'after' | 'settle';

/** A call that the specification knows of. */
interface Call {
  readonly process: number;
  readonly limits: 'hard' | 'soft' | 'none';
  readonly subject: string;
  readonly bound: number;
  readonly day: string;
  hold: Hold | undefined;
  /** What it counts in its budgets, at least and at most. */
  least: number;
  most: number;
  /** Whether it counts as a call, at least and at most. */
  calls: readonly [least: number, most: number];
  /** Held in the store, as far as is known; `maybe` once its lease may be over, or its process is gone. */
  slot: 'held' | 'maybe' | 'free';
  /** Told to the store while it was away: lost if the process crashes before it is back. */
  unheard: boolean;
}

export async function runScenario(home: Store, steps: readonly Step[], expect: ExpectStatic): Promise<void> {
  // Shortly before midnight: some scenarios see two days.
  const clock = createClock(Date.parse('2026-11-21T23:50:00Z'));
  const calls: Call[] = [];
  let setBack = 0;
  const open = (): Call[] => calls.filter(({ hold }) => hold !== undefined);
  const dayOf = (): string => new Date(clock.now()).toISOString().slice(0, 10);
  const start = () => {
    const broken = breakable(home);
    // The timers of a process that crashed never fire: each process has its own.
    const timers = createClock(clock.now());
    const { ledger } = openLedger(broken.store, { now: clock.now, schedule: timers.schedule, newId });
    return { broken, timers, ledger, away: undefined as Mode | undefined };
  };
  const processes = [start(), start()];

  const total = (end: 'least' | 'most', day: string, matches: (one: Call) => boolean): number =>
    calls.filter((one) => one.day === day && matches(one)).reduce((sum, one) => sum + one[end], 0);
  const isHard = (one: Call): boolean => one.limits === 'hard';

  const begin = async (step: Step & { do: 'call' }): Promise<void> => {
    const { ledger, away: whole } = processes[step.process]!;
    const away = whole === 'settle' ? undefined : whole;
    const { subject, bound } = step;
    const isOf = (one: Call): boolean => isHard(one) && one.subject === subject;
    const day = dayOf();
    const one: Call = {
      process: step.process,
      limits: step.limits,
      subject,
      bound,
      day,
      hold: undefined,
      least: bound,
      most: bound,
      calls: [1, 1],
      slot: step.limits === 'hard' ? 'held' : 'free',
      unheard: false,
    };
    const request = call(POLICIES[step.limits], { as: { subject }, bound: { ...NO_COST, nanoUsd: bound } });
    let error: unknown;
    try {
      one.hold = await ledger.reserve(request);
    } catch (thrown) {
      error = thrown;
    }
    if (error === undefined) {
      if (isHard(one)) {
        expect(away).toBeUndefined();
        expect(total('least', day, isHard) + bound).toBeLessThanOrEqual(BUDGET);
        expect(total('least', day, isOf) + bound).toBeLessThanOrEqual(EACH);
        expect(calls.filter(({ slot }) => slot === 'held').length).toBeLessThan(AT_ONCE);
      }
      calls.push(one);
      return;
    }
    expect(error).toBeInstanceOf(BailiwickError);
    expect(isHard(one)).toBe(true);
    if ((error as BailiwickError).code === 'STATE_UNAVAILABLE') {
      expect(away).toBeDefined();
      // What may have been taken is given back when the process can be heard again.
      calls.push({ ...one, least: 0, calls: [0, 0], most: 0, slot: 'free' });
      if (away === 'after')
        Object.assign(calls.at(-1)!, { most: bound, calls: [0, 1], slot: 'maybe', unheard: true });
      return;
    }
    expect((error as BailiwickError).code).toBe('LIMIT_EXCEEDED');
    const isFull =
      total('most', day, isHard) + bound > BUDGET ||
      total('most', day, isOf) + bound > EACH ||
      calls.filter(({ slot }) => slot !== 'free').length >= AT_ONCE;
    expect(isFull).toBe(true);
  };

  const finish = async (one: Call | undefined, actual: number | undefined, sent: boolean): Promise<void> => {
    if (one?.hold === undefined) return;
    const { away } = processes[one.process]!;
    const { hold } = one;
    one.hold = undefined;
    const came = sent ? (actual ?? one.bound) : 0;
    const count = sent ? 1 : 0;
    const isLocal = one.limits !== 'hard';
    if (away !== undefined) {
      // Heard later, or lost with its process: then charged in full, or, where it was counted there, perhaps not at all.
      one.unheard = true;
      one.least = Math.min(came, isLocal ? 0 : one.bound);
      one.most = Math.max(came, one.bound);
      one.calls = [isLocal ? 0 : Math.min(count, 1), 1];
      if (one.slot === 'held') one.slot = 'maybe';
    } else {
      one.least = one.most = came;
      one.calls = [count, count];
      one.slot = 'free';
    }
    Object.assign(one, { came, count });
    await (sent
      ? hold.settle(actual === undefined ? undefined : { ...NO_COST, nanoUsd: actual })
      : hold.release());
  };

  const comeBack = async (process: number): Promise<void> => {
    const one = processes[process]!;
    if (one.away === undefined) return;
    one.away = undefined;
    one.broken.comeBack();
    await letPass(20);
    for (const each of calls) {
      if (each.process !== process || !each.unheard) continue;
      const { came = 0, count = 0 } = each as Call & { came?: number; count?: number };
      Object.assign(each, { least: came, most: came, calls: [count, count], slot: 'free', unheard: false });
    }
  };

  const letPass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 5) {
      clock.jump(Math.min(5, seconds - second) * 1_000);
      for (const { timers } of processes) await timers.pass(Math.min(5, seconds - second) * 1_000);
    }
  };

  const crash = (process: number): void => {
    for (const one of calls) {
      if (one.process !== process) continue;
      if (one.hold !== undefined && one.limits !== 'hard') {
        // Soft: given back. Counted here and lost, or counted in the store and released.
        one.least = 0;
        one.calls = [0, 1];
      }
      one.hold = undefined;
      one.unheard = false;
      if (one.slot === 'held') one.slot = 'maybe';
    }
    processes[process] = start();
  };

  const take = async (step: Step): Promise<void> => {
    switch (step.do) {
      case 'call': {
        for (let copy = 0; copy < step.at; copy += 1) await begin(step);
        return;
      }
      case 'settle': {
        const one = open().at(step.nth % Math.max(1, open().length));
        const actual = Math.floor(((one?.bound ?? 0) * step.share) / 100);
        return finish(one, step.known ? actual : undefined, true);
      }
      case 'release':
        return finish(open().at(step.nth % Math.max(1, open().length)), 0, false);
      case 'crash':
        return crash(step.process);
      case 'pass': {
        for (const one of calls) {
          if (processes[one.process]!.away !== undefined && one.slot === 'held') one.slot = 'maybe';
        }
        return letPass(step.seconds);
      }
      case 'jump': {
        clock.jump(step.seconds * 1_000);
        setBack += Math.max(0, -step.seconds);
        for (const one of calls) if (one.slot === 'held') one.slot = 'maybe';
        return;
      }
      case 'away': {
        const one = processes[step.process]!;
        if (one.away !== undefined) return;
        one.away = step.mode;
        one.broken.goAway(step.mode, step.known && step.mode !== 'settle');
        return;
      }
      case 'back':
        return comeBack(step.process);
    }
  };

  for (const step of steps) {
    await take(step);
    await settled();
    for (const day of new Set(calls.map((one) => one.day))) {
      expect(total('least', day, isHard)).toBeLessThanOrEqual(BUDGET);
    }
  }

  // At the end everybody is heard, every call has ended, and every lease of the dead is over.
  for (const process of processes.keys()) await comeBack(process);
  for (const one of open()) await finish(one, one.bound, true);
  await letPass(120 + setBack);
  for (const day of new Set(calls.map((one) => one.day))) {
    const until = Date.parse(`${day}T00:00:00Z`) + 86_400_000;
    const counters = [
      { name: 'all', matches: isHard, counter: 'limit/team/all/budget.usd.day/rule' },
      ...['a', 'b'].map((subject) => ({
        name: `each ${subject}`,
        matches: (one: Call) => isHard(one) && one.subject === subject,
        counter: `limit/team/each/budget.usd.day/principal/config/${subject}`,
      })),
      {
        name: 'soft',
        matches: (one: Call) => one.limits === 'soft',
        counter: 'limit/team/soft/budget.usd.day/rule',
      },
    ];
    const totals = await home.totals(
      counters.map(({ counter }) => ({ counter: `${counter}/${day}`, window: { until } })),
      clock.now(),
    );
    for (const [index, { name, matches }] of counters.entries()) {
      const { spent = 0, held = 0 } = totals[index] ?? {};
      const counted = { day, name, least: total('least', day, matches), most: total('most', day, matches) };
      expect({
        ...counted,
        inside: spent + held >= counted.least && spent + held <= counted.most,
        spent,
        held,
      }).toMatchObject({
        inside: true,
      });
    }
    const rows = await spend(home, day, clock.now());
    const counted = rows.reduce((sum, row) => sum + (row.calls ?? 0), 0);
    const ofDay = calls.filter((one) => one.day === day);
    expect(counted).toBeGreaterThanOrEqual(ofDay.reduce((sum, one) => sum + one.calls[0], 0));
    expect(counted).toBeLessThanOrEqual(ofDay.reduce((sum, one) => sum + one.calls[1], 0));
  }
  for (const { ledger } of processes) await ledger.close();
}
