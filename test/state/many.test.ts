import { expect, test } from 'vitest';
import { openMemory } from '../../src/state/memory/open-memory.ts';
import type { Store } from '../../src/state/store.ts';
import {
  concurrent,
  DAY,
  item,
  MINUTE,
  NOW,
  reservation,
  rowsOf,
  SECOND,
  totalOf,
} from './contract/support.ts';
import { createStateFile, SILENT } from './sqlite/support.ts';

const PRINCIPALS = 100_000;

/** One call of each of many principals. */
async function callAll(store: Store, count: number, now: number): Promise<void> {
  const call = async (index: number): Promise<void> => {
    const id = `${now}-${index}`;
    const items = [item(`principal-${index}`, 10), item('all', 10, { limit: Number.MAX_SAFE_INTEGER })];
    const tally = { table: 'day', row: `principal-${index}`, add: { calls: 1 }, expiresAt: NOW + DAY };
    await store.reserve(reservation(id, items, { now, tally }));
    await store.settle({ id, now, amounts: { all: 1 }, add: { calls: 1 } });
  };
  for (let index = 0; index < count; index += 1000)
    await Promise.all(Array.from({ length: 1000 }, (_, offset) => call(index + offset)));
}

test('100,000 principals in memory: each has its counter and its row, in less than 200 MB', async () => {
  const store = openMemory({ logger: SILENT });
  const before = process.memoryUsage().heapUsed;
  await callAll(store, PRINCIPALS, NOW);
  expect((process.memoryUsage().heapUsed - before) / 1_048_576).toBeLessThan(200);
  expect(await totalOf(store, 'all')).toEqual({ spent: PRINCIPALS, held: 0 });
  expect(await totalOf(store, `principal-${PRINCIPALS - 1}`)).toEqual({ spent: 10, held: 0 });
});

test('20,000 principals in a file: each has its counter and its row', async () => {
  const home = await createStateFile();
  const store = await home.open();
  await callAll(store, 20_000, NOW);
  expect(await totalOf(store, 'all')).toEqual({ spent: 20_000, held: 0 });
  expect(Object.keys(await rowsOf(store, 'day'))).toHaveLength(20_000);
  expect(await totalOf(store, 'principal-19999')).toEqual({ spent: 10, held: 0 });
  await store.close();
  await home.remove();
});

test('memory that is full refuses what would add to it, and goes on with everything else', async () => {
  const store = openMemory({ logger: SILENT, maxEntries: 100 });
  await store.reserve(reservation('held', [concurrent('held', 1, 1)]));
  const full = { code: 'STATE_UNAVAILABLE', message: expect.stringContaining('full') };
  let stored = 0;
  await expect(
    (async () => {
      for (; ; stored += 1) await store.put(`key-${stored}`, 1, { now: NOW, expiresAt: NOW + SECOND });
    })(),
  ).rejects.toMatchObject(full);
  expect(stored).toBe(98);
  await expect(store.reserve(reservation('1', [item('a', 1)]))).rejects.toMatchObject(full);
  await expect(
    store.tally({ table: 'day', row: 'a', add: { calls: 1 }, expiresAt: NOW + DAY }, NOW),
  ).rejects.toMatchObject(full);
  expect(await store.settle({ id: 'held', now: NOW, amounts: {} })).toBe('settled');
  expect((await store.get('key-1', NOW))?.value).toBe(1);
  // Once enough has expired there is room again.
  const answers: string[] = [];
  for (let index = 0; index < 40; index += 1)
    answers.push(
      await store.reserve(reservation(`later-${index}`, [item('a', 1)], { now: NOW + SECOND })).then(
        ({ outcome }) => outcome,
        () => 'full',
      ),
    );
  expect(answers).toContain('reserved');
  expect(answers.lastIndexOf('full')).toBeLessThan(answers.indexOf('reserved'));
});

test('memory that many large values fill says so, and keeps what it has', async () => {
  const store = openMemory({ logger: SILENT, maxLength: 1_000_000 });
  const value = 'v'.repeat(100_000);
  for (let index = 0; index < 9; index += 1) await store.put(`key-${index}`, value, { now: NOW });
  await expect(store.put('key-9', value, { now: NOW })).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
  expect((await store.get('key-8', NOW))?.value).toBe(value);
});

test('memory forgets what has expired while it is used: a thousand new counters a minute do not pile up', async () => {
  const store = openMemory({ logger: SILENT, maxEntries: 9000 });
  for (let minute = 0; minute < 60; minute += 1) {
    const now = NOW + minute * MINUTE;
    await Promise.all(
      Array.from({ length: 1000 }, async (_, index) => {
        const id = `${minute}-${index}`;
        const window = { sliding: 1000 };
        await store.reserve(reservation(id, [item(`client-${id}`, 1, { window })], { now }));
        await store.settle({ id, now, amounts: {} });
      }),
    );
  }
  expect(await store.reap(NOW + DAY)).toEqual([]);
});
