import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/catalog/json.ts';
import type { Stores } from '../contract.ts';
import { keysOf, NOW, ODD_NAMES, SECOND } from './support.ts';

export function describeValues(stores: Stores): void {
  describe('values', () => {
    test('what was put is read, by every store of the home; what was not is absent', async () => {
      const value = { list: [1, 'two', null, true, { three: 3.5 }], text: '“é” 💶 \u0000' };
      expect(await stores.first.put('a', value, { now: NOW })).toBe(true);
      expect(await stores.first.get('a', NOW)).toEqual({ value, version: 1 });
      expect(await stores.second.get('a', NOW)).toEqual({ value, version: 1 });
      expect(await stores.first.get('b', NOW)).toBeUndefined();
    });

    test('any JSON comes back as it was put', async () => {
      await fc.assert(
        fc.asyncProperty(fc.jsonValue(), async (drawn) => {
          const value = JSON.parse(JSON.stringify(drawn)) as Json;
          await stores.first.put('a', value, { now: NOW });
          expect((await stores.second.get('a', NOW))?.value).toEqual(value);
        }),
        { numRuns: 50 },
      );
    });

    test('what was read or given can be changed without changing what is stored', async () => {
      const given: Json = { list: [1] };
      await stores.first.put('a', given, { now: NOW });
      given['list'] = [2];
      const read = await stores.first.get('a', NOW);
      Object.assign(read?.value as object, { list: [3] });
      expect((await stores.first.get('a', NOW))?.value).toEqual({ list: [1] });
    });

    test('versions begin with 1, grow with each put, and begin anew once the key is gone', async () => {
      for (const version of [1, 2, 3]) {
        await stores.first.put('a', version, { now: NOW });
        expect(await stores.second.get('a', NOW)).toEqual({ value: version, version });
      }
      await stores.first.take('a', NOW);
      await stores.first.put('a', 4, { now: NOW });
      expect(await stores.first.get('a', NOW)).toEqual({ value: 4, version: 1 });
    });

    test('a put with another version than the stored one is refused, and changes nothing', async () => {
      expect(await stores.first.put('a', 'first', { now: NOW, ifVersion: 1 })).toBe(false);
      expect(await stores.first.get('a', NOW)).toBeUndefined();
      expect(await stores.first.put('a', 'first', { now: NOW, ifVersion: 0 })).toBe(true);
      expect(await stores.first.put('a', 'second', { now: NOW, ifVersion: 0 })).toBe(false);
      expect(await stores.first.put('a', 'second', { now: NOW, ifVersion: 2 })).toBe(false);
      expect(await stores.first.get('a', NOW)).toEqual({ value: 'first', version: 1 });
      expect(await stores.first.put('a', 'second', { now: NOW, ifVersion: 1 })).toBe(true);
      expect(await stores.first.get('a', NOW)).toEqual({ value: 'second', version: 2 });
    });

    test('of many that put the same version, one succeeds', async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 === 0 ? stores.first : stores.second).put('a', index, { now: NOW, ifVersion: 0 }),
        ),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await stores.first.get('a', NOW)).toEqual({ value: answers.indexOf(true), version: 1 });
    });

    test('a value is there until it expires, and from that instant on absent to everything', async () => {
      const expiresAt = NOW + 10 * SECOND;
      await stores.first.put('a', 'once', { now: NOW, expiresAt });
      expect(await stores.first.get('a', expiresAt - 1)).toEqual({ value: 'once', version: 1 });
      expect(await stores.first.get('a', expiresAt)).toBeUndefined();
      expect(await keysOf(stores.first, 'a', expiresAt)).toEqual([]);
      expect(await stores.first.put('a', 'again', { now: expiresAt, ifVersion: 1 })).toBe(false);
      expect(await stores.first.put('a', 'again', { now: expiresAt, ifVersion: 0 })).toBe(true);
      expect(await stores.first.get('a', expiresAt)).toEqual({ value: 'again', version: 1 });
      await stores.first.put('b', 'once', { now: NOW, expiresAt });
      expect(await stores.first.take('b', expiresAt)).toBeUndefined();
    });

    test('a later put sets when the value expires anew; without a time it never does', async () => {
      await stores.first.put('a', 1, { now: NOW, expiresAt: NOW + SECOND });
      await stores.first.put('a', 2, { now: NOW, expiresAt: NOW + 2 * SECOND });
      expect((await stores.first.get('a', NOW + SECOND))?.value).toBe(2);
      await stores.first.put('a', 3, { now: NOW + SECOND });
      expect((await stores.first.get('a', NOW + 1e12))?.value).toBe(3);
    });

    test('of several takers one gets the value', async () => {
      await stores.first.put('a', { once: true }, { now: NOW });
      const taken = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 === 0 ? stores.first : stores.second).take('a', NOW),
        ),
      );
      expect(taken.filter((value) => value !== undefined)).toEqual([{ once: true }]);
      expect(await stores.first.get('a', NOW)).toBeUndefined();
      expect(await stores.first.take('never', NOW)).toBeUndefined();
    });

    test('keys are listed by prefix, whatever characters they are made of', async () => {
      for (const name of ODD_NAMES) {
        const key = name.length === 1024 ? name : `odd/${name}`;
        expect(await stores.first.put(key, name.length, { now: NOW })).toBe(true);
        expect((await stores.second.get(key, NOW))?.value).toBe(name.length);
      }
      const odd = ODD_NAMES.filter((name) => name.length < 1024).map((name) => `odd/${name}`);
      expect(await keysOf(stores.first, 'odd/')).toEqual(odd.toSorted());
      expect(await keysOf(stores.first, 'odd/nul')).toEqual(['odd/nul\u0000', 'odd/nul\u0000inside']);
      expect(await keysOf(stores.first, 'odd/*')).toEqual(['odd/*']);
      expect(await keysOf(stores.first, 'odd/a?[')).toEqual(['odd/a?[b]\\c%_']);
      expect(await keysOf(stores.first, 'odd/%')).toEqual([]);
      expect(await keysOf(stores.first, 'x')).toEqual(['x'.repeat(1024)]);
      expect(await keysOf(stores.first, '')).toHaveLength(ODD_NAMES.length);
    });

    test('a key that is there throughout is listed, while others come and go', async () => {
      const stays = Array.from({ length: 1500 }, (_, index) => `p/${String(index).padStart(5, '0')}-stays`);
      const goes = Array.from({ length: 500 }, (_, index) => `p/${String(index * 3).padStart(5, '0')}-goes`);
      await Promise.all([...stays, ...goes].map((key) => stores.first.put(key, 1, { now: NOW })));
      await Promise.all(['o/1', 'q/1'].map((key) => stores.first.put(key, 1, { now: NOW })));
      let added = 0;
      const listed = await keysOf(stores.second, 'p/', NOW, async () => {
        const going = goes.splice(0, 40);
        await Promise.all(going.map((key) => stores.first.take(key, NOW)));
        await Promise.all(
          going.map(() =>
            stores.first.put(`p/${String((added += 1)).padStart(5, '0')}-new`, 1, { now: NOW }),
          ),
        );
      });
      expect(stays.filter((key) => !listed.includes(key))).toEqual([]);
      expect(listed.filter((key) => !key.startsWith('p/'))).toEqual([]);
    });
  });
}
