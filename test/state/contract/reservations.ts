import { describe, expect, test } from 'vitest';
import type { Stores } from '../contract.ts';
import { concurrent, HOUR, item, NOW, ODD_NAMES, PERIOD, reservation, totalOf } from './support.ts';

export function describeReservations(stores: Stores): void {
  describe('reservations', () => {
    test('what is reserved is held until it is settled, and then spent', async () => {
      const { first, second } = stores;
      expect(await first.reserve(reservation('1', [item('a', 30)]))).toEqual({
        outcome: 'reserved',
        totals: [30],
        lost: [],
      });
      expect(await second.reserve(reservation('2', [item('a', 50)]))).toMatchObject({ totals: [80] });
      expect(await first.totals([{ counter: 'a', window: PERIOD }], NOW)).toEqual([{ spent: 0, held: 80 }]);
      expect(await second.settle({ id: '1', now: NOW, amounts: { a: 12 } })).toBe('settled');
      expect(await second.totals([{ counter: 'a', window: PERIOD }], NOW)).toEqual([{ spent: 12, held: 50 }]);
    });

    test('totals are in the order asked; a counter that nobody used holds nothing', async () => {
      await stores.first.reserve(reservation('1', [item('a', 1), item('b', 2), concurrent('c', 3, 9)]));
      const names = [
        { counter: 'c' },
        { counter: 'none', window: PERIOD },
        { counter: 'b', window: PERIOD },
        { counter: 'a', window: PERIOD },
        { counter: 'b', window: PERIOD },
      ];
      const held = (await stores.second.totals(names, NOW)).map((total) => total.held);
      expect(held).toEqual([3, 0, 2, 1, 2]);
      expect(await stores.first.totals([], NOW)).toEqual([]);
    });

    test('a hard item takes the last of its room, and not one more', async () => {
      expect(await stores.first.reserve(reservation('1', [item('a', 100)]))).toMatchObject({ totals: [100] });
      expect(await stores.first.reserve(reservation('2', [item('a', 1)]))).toEqual({
        outcome: 'exceeded',
        exceeded: [{ counter: 'a', total: 100, retryAt: PERIOD.until }],
        lost: [],
      });
      expect(await stores.first.settle({ id: '1', now: NOW, amounts: { a: 99 } })).toBe('settled');
      expect(await stores.first.reserve(reservation('2', [item('a', 1)]))).toMatchObject({ totals: [100] });
    });

    test('an amount of 0 always has room', async () => {
      await stores.first.reserve(reservation('1', [item('a', 50)]));
      await stores.first.settle({ id: '1', now: NOW, amounts: { a: 500 } });
      expect(await stores.first.reserve(reservation('2', [item('a', 0)]))).toMatchObject({ totals: [500] });
      expect(await stores.first.reserve(reservation('3', [item('none', 0, { limit: 0 })]))).toMatchObject({
        totals: [0],
      });
    });

    test('all or nothing: one item without room takes room in no counter, and every such item is named', async () => {
      await stores.first.reserve(reservation('1', [item('full', 100), concurrent('busy', 1, 1)]));
      const answer = await stores.first.reserve(
        reservation('2', [
          item('free', 1),
          item('full', 1),
          item('soft', 500, { mode: 'soft' }),
          item('small', 5, { limit: 4 }),
          concurrent('busy', 1, 1),
        ]),
      );
      expect(answer).toEqual({
        outcome: 'exceeded',
        exceeded: [
          { counter: 'full', total: 100, retryAt: PERIOD.until },
          { counter: 'small', total: 0 },
          { counter: 'busy', total: 1 },
        ],
        lost: [],
      });
      for (const counter of ['free', 'soft', 'small']) {
        expect(await totalOf(stores.first, counter)).toEqual({ spent: 0, held: 0 });
      }
      expect(await stores.first.settle({ id: '2', now: NOW, amounts: {} })).toBe('unknown');
    });

    test('a soft item never refuses, and tells what its counter holds', async () => {
      for (const [id, total] of [
        ['1', 90],
        ['2', 180],
      ] as const) {
        expect(await stores.first.reserve(reservation(id, [item('a', 90, { mode: 'soft' })]))).toMatchObject({
          outcome: 'reserved',
          totals: [total],
        });
      }
    });

    test('one counter with two limits: each reservation is held to its own', async () => {
      await stores.first.reserve(reservation('1', [item('a', 10, { limit: 10 })]));
      expect(await stores.first.reserve(reservation('2', [item('a', 1, { limit: 10 })]))).toMatchObject({
        outcome: 'exceeded',
      });
      expect(await stores.first.reserve(reservation('3', [item('a', 1, { limit: 11 })]))).toMatchObject({
        totals: [11],
      });
    });

    test('a counter with another kind of window, or another length, is another counter', async () => {
      await stores.first.reserve(reservation('1', [item('a', 1)]));
      await stores.first.reserve(reservation('2', [item('a', 2, { window: { sliding: 60_000 } })]));
      await stores.first.reserve(reservation('3', [item('a', 3, { window: { sliding: 61_000 } })]));
      await stores.first.reserve(reservation('4', [concurrent('a', 4, 9)]));
      const totals = await stores.first.totals(
        [
          { counter: 'a', window: PERIOD },
          { counter: 'a', window: { sliding: 60_000 } },
          { counter: 'a', window: { sliding: 61_000 } },
          { counter: 'a' },
        ],
        NOW,
      );
      expect(totals.map(({ held }) => held)).toEqual([1, 2, 3, 4]);
    });

    test('repeating a reservation changes nothing', async () => {
      const once = reservation('1', [item('a', 60)]);
      await stores.first.reserve(once);
      expect(await stores.second.reserve(once)).toEqual({ outcome: 'reserved', totals: [60], lost: [] });
      expect(await totalOf(stores.first, 'a')).toEqual({ spent: 0, held: 60 });
    });

    test('a settlement counts once, by whichever store; an id that was never reserved is unknown', async () => {
      await stores.first.reserve(reservation('1', [item('a', 60)]));
      const settlement = { id: '1', now: NOW, amounts: { a: 10 } };
      const answers = await Promise.all(
        [stores.first, stores.second, stores.first, stores.second].map((store) => store.settle(settlement)),
      );
      expect(answers.toSorted()).toEqual(['settled', 'unknown', 'unknown', 'unknown']);
      expect(await totalOf(stores.first, 'a')).toEqual({ spent: 10, held: 0 });
      expect(await stores.first.settle({ ...settlement, id: 'never' })).toBe('unknown');
      expect(await totalOf(stores.first, 'a')).toEqual({ spent: 10, held: 0 });
    });

    test('an item that the settlement does not name counts as reserved; a counter that was not reserved is passed over', async () => {
      await stores.first.reserve(reservation('1', [item('a', 60), item('b', 7), concurrent('c', 1, 1)]));
      await stores.first.settle({ id: '1', now: NOW, amounts: { b: 0, other: 5 } });
      expect(await totalOf(stores.first, 'a')).toEqual({ spent: 60, held: 0 });
      expect(await totalOf(stores.first, 'b')).toEqual({ spent: 0, held: 0 });
      expect(await totalOf(stores.first, 'other')).toEqual({ spent: 0, held: 0 });
    });

    test('an amount above what was reserved counts in full, whatever the limit', async () => {
      await stores.first.reserve(reservation('1', [item('a', 60)]));
      await stores.first.settle({ id: '1', now: NOW, amounts: { a: 1_000_000 } });
      expect(await totalOf(stores.first, 'a')).toEqual({ spent: 1_000_000, held: 0 });
      expect(await stores.first.reserve(reservation('2', [item('a', 1)]))).toMatchObject({
        exceeded: [{ total: 1_000_000 }],
      });
    });

    test('an item without a window is given back at the end, whatever the settlement names', async () => {
      const { first } = stores;
      expect(await first.reserve(reservation('1', [concurrent('a', 2, 3)]))).toMatchObject({ totals: [2] });
      expect(await first.reserve(reservation('2', [concurrent('a', 1, 3)]))).toMatchObject({ totals: [3] });
      expect(await first.reserve(reservation('3', [concurrent('a', 1, 3)]))).toEqual({
        outcome: 'exceeded',
        exceeded: [{ counter: 'a', total: 3 }],
        lost: [],
      });
      await first.settle({ id: '1', now: NOW, amounts: { a: 2 } });
      expect(await totalOf(first, 'a', NOW, 'none')).toEqual({ spent: 0, held: 1 });
      expect(await first.reserve(reservation('3', [concurrent('a', 2, 3)]))).toMatchObject({ totals: [3] });
    });

    test('a period that is over counts for an hour more, so that late settlements find it', async () => {
      await stores.first.reserve(reservation('1', [item('a', 60)], { leaseUntil: NOW + 3 * HOUR }));
      const late = PERIOD.until + HOUR - 1;
      await stores.first.settle({ id: '1', now: late, amounts: { a: 40 } });
      expect(await totalOf(stores.first, 'a', late)).toEqual({ spent: 40, held: 0 });
      expect(await stores.first.reserve(reservation('2', [item('a', 61)], { now: late }))).toEqual({
        outcome: 'exceeded',
        exceeded: [{ counter: 'a', total: 40 }],
        lost: [],
      });
    });

    test('1,000 parallel reservations of two stores against room for 50: exactly 50 pass', async () => {
      const answers = await Promise.all(
        Array.from({ length: 1000 }, (_, index) =>
          (index % 2 === 0 ? stores.first : stores.second).reserve(
            reservation(`call-${index}`, [
              item('team', 100_000_000, { limit: 5_000_000_000 }),
              item(`principal-${index % 7}`, 1, { limit: 1000 }),
            ]),
          ),
        ),
      );
      expect(answers.filter(({ outcome }) => outcome === 'reserved')).toHaveLength(50);
      expect(await totalOf(stores.first, 'team')).toEqual({ spent: 0, held: 5_000_000_000 });
      const each = await stores.first.totals(
        Array.from({ length: 7 }, (_, index) => ({ counter: `principal-${index}`, window: PERIOD })),
        NOW,
      );
      expect(each.reduce((sum, { held }) => sum + held, 0)).toBe(50);
    });

    test('a reservation without items is one all the same', async () => {
      expect(await stores.first.reserve(reservation('1', []))).toEqual({
        outcome: 'reserved',
        totals: [],
        lost: [],
      });
      expect(await stores.first.settle({ id: '1', now: NOW, amounts: {} })).toBe('settled');
    });

    test('counters and ids may be made of any characters', async () => {
      for (const name of ODD_NAMES) {
        await stores.first.reserve(reservation(name, [item(name, 7), item('shared', 1)]));
        expect(
          await stores.second.settle({ id: name, now: NOW, amounts: Object.fromEntries([[name, 5]]) }),
        ).toBe('settled');
      }
      const names = ODD_NAMES.map((counter) => ({ counter, window: PERIOD }));
      expect(await stores.first.totals(names, NOW)).toEqual(names.map(() => ({ spent: 5, held: 0 })));
      expect(await totalOf(stores.first, 'shared')).toEqual({ spent: ODD_NAMES.length, held: 0 });
    });

    test('amounts up to 2^53 - 1 count exactly, and what adds up to more counts as that', async () => {
      const most = Number.MAX_SAFE_INTEGER;
      const { first } = stores;
      expect(await first.reserve(reservation('1', [item('a', most - 1, { limit: most })]))).toMatchObject({
        totals: [most - 1],
      });
      expect(await first.reserve(reservation('2', [item('a', 1, { limit: most })]))).toMatchObject({
        totals: [most],
      });
      expect(await first.reserve(reservation('3', [item('a', 1, { limit: most })]))).toMatchObject({
        exceeded: [{ counter: 'a', total: most }],
      });
      const soft = { limit: 1, mode: 'soft' } as const;
      await first.reserve(reservation('4', [item('b', most, soft)]));
      expect(await first.reserve(reservation('5', [item('b', most, soft)]))).toMatchObject({
        totals: [most],
      });
      expect(await totalOf(first, 'b')).toEqual({ spent: 0, held: most });
    });
  });
}
