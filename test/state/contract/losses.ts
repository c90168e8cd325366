import { describe, expect, test } from 'vitest';
import type { ReserveItem, Tally } from '../../../src/state/store.ts';
import type { Stores } from '../contract.ts';
import { concurrent, DAY, HOUR, item, MINUTE, NOW, reservation, rowsOf, totalOf } from './support.ts';

const LEASE_OVER = NOW + MINUTE;
const CHARGED = item('charged', 30);
const RELEASED = item('released', 40, { onLoss: 'release' });
const HELD = concurrent('held', 1, 1);
const ITEMS: readonly ReserveItem[] = [CHARGED, RELEASED, HELD];
const TALLY: Tally = {
  table: 'day',
  row: 'dana',
  add: { calls: 1, lost: 1, cost: 30 },
  expiresAt: NOW + DAY,
};

export function describeLosses(stores: Stores): void {
  describe('lost reservations', () => {
    test('a reservation is lost from the instant at which its lease is over, and not before', async () => {
      await stores.first.reserve(reservation('1', ITEMS));
      expect(await stores.second.reap(LEASE_OVER - 1)).toEqual([]);
      expect(await stores.second.reap(LEASE_OVER)).toEqual([{ id: '1', charged: { charged: 30 } }]);
    });

    test('charge counts what was reserved as spent, release gives it back, and concurrency is given back always', async () => {
      await stores.first.reserve(
        reservation('1', [...ITEMS, { ...concurrent('also', 2, 2), onLoss: 'charge' }]),
      );
      expect(await stores.first.reap(LEASE_OVER)).toEqual([{ id: '1', charged: { charged: 30 } }]);
      expect(await totalOf(stores.first, 'charged')).toEqual({ spent: 30, held: 0 });
      expect(await totalOf(stores.first, 'released')).toEqual({ spent: 0, held: 0 });
      expect(await totalOf(stores.first, 'held', NOW, 'none')).toEqual({ spent: 0, held: 0 });
      expect(await totalOf(stores.first, 'also', NOW, 'none')).toEqual({ spent: 0, held: 0 });
    });

    test('each is answered once, to whoever reaped it', async () => {
      const ids = Array.from({ length: 300 }, (_, index) => `lost-${index}`);
      await Promise.all(
        ids.map((id) => stores.first.reserve(reservation(id, [item('a', 1, { limit: 1000 })]))),
      );
      const answers = await Promise.all([
        stores.first.reap(LEASE_OVER),
        stores.second.reap(LEASE_OVER),
        stores.first.reserve(reservation('next', [], { now: LEASE_OVER })).then(({ lost }) => lost),
        stores.second.reap(LEASE_OVER),
      ]);
      expect(
        answers
          .flat()
          .map(({ id }) => id)
          .toSorted(),
      ).toEqual(ids.toSorted());
      expect(await stores.first.reap(LEASE_OVER)).toEqual([]);
      expect(await totalOf(stores.first, 'a')).toEqual({ spent: 300, held: 0 });
    });

    test('the next reservation reaps first, and gets the room that was given back', async () => {
      await stores.first.reserve(reservation('1', [HELD, RELEASED]));
      expect(await stores.second.reserve(reservation('2', [HELD], { now: LEASE_OVER - 1 }))).toMatchObject({
        outcome: 'exceeded',
        lost: [],
      });
      expect(await stores.second.reserve(reservation('2', [HELD], { now: LEASE_OVER }))).toEqual({
        outcome: 'reserved',
        totals: [1],
        lost: [{ id: '1', charged: {} }],
      });
    });

    test('a reservation that is refused tells what it reaped, too', async () => {
      await stores.first.reserve(reservation('1', [item('a', 100)]));
      expect(await stores.first.reserve(reservation('2', [item('a', 1)], { now: LEASE_OVER }))).toMatchObject(
        {
          outcome: 'exceeded',
          exceeded: [{ counter: 'a', total: 100 }],
          lost: [{ id: '1', charged: { a: 100 } }],
        },
      );
    });

    test('a lease that is renewed lasts longer, and never gets shorter', async () => {
      await stores.first.reserve(reservation('1', ITEMS));
      await stores.first.reserve(reservation('2', []));
      expect(await stores.second.renew(['1'], LEASE_OVER + MINUTE, NOW)).toEqual([]);
      expect(await stores.second.renew(['1'], LEASE_OVER, NOW)).toEqual([]);
      expect(await stores.first.reap(LEASE_OVER)).toEqual([{ id: '2', charged: {} }]);
      expect(await stores.first.reap(LEASE_OVER + MINUTE - 1)).toEqual([]);
      expect(await stores.first.reap(LEASE_OVER + MINUTE)).toMatchObject([{ id: '1' }]);
    });

    test('renew answers the ids that are not reserved any more, and brings none of them back', async () => {
      for (const id of ['kept', 'over', 'reaped', 'settled']) await stores.first.reserve(reservation(id, []));
      await stores.first.renew(['kept', 'over'], LEASE_OVER + MINUTE, NOW);
      await stores.first.settle({ id: 'settled', now: NOW, amounts: {} });
      await stores.first.reap(LEASE_OVER);
      await stores.first.renew(['kept'], LEASE_OVER + 2 * MINUTE, NOW);
      const ids = ['over', 'kept', 'reaped', 'settled', 'never'];
      const gone = await stores.first.renew(ids, NOW + HOUR, LEASE_OVER + MINUTE);
      expect(gone.toSorted()).toEqual(['never', 'over', 'reaped', 'settled']);
      expect(await stores.first.reap(LEASE_OVER + MINUTE)).toMatchObject([{ id: 'over' }]);
      expect(await stores.first.renew([], NOW + HOUR, NOW)).toEqual([]);
    });

    test('repeating a reservation that was lost changes nothing', async () => {
      await stores.first.reserve(reservation('1', ITEMS));
      await stores.first.reap(LEASE_OVER);
      expect(await stores.first.reserve(reservation('1', ITEMS, { now: LEASE_OVER }))).toMatchObject({
        outcome: 'reserved',
        lost: [],
      });
      expect(await totalOf(stores.first, 'charged')).toEqual({ spent: 30, held: 0 });
      expect(await totalOf(stores.first, 'held', NOW, 'none')).toEqual({ spent: 0, held: 0 });
    });

    test('a settlement after the lease, before anybody reaped, is a settlement', async () => {
      await stores.first.reserve(reservation('1', ITEMS, { tally: TALLY }));
      const settlement = {
        id: '1',
        now: LEASE_OVER,
        amounts: { charged: 5, released: 6 },
        add: { calls: 1 },
      };
      expect(await stores.first.settle(settlement)).toBe('settled');
      expect(await stores.first.reap(LEASE_OVER)).toEqual([]);
      expect(await totalOf(stores.first, 'charged')).toEqual({ spent: 5, held: 0 });
      expect(await totalOf(stores.first, 'released')).toEqual({ spent: 6, held: 0 });
      expect(await rowsOf(stores.first, 'day')).toEqual({ dana: { calls: 1 } });
    });

    test('a settlement after the loss corrects counters and row, once', async () => {
      await stores.first.reserve(reservation('1', ITEMS, { tally: TALLY }));
      await stores.first.reap(LEASE_OVER);
      expect(await rowsOf(stores.first, 'day')).toEqual({ dana: { calls: 1, lost: 1, cost: 30 } });
      const late = LEASE_OVER + 10 * MINUTE;
      const settlement = {
        id: '1',
        now: late,
        amounts: { charged: 12, released: 7, held: 1 },
        add: { calls: 1, cost: 12, tokens: 9 },
      };
      const answers = await Promise.all([stores.first.settle(settlement), stores.second.settle(settlement)]);
      expect(answers.toSorted()).toEqual(['settled', 'unknown']);
      expect(await totalOf(stores.first, 'charged', late)).toEqual({ spent: 12, held: 0 });
      expect(await totalOf(stores.first, 'released', late)).toEqual({ spent: 7, held: 0 });
      expect(await totalOf(stores.first, 'held', late, 'none')).toEqual({ spent: 0, held: 0 });
      expect(await rowsOf(stores.first, 'day')).toEqual({ dana: { calls: 1, lost: 0, cost: 12, tokens: 9 } });
    });

    test('after a loss, what the settlement does not name counts as reserved, charged or not', async () => {
      await stores.first.reserve(reservation('1', ITEMS));
      await stores.first.reap(LEASE_OVER);
      expect(await stores.first.settle({ id: '1', now: LEASE_OVER, amounts: {} })).toBe('settled');
      expect(await totalOf(stores.first, 'charged', LEASE_OVER)).toEqual({ spent: 30, held: 0 });
      expect(await totalOf(stores.first, 'released', LEASE_OVER)).toEqual({ spent: 40, held: 0 });
    });

    test('a lost reservation can be corrected for a day', async () => {
      const window = { until: NOW + 7 * DAY };
      await stores.first.reserve(reservation('1', [item('week', 30, { window })]));
      await stores.first.reap(LEASE_OVER);
      const late = LEASE_OVER + DAY - 1;
      expect(await stores.first.settle({ id: '1', now: late, amounts: { week: 1 } })).toBe('settled');
      expect(await totalOf(stores.first, 'week', late, window)).toEqual({ spent: 1, held: 0 });
    });

    test('a loss in a sliding window counts at the instant of the reservation, and can be corrected while it counts', async () => {
      const window = { sliding: 10 * MINUTE };
      await stores.first.reserve(reservation('1', [item('a', 30, { window })]));
      await stores.first.reserve(reservation('2', [item('a', 20, { window })]));
      await stores.first.reap(LEASE_OVER);
      expect(await totalOf(stores.first, 'a', LEASE_OVER, window)).toEqual({ spent: 50, held: 0 });
      await stores.first.settle({ id: '1', now: LEASE_OVER, amounts: { a: 1 } });
      expect(await totalOf(stores.first, 'a', LEASE_OVER, window)).toEqual({ spent: 21, held: 0 });
      const later = NOW + 11 * MINUTE;
      await stores.first.settle({ id: '2', now: later, amounts: { a: 100 } });
      expect(await totalOf(stores.first, 'a', later, window)).toEqual({ spent: 0, held: 0 });
    });
  });
}
