import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openMemory } from '../../src/state/memory/open-memory.ts';
import type { CounterName, CounterWindow, ReserveItem, Store } from '../../src/state/store.ts';
import { openBy, recordLog, urlOf } from './support/open.ts';
import { startRedis, type RedisServer } from './support/redis-server.ts';
import { NOW } from './support/reservations.ts';

/*
 * Whatever is done to it, Redis answers what memory answers: the scripts are a second writing of the same rules, and this
 * compares the two, step by step.
 */
let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.close());

type Step = (store: Store, now: number) => Promise<unknown>;

/** A step that a failure shows as what it does. */
function named(name: string, data: unknown, step: Step): Step {
  return Object.assign(step, { toString: () => `${name} ${JSON.stringify(data)}` });
}

const TABLE = { table: 'table', expiresAt: NOW + 40_000 };
const WINDOWS: readonly (CounterWindow | undefined)[] = [
  undefined,
  { until: NOW + 20_000 },
  { until: NOW - 3_590_000 },
  { sliding: 7_000 },
  { sliding: 61 },
];

/** A counter of a period carries the period in its name, as the store asks for. */
function nameOf(counter: string, window: CounterWindow | undefined): CounterName {
  if (window === undefined) return { counter };
  return { counter: 'until' in window ? `${counter}/${window.until}` : counter, window };
}

const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const amount = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 9 }) },
  { weight: 1, arbitrary: oneOf(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1, 2 ** 52, 1e15) },
);
const id = oneOf('a', 'b', 'c', 'd', 'é\u0000"');
const counter = oneOf('one', 'two', 'three "3"');
const sums = fc.dictionary(oneOf('calls', 'nanoUsd', 'a/b'), amount, { maxKeys: 3 });
const row = oneOf('row', 'other row', '1:table');

const item: fc.Arbitrary<ReserveItem> = fc
  .record({
    counter,
    window: oneOf(...WINDOWS),
    amount,
    limit: fc.oneof(fc.integer({ min: 0, max: 20 }), amount),
    mode: oneOf('hard' as const, 'soft' as const),
    onLoss: oneOf('charge' as const, 'release' as const),
  })
  .map(({ window, ...rest }) => ({ ...rest, ...nameOf(rest.counter, window) }));

const reserveStep: fc.Arbitrary<Step> = fc
  .record({
    id,
    items: fc.uniqueArray(item, { maxLength: 3, selector: (one) => one.counter }),
    tally: fc.option(fc.record({ row, add: sums })),
    lease: fc.integer({ min: -1_000, max: 20_000 }),
  })
  .map((reservation) =>
    named('reserve', reservation, (store, now) => {
      const tally = reservation.tally && { ...TABLE, ...reservation.tally };
      return store.reserve({
        id: reservation.id,
        items: reservation.items,
        now,
        leaseUntil: now + reservation.lease,
        ...(tally && { tally }),
      });
    }),
  );

const counterName = fc
  .tuple(counter, oneOf(...WINDOWS))
  .map(([name, window]) => nameOf(name, window).counter);

const settleStep: fc.Arbitrary<Step> = fc
  .record({ id, amounts: fc.dictionary(counterName, amount, { maxKeys: 4 }), add: fc.option(sums) })
  .map(({ add, ...settlement }) =>
    named('settle', { add, ...settlement }, (store, now) =>
      store.settle({ ...settlement, now, ...(add && { add }) }),
    ),
  );

const ledgerStep: fc.Arbitrary<Step> = fc.oneof(
  fc
    .record({ ids: fc.array(id, { maxLength: 3 }), lease: fc.integer({ min: 0, max: 30_000 }) })
    .map(({ ids, lease }) =>
      named('renew', { ids, lease }, (store, now) => store.renew(ids, now + lease, now)),
    ),
  fc.constant(named('reap', {}, (store, now) => store.reap(now))),
  fc
    .record({ row, add: sums })
    .map((tally) => named('tally', tally, (store, now) => store.tally({ ...TABLE, ...tally }, now))),
);

const valueStep: fc.Arbitrary<Step> = fc
  .record({
    key: oneOf('key', 'key/2', 'other'),
    value: fc.jsonValue(),
    lives: fc.option(fc.integer({ min: 0, max: 20_000 })),
    ifVersion: fc.option(fc.integer({ min: 0, max: 3 })),
    takes: fc.boolean(),
  })
  .map(({ key, value, lives, ifVersion, takes }) =>
    named(takes ? 'take' : 'put', { key, value, lives, ifVersion }, (store, now) => {
      if (takes) return store.take(key, now);
      return store.put(key, JSON.parse(JSON.stringify(value)), {
        now,
        ...(lives !== null && { expiresAt: now + lives }),
        ...(ifVersion !== null && { ifVersion }),
      });
    }),
  );

const step = fc.oneof(
  { weight: 4, arbitrary: reserveStep },
  { weight: 3, arbitrary: settleStep },
  { weight: 3, arbitrary: ledgerStep },
  { weight: 1, arbitrary: valueStep },
);
/**
 * Clocks go on, stand, and at times jump ahead. Not back: what was over at the later instant is then there or not, as it
 * was swept or not.
 */
const passes = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 4_000 }) },
  { weight: 1, arbitrary: oneOf(8_000, 3_600_000, 86_400_000) },
);

/** What was lost at the same instant is told in any order. */
function inOrder(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map((one) => JSON.stringify(one)).toSorted();
  if (typeof answer !== 'object' || answer === null || !('lost' in answer)) return answer;
  return { ...answer, lost: inOrder(answer.lost) };
}

/** All that can be seen of a store. */
async function look(store: Store, now: number): Promise<unknown> {
  const names = ['one', 'two', 'three "3"'].flatMap((name) => WINDOWS.map((window) => nameOf(name, window)));
  const [totals, rows, list, values] = await Promise.all([
    store.totals(names, now),
    store.rows('table', { now }),
    store.list('key', { now }),
    Promise.all(['key', 'key/2', 'other'].map((key) => store.get(key, now))),
  ]);
  return { totals, rows, list, values };
}

it('Redis answers what memory answers, whatever is done in whatever order', async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(step, passes), { minLength: 1, maxLength: 25 }), async (steps) => {
      runs += 1;
      const memory = openMemory({ logger: recordLog() });
      const redis = await openBy({ url: urlOf(server), prefix: `run-${runs}`, timeoutMs: 10_000 });
      try {
        let now = NOW;
        for (const [take, passed] of steps) {
          now += passed;
          // oxlint-disable-next-line no-await-in-loop -- one step after the other
          const [expected, actual] = await Promise.all([take(memory, now), take(redis, now)]);
          expect(inOrder(actual)).toEqual(inOrder(expected));
          // oxlint-disable-next-line no-await-in-loop -- one step after the other
          expect(await look(redis, now)).toEqual(await look(memory, now));
        }
      } finally {
        await Promise.all([memory.close(), redis.close()]);
      }
    }),
    { numRuns: 150 },
  );
});
