import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import { compileMcp } from '../../src/compile/mcp/compile.ts';
import { toMcpLists } from '../../src/compile/mcp/kept.ts';
import { createKeptLists, type KeptLists } from '../../src/gateway/kept-lists.ts';
import { openMemory } from '../../src/state/memory/open-memory.ts';
import type { Store } from '../../src/state/store.ts';

const KEY = { source: 'far', settings: 'sha256:1' };
const silent = { debug() {}, info() {}, warn() {}, error() {} };

let now = 1_000_000;
let store: Store;
let kept: KeptLists;
beforeAll(() => {
  store = openMemory({ logger: silent });
  kept = createKeptLists({ store: () => store, now: () => now, logger: silent });
});

async function keep(lists: JsonObject): Promise<void> {
  kept.keep(KEY, lists);
  await expect.poll(async () => (await kept.recall(KEY))?.lists).toEqual(lists);
}

test('lists come back as they were, with the time of their reading', async () => {
  const lists = {
    tools: [{ name: 'a', description: 'ä\u202e€' }],
    resources: [],
    templates: [],
    prompts: [],
  };
  await keep(lists);
  expect(await kept.recall(KEY)).toEqual({ lists, at: now });
  expect(await kept.recall({ ...KEY, settings: 'sha256:2' })).toBeUndefined();
});

test('the age of lists that do not change is renewed, but not with each reading', async () => {
  const lists = { tools: [], resources: [], templates: [], prompts: [] };
  await keep(lists);
  const first = now;
  now += 60_000;
  kept.keep(KEY, lists);
  now += 600_000;
  expect((await kept.recall(KEY))?.at).toBe(first);
  kept.keep(KEY, lists);
  await expect.poll(async () => (await kept.recall(KEY))?.at).toBe(now);
});

test('lists that do not fit a value are not kept, and what was kept before stays', async () => {
  const small = { tools: [{ name: 'small' }] };
  await keep(small);
  const noise = Array.from({ length: 90_000 }, (_, index) => `${Math.sin(index)}`).join(' ');
  kept.keep(KEY, { tools: [{ name: 'large', description: noise }] });
  kept.keep(KEY, { tools: [{ name: 'second' }] });
  await expect.poll(async () => (await kept.recall(KEY))?.lists).toEqual({ tools: [{ name: 'second' }] });
});

test('a store that is away costs nothing', async () => {
  const away = openMemory({ logger: silent });
  await away.close();
  const lost = createKeptLists({ store: () => away, now: () => now, logger: silent });
  lost.keep(KEY, { tools: [] });
  await expect(lost.recall(KEY)).rejects.toThrow();
});

test('whatever stands in the store, it is read as lists or not at all', async () => {
  const packed = fc.jsonValue().map((value) => gzipSync(JSON.stringify(value)).toString('base64'));
  const stored = fc.oneof(
    fc.jsonValue(),
    fc.record({ v: fc.constant(1), at: fc.integer(), packed: fc.oneof(packed, fc.string()) }),
  );
  await fc.assert(
    fc.asyncProperty(stored, async (value) => {
      await store.put('lists:far:sha256:1', value as Json, { now });
      const found = await kept.recall(KEY).catch(() => undefined);
      const lists = found && toMcpLists(found.lists);
      if (lists) compileMcp({ source: 'far', trustAnnotations: false, ...lists });
    }),
  );
});

test('a value that unfolds beyond all bounds is not unfolded', async () => {
  const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024, 0x20)).toString('base64');
  await store.put('lists:far:sha256:1', { v: 1, at: 1, packed: bomb }, { now });
  await expect(kept.recall(KEY)).rejects.toThrow();
});
