import { expect, test } from 'vitest';
import { createLazyStore } from '../../src/state/lazy-store.ts';
import { openMemory } from '../../src/state/memory/open-memory.ts';
import type { Store } from '../../src/state/store.ts';
import { describeStore } from './contract.ts';
import { NOW } from './contract/support.ts';
import { SILENT } from './sqlite/support.ts';

describeStore('a store that is opened by its first use', async () => {
  const store = createLazyStore(async () => openMemory({ logger: SILENT }));
  return { first: store, second: store, close: () => store.close() };
});

test('a store that nobody uses is never opened, nor by its end', async () => {
  let opened = 0;
  const store = createLazyStore(async () => {
    opened += 1;
    return openMemory({ logger: SILENT });
  });
  expect(store.isAvailable()).toBe(true);
  store.onAvailability(() => {})();
  await store.close();
  await expect(store.get('a', NOW)).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
  expect(opened).toBe(0);
});

test('many first uses open it once', async () => {
  let opened = 0;
  const store = createLazyStore(async () => {
    opened += 1;
    return openMemory({ logger: SILENT });
  });
  await Promise.all([store.put('a', 1, { now: NOW }), store.put('b', 1, { now: NOW }), store.get('c', NOW)]);
  expect(opened).toBe(1);
});

test('what keeps it from opening is what each use is told; once that is gone it opens', async () => {
  let isThere = false;
  const store = createLazyStore(async () => {
    if (!isThere) throw new Error('not there');
    return openMemory({ logger: SILENT });
  });
  await expect(store.get('a', NOW)).rejects.toThrow('not there');
  await expect(store.put('a', 1, { now: NOW })).rejects.toThrow('not there');
  isThere = true;
  expect(await store.put('a', 1, { now: NOW })).toBe(true);
});

test('who listened before it was opened hears of its availability afterwards', async () => {
  const listeners = new Set<(available: boolean) => void>();
  const inner: Store = {
    ...openMemory({ logger: SILENT }),
    onAvailability(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const store = createLazyStore(async () => inner);
  const heard: boolean[] = [];
  const stop = store.onAvailability((available) => void heard.push(available));
  await store.get('a', NOW);
  for (const listener of listeners) listener(false);
  stop();
  for (const listener of listeners) listener(true);
  expect(heard).toEqual([false]);
});
