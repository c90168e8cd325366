import { describe, expect, test } from 'vitest';
import type { Stores } from '../contract.ts';
import { DAY, item, NOW, ODD_NAMES, reservation, rowsOf } from './support.ts';

export function describeTallies(stores: Stores): void {
  const expiresAt = NOW + DAY;

  describe('tables of sums', () => {
    test('rows add up, by whichever store and in parallel; tables and rows are apart', async () => {
      await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          (index % 2 === 0 ? stores.first : stores.second).tally(
            { table: 'day', row: `row-${index % 2}`, add: { calls: 1, cost: index }, expiresAt },
            NOW,
          ),
        ),
      );
      await stores.first.tally({ table: 'other', row: 'row-0', add: { calls: 7 }, expiresAt }, NOW);
      expect(await rowsOf(stores.second, 'day')).toEqual({
        'row-0': { calls: 20, cost: 380 },
        'row-1': { calls: 20, cost: 400 },
      });
      expect(await rowsOf(stores.second, 'other')).toEqual({ 'row-0': { calls: 7 } });
      expect(await rowsOf(stores.second, 'none')).toEqual({});
    });

    test('a reservation adds to its row when it is settled, exactly once, and what the settlement says', async () => {
      const tally = { table: 'day', row: 'dana', add: { calls: 1, lost: 1 }, expiresAt };
      await stores.first.reserve(reservation('1', [item('a', 1)], { tally }));
      await stores.first.reserve(reservation('2', [], { tally }));
      await stores.first.reserve(reservation('3', [], { tally }));
      await stores.first.reserve(reservation('4', []));
      expect(await rowsOf(stores.first, 'day')).toEqual({});
      for (const id of ['1', '1', '2', '4', 'never'])
        await stores.first.settle({ id, now: NOW, amounts: {}, add: { calls: 1, cost: 5 } });
      expect(await rowsOf(stores.first, 'day')).toEqual({ dana: { calls: 2, cost: 10 } });
      await stores.first.settle({ id: '3', now: NOW, amounts: {} });
      expect(await rowsOf(stores.first, 'day')).toEqual({ dana: { calls: 2, cost: 10 } });
    });

    test('a refused reservation adds nothing', async () => {
      const tally = { table: 'day', row: 'dana', add: { calls: 1 }, expiresAt };
      await stores.first.reserve(reservation('1', [item('a', 101)], { tally }));
      await stores.first.settle({ id: '1', now: NOW, amounts: {}, add: { calls: 1 } });
      await stores.first.reap(NOW + DAY - 1);
      expect(await rowsOf(stores.first, 'day')).toEqual({});
    });

    test('a table is there until the latest instant that was given, and then gone as a whole', async () => {
      const add = { calls: 1 };
      await stores.first.tally({ table: 'day', row: 'a', add, expiresAt: NOW + 500 }, NOW);
      await stores.first.tally({ table: 'day', row: 'b', add, expiresAt: NOW + 900 }, NOW);
      await stores.first.tally({ table: 'day', row: 'b', add, expiresAt: NOW + 700 }, NOW);
      expect(await rowsOf(stores.first, 'day', NOW + 899)).toEqual({ a: { calls: 1 }, b: { calls: 2 } });
      expect(await rowsOf(stores.first, 'day', NOW + 900)).toEqual({});
      await stores.first.tally({ table: 'day', row: 'c', add, expiresAt: NOW + 5000 }, NOW + 901);
      expect(await rowsOf(stores.first, 'day', NOW + 901)).toEqual({ c: { calls: 1 } });
    });

    test('many rows are read page by page, each row once', async () => {
      const names = Array.from({ length: 1700 }, (_, index) => `row-${index}`);
      await Promise.all(
        names.map((row, index) =>
          stores.first.tally({ table: 'day', row, add: { n: index }, expiresAt }, NOW),
        ),
      );
      const rows = await rowsOf(stores.second, 'day');
      expect(Object.keys(rows)).toHaveLength(names.length);
      expect(names.filter((row, index) => rows[row]?.['n'] !== index)).toEqual([]);
    });

    test('tables, rows and sums may be made of any characters', async () => {
      for (const name of ODD_NAMES) {
        const add = Object.fromEntries([[name, 1]]);
        await stores.first.tally({ table: name, row: 'row', add, expiresAt }, NOW);
        await stores.first.tally({ table: 'odd', row: name, add, expiresAt }, NOW);
        await stores.first.tally({ table: 'odd', row: name, add, expiresAt }, NOW);
        const [only] = (await stores.first.rows(name, { now: NOW })).rows;
        expect(Object.entries(only?.sums ?? {})).toEqual([[name, 1]]);
      }
      const rows = await rowsOf(stores.second, 'odd');
      expect(Object.keys(rows).toSorted()).toEqual([...ODD_NAMES].toSorted());
      for (const [name, sums] of Object.entries(rows)) expect(Object.entries(sums)).toEqual([[name, 2]]);
    });

    test('sums are exact up to 2^53 - 1, and what adds up to more counts as that', async () => {
      const most = Number.MAX_SAFE_INTEGER;
      const tally = { table: 'day', row: 'a', expiresAt };
      await stores.first.tally({ ...tally, add: { cost: most - 1 } }, NOW);
      await stores.first.tally({ ...tally, add: { cost: 1 } }, NOW);
      expect(await rowsOf(stores.first, 'day')).toEqual({ a: { cost: most } });
      await stores.first.tally({ ...tally, add: { cost: most } }, NOW);
      expect(await rowsOf(stores.first, 'day')).toEqual({ a: { cost: most } });
    });
  });
}
