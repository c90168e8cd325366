import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/catalog/json.ts';
import { MAX_NAME_BYTES, MAX_VALUE_BYTES, type ReserveItem, type Store } from '../../../src/state/store.ts';
import type { Stores } from '../contract.ts';
import { item, keysOf, NOW, PERIOD, reservation, rowsOf, totalOf } from './support.ts';

type Step = (store: Store) => Promise<unknown>;

const BAD_NAMES: Record<string, string> = {
  'an empty text': '',
  'a text of 1,025 bytes': 'x'.repeat(MAX_NAME_BYTES + 1),
  'a text of 1,026 bytes and 342 characters': '€'.repeat(342),
  'a text of a megabyte': 'x'.repeat(1_048_576),
  'half a surrogate pair': 'a\ud800',
};
const BAD_AMOUNTS = [-1, 0.5, Number.NaN, Infinity, -Infinity, 2 ** 53, '1' as unknown as number];
const TALLY = { table: 'day', row: 'row', add: { calls: 1 }, expiresAt: NOW + 1000 };

/** Everything that takes a name. */
const NAMED: Record<string, (name: string) => Step> = {
  get: (name) => (store) => store.get(name, NOW),
  put: (name) => (store) => store.put(name, 1, { now: NOW }),
  take: (name) => (store) => store.take(name, NOW),
  'reserve, the id': (name) => (store) => store.reserve(reservation(name, [item('a', 1)])),
  'reserve, a counter': (name) => (store) => store.reserve(reservation('1', [item('a', 1), item(name, 1)])),
  'reserve, the table': (name) => (store) =>
    store.reserve(reservation('1', [item('a', 1)], { tally: { ...TALLY, table: name } })),
  'settle, the id': (name) => (store) => store.settle({ id: name, now: NOW, amounts: {} }),
  renew: (name) => (store) => store.renew(['1', name], NOW + 1, NOW),
  totals: (name) => (store) => store.totals([{ counter: name, window: PERIOD }], NOW),
  'tally, the table': (name) => (store) => store.tally({ ...TALLY, table: name }, NOW),
  'tally, the row': (name) => (store) => store.tally({ ...TALLY, row: name }, NOW),
  'tally, a sum': (name) => (store) => store.tally({ ...TALLY, add: Object.fromEntries([[name, 1]]) }, NOW),
  rows: (name) => (store) => store.rows(name, { now: NOW }),
  publish: (name) => (store) => store.publish(name, 1),
  subscribe: (name) => (store) => store.subscribe(name, () => {}),
};

/** Everything that takes an amount, or a time. */
const COUNTED: Record<string, (amount: number) => Step> = {
  'reserve, the amount': (amount) => (store) => store.reserve(reservation('1', [item('a', amount)])),
  'reserve, the limit': (limit) => (store) => store.reserve(reservation('1', [item('a', 1, { limit })])),
  'reserve, until': (until) => (store) =>
    store.reserve(reservation('1', [item('a', 1, { window: { until } })])),
  'reserve, sliding': (sliding) => (store) =>
    store.reserve(reservation('1', [item('a', 1, { window: { sliding } })])),
  'reserve, now': (now) => (store) => store.reserve({ ...reservation('1', [item('a', 1)]), now }),
  'reserve, the lease': (leaseUntil) => (store) =>
    store.reserve(reservation('1', [item('a', 1)], { leaseUntil })),
  'settle, the amount': (amount) => (store) =>
    store.settle({ id: 'held', now: NOW, amounts: { held: amount } }),
  'settle, a sum': (amount) => (store) =>
    store.settle({ id: 'held', now: NOW, amounts: {}, add: { calls: amount } }),
  'settle, now': (now) => (store) => store.settle({ id: 'held', now, amounts: {} }),
  'renew, the lease': (leaseUntil) => (store) => store.renew(['held'], leaseUntil, NOW),
  'tally, a sum': (amount) => (store) => store.tally({ ...TALLY, add: { calls: amount } }, NOW),
  'tally, the expiry': (expiresAt) => (store) => store.tally({ ...TALLY, expiresAt }, NOW),
  'put, the expiry': (expiresAt) => (store) => store.put('a', 1, { now: NOW, expiresAt }),
  'put, the version': (ifVersion) => (store) => store.put('a', 1, { now: NOW, ifVersion }),
  'get, now': (now) => (store) => store.get('a', now),
  'totals, now': (now) => (store) => store.totals([{ counter: 'a', window: PERIOD }], now),
  'reap, now': (now) => (store) => store.reap(now),
};

/** What the tests of bounds left: the one reservation that they began with. */
async function expectUnchanged(store: Store): Promise<void> {
  expect(await keysOf(store, '')).toEqual([]);
  expect(await rowsOf(store, 'day')).toEqual({});
  expect(await totalOf(store, 'a')).toEqual({ spent: 0, held: 0 });
  expect(await totalOf(store, 'held')).toEqual({ spent: 0, held: 1 });
  expect(await store.settle({ id: '1', now: NOW, amounts: {} })).toBe('unknown');
}

export function describeBounds(stores: Stores): void {
  describe('bounds', () => {
    test('a name out of bounds is refused with a RangeError that does not repeat it, and changes nothing', async () => {
      await stores.first.reserve(reservation('held', [item('held', 1)]));
      for (const [what, name] of Object.entries(BAD_NAMES)) {
        for (const [method, step] of Object.entries(NAMED)) {
          const error = await step(name)(stores.first).catch((thrown: unknown) => thrown);
          expect(error, `${method} with ${what}`).toBeInstanceOf(RangeError);
          expect((error as Error).message.length).toBeLessThan(200);
        }
      }
      await expectUnchanged(stores.first);
    });

    test('an amount or a time out of bounds is refused with a RangeError, and changes nothing', async () => {
      await stores.first.reserve(reservation('held', [item('held', 1)]));
      for (const amount of BAD_AMOUNTS) {
        for (const [method, step] of Object.entries(COUNTED)) {
          const error = await step(amount)(stores.first).catch((thrown: unknown) => thrown);
          expect(error, `${method} with ${amount}`).toBeInstanceOf(RangeError);
        }
      }
      await expectUnchanged(stores.first);
    });

    test('a reservation that names a counter twice, or a window of no length, is refused', async () => {
      const bad: readonly (readonly ReserveItem[])[] = [
        [item('a', 1), item('b', 1), item('a', 1)],
        [item('a', 1), item('a', 1, { window: { sliding: 1000 } })],
        [item('a', 1, { window: { sliding: 0 } })],
        Array.from({ length: 257 }, (_, index) => item(`a-${index}`, 1)),
      ];
      for (const items of bad)
        await expect(stores.first.reserve(reservation('1', items))).rejects.toThrow(RangeError);
      expect(await totalOf(stores.first, 'a')).toEqual({ spent: 0, held: 0 });
    });

    test('the longest name and the largest value are kept; one byte more is refused', async () => {
      const longest = '€'.repeat(341) + 'x';
      expect(Buffer.byteLength(longest)).toBe(MAX_NAME_BYTES);
      // A text of n ASCII characters is n + 2 bytes of JSON.
      const largest = 'v'.repeat(MAX_VALUE_BYTES - 2);
      await stores.first.put(longest, largest, { now: NOW });
      expect((await stores.second.get(longest, NOW))?.value).toBe(largest);
      const tooLarge: readonly Json[] = [`${largest}v`, '€'.repeat(400_000), [largest]];
      for (const value of tooLarge) {
        await expect(stores.first.put(longest, value, { now: NOW })).rejects.toThrow(RangeError);
        await expect(stores.first.publish('topic', value)).rejects.toThrow(RangeError);
      }
      expect(await stores.first.get(longest, NOW)).toEqual({ value: largest, version: 1 });
    });

    test('a cursor or a prefix that is none is refused, or begins somewhere; it never does harm', async () => {
      await stores.first.put('a', 1, { now: NOW });
      for (const cursor of [
        '',
        '0',
        'x'.repeat(2000),
        '\ud800',
        '-1',
        'a',
        'nul\u0000',
        '"',
        '99999999999999999999',
      ]) {
        for (const step of [
          () => stores.first.list('', { now: NOW, cursor }),
          () => stores.first.rows('day', { now: NOW, cursor }),
        ]) {
          const answer = await step().catch((error: unknown) => error);
          if (answer instanceof Error) expect(answer).toBeInstanceOf(RangeError);
        }
      }
      await expect(stores.first.list('x'.repeat(1025), { now: NOW })).rejects.toThrow(RangeError);
      expect(await keysOf(stores.first, '')).toEqual(['a']);
    });
  });

  describe('a closed store', () => {
    test('is available until it is closed, and then refuses everything with STATE_UNAVAILABLE', async () => {
      const { first } = stores;
      expect(first.isAvailable()).toBe(true);
      const stop = await first.subscribe('topic', () => {});
      const stopAvailability = first.onAvailability(() => {});
      await first.close();
      await first.close();
      await stop();
      stopAvailability();
      expect(first.isAvailable()).toBe(false);
      const steps: Record<string, Step> = {
        ...Object.fromEntries(Object.entries(NAMED).map(([method, step]) => [method, step('name')])),
        ...Object.fromEntries(Object.entries(COUNTED).map(([method, step]) => [method, step(1)])),
        list: (store) => store.list('', { now: NOW }),
      };
      for (const [method, step] of Object.entries(steps)) {
        const error = await step(first).catch((thrown: unknown) => thrown);
        expect(error, method).toMatchObject({ name: 'BailiwickError', code: 'STATE_UNAVAILABLE' });
      }
    });
  });
}
