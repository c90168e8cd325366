import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openMemory } from '../../../src/state/memory/open-memory.ts';
import type { CounterName, ReserveItem, Store } from '../../../src/state/store.ts';
import { HOUR, MINUTE, NOW, rowsOf } from '../contract/support.ts';
import { createStateFile, SILENT } from './support.ts';

const COUNTERS: readonly CounterName[] = [
  { counter: 'period', window: { until: NOW + HOUR } },
  { counter: 'short', window: { until: NOW + 5 * MINUTE } },
  { counter: 'sliding', window: { sliding: 10 * MINUTE } },
  { counter: 'held' },
];

const items = fc.subarray([0, 1, 2, 3]).chain((chosen) =>
  fc.tuple(
    ...chosen.map((index) =>
      fc
        .record({
          amount: fc.nat(6),
          mode: fc.constantFrom('hard', 'soft'),
          onLoss: fc.constantFrom('charge', 'release'),
        })
        .map((rest): ReserveItem => ({ ...COUNTERS[index]!, limit: 20, ...rest })),
    ),
  ),
);
const id = fc.nat(7).map(String);
const row = fc.constantFrom('dana', 'eli');
const table = fc.constantFrom('long', 'brief');
const add = fc.dictionary(fc.constantFrom('calls', 'cost', '__proto__'), fc.nat(9), { maxKeys: 3 });

/** A step at a time; the same for every store. */
type Step = (store: Store, now: number) => Promise<unknown>;

const tallyOf = (name: string, of: string, sums: Record<string, number>) => ({
  table: name,
  row: of,
  add: sums,
  expiresAt: NOW + (name === 'long' ? 48 * HOUR : 20 * MINUTE),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(id, items, fc.constantFrom(MINUTE, 10 * MINUTE), fc.option(fc.tuple(table, row, add))).map(
    ([name, asked, lease, tally]): Step =>
      (store, now) =>
        store.reserve({
          id: name,
          now,
          leaseUntil: now + lease,
          items: asked,
          ...(tally ? { tally: tallyOf(...tally) } : {}),
        }),
  ),
  fc.tuple(id, fc.dictionary(fc.constantFrom('period', 'short', 'sliding', 'held'), fc.nat(9)), add).map(
    ([name, amounts, sums]): Step =>
      (store, now) =>
        store.settle({ id: name, now, amounts, add: sums }),
  ),
  fc.tuple(fc.array(id), fc.nat(20 * MINUTE)).map(
    ([ids, more]): Step =>
      (store, now) =>
        store.renew(ids, now + more, now),
  ),
  fc.constant<Step>((store, now) => store.reap(now)),
  fc.tuple(table, row, add).map(
    ([name, of, sums]): Step =>
      (store, now) =>
        store.tally(tallyOf(name, of, sums), now),
  ),
  fc.constant<Step>((store, now) => store.totals(COUNTERS, now)),
  fc.tuple(table).map(
    ([name]): Step =>
      (store, now) =>
        rowsOf(store, name, now),
  ),
);

function sorted(list: readonly { id: string }[]): unknown {
  return list.toSorted((left, right) => (left.id < right.id ? -1 : 1));
}

/** Reaped reservations are told in no order. */
function plain(answer: unknown): unknown {
  if (Array.isArray(answer) && answer.every((each) => typeof each === 'object' && 'id' in each))
    return sorted(answer);
  if (typeof answer === 'object' && answer !== null && 'lost' in answer)
    return { ...answer, lost: sorted(answer.lost as { id: string }[]) };
  return answer;
}

test('a file that two processes use by turns answers as one home in memory does, whatever the steps', async () => {
  const home = await createStateFile();
  const round = fc.array(
    fc.record({
      steps: fc.array(step, { minLength: 1, maxLength: 4 }),
      second: fc.boolean(),
      pass: fc.constantFrom(0, 1, 1000, 50_000, 5 * MINUTE, 30 * MINUTE, HOUR),
    }),
    { minLength: 1, maxLength: 25 },
  );
  let file = 0;
  await fc.assert(
    fc.asyncProperty(round, async (rounds) => {
      file += 1;
      const options = { file: `${home.file}-${file}` };
      const stores = [await home.open(options), await home.open(options)] as const;
      const model = openMemory({ logger: SILENT });
      let now = NOW;
      for (const { steps, second, pass } of rounds) {
        now += pass;
        const store = stores[second ? 1 : 0];
        // Several steps in one turn share a transaction.
        const answers = await Promise.all(steps.map((each) => each(store, now)));
        const expected = await Promise.all(steps.map((each) => each(model, now)));
        expect(answers.map(plain)).toEqual(expected.map(plain));
      }
      for (const store of stores) {
        expect(await store.totals(COUNTERS, now)).toEqual(await model.totals(COUNTERS, now));
        for (const name of ['long', 'brief'])
          expect(await rowsOf(store, name, now)).toEqual(await rowsOf(model, name, now));
        await store.close();
      }
    }),
    { numRuns: 60 },
  );
  await home.remove();
});
