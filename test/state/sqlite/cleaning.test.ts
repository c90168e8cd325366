import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { Store } from '../../../src/state/store.ts';
import {
  concurrent,
  DAY,
  HOUR,
  item,
  MINUTE,
  NOW,
  reservation,
  SECOND,
  totalOf,
} from '../contract/support.ts';
import { createStateFile } from './support.ts';

const TABLES = ['value', 'counter', 'reservation', 'sum_table', 'sum_row', 'message'];

function sizesOf(file: string): Record<string, number> {
  const database = new DatabaseSync(file, { readOnly: true });
  const count = (table: string): number =>
    Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);
  const sizes = Object.fromEntries(TABLES.map((table) => [table, count(table)]));
  database.close();
  return sizes;
}

/** 300 of everything: values, counters of three kinds, lost reservations, rows. */
async function fill(store: Store): Promise<void> {
  await Promise.all(
    Array.from({ length: 300 }, async (_, index) => {
      await store.put(`key-${index}`, index, { now: NOW, expiresAt: NOW + SECOND });
      await store.reserve(
        reservation(`id-${index}`, [
          item(`period-${index}`, 1),
          item(`sliding-${index}`, 1, { window: { sliding: MINUTE } }),
          concurrent(`held-${index}`, 1, 1),
        ]),
      );
      await store.tally(
        { table: 'day', row: `row-${index}`, add: { calls: 1 }, expiresAt: NOW + MINUTE },
        NOW,
      );
    }),
  );
}

test('what has expired is removed by later steps, some at a time, and nothing else is', async () => {
  const home = await createStateFile();
  const store = await home.open();
  await fill(store);
  await store.put('stays', 1, { now: NOW });
  await store.tally({ table: 'stays', row: 'row', add: { calls: 1 }, expiresAt: NOW + 9 * DAY }, NOW);
  await store.reserve(
    reservation(
      'stays',
      [concurrent('stays', 1, 9), item('month', 1, { window: { until: NOW + 30 * DAY } })],
      {
        leaseUntil: NOW + 9 * DAY,
      },
    ),
  );
  const before = sizesOf(home.file);
  expect(before).toMatchObject({ value: 301, counter: 902, reservation: 301, sum_table: 2, sum_row: 301 });

  await store.reap(NOW + HOUR);
  const later = NOW + 3 * DAY;
  await store.put('step', 1, { now: later });
  const after = sizesOf(home.file);
  for (const table of TABLES) {
    const removed = before[table]! - after[table]!;
    expect(removed, table).toBeLessThanOrEqual(400);
  }
  for (let step = 0; step < 20; step += 1) await store.put('step', step, { now: later });
  expect(sizesOf(home.file)).toMatchObject({
    value: 2,
    counter: 2,
    reservation: 1,
    sum_table: 1,
    sum_row: 1,
  });
  expect(await totalOf(store, 'stays', later, 'none')).toEqual({ spent: 0, held: 1 });
  expect(await totalOf(store, 'month', later, { until: NOW + 30 * DAY })).toEqual({ spent: 0, held: 1 });
  await store.close();
  await home.remove();
});

test('messages are kept for a minute, and never more than ten thousand and some', async () => {
  const home = await createStateFile();
  let now = NOW;
  const store = await home.open({ now: () => now });
  await Promise.all(Array.from({ length: 11_000 }, (_, index) => store.publish('topic', index)));
  expect(sizesOf(home.file)['message']).toBeLessThanOrEqual(10_201);
  now += 2 * MINUTE;
  for (let index = 0; index < 60; index += 1) await store.publish('topic', index);
  expect(sizesOf(home.file)['message']).toBeLessThanOrEqual(60);
  await store.close();
  await home.remove();
});

test('a clock that jumped ahead and back goes on being cleaned up after', async () => {
  const home = await createStateFile();
  const store = await home.open();
  await store.put('a', 1, { now: NOW + 100 * DAY });
  await store.put('b', 1, { now: NOW, expiresAt: NOW + SECOND });
  await store.put('c', 1, { now: NOW + 5 * SECOND });
  expect(sizesOf(home.file)['value']).toBe(2);
  await store.close();
  await home.remove();
});
