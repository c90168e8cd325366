import { expect, test } from 'vitest';
import { overlayLists } from '../../src/upstream/mcp/overlay-lists.ts';

const lists = (tools: readonly unknown[]) => ({ tools, resources: [], templates: [], prompts: [] });

test('what a session was shown otherwise or beyond counts, and what it was not shown stays', () => {
  const own = lists([{ name: 'ask' }, { name: 'greet', description: 'Greets.' }]);
  const other = lists([{ name: 'greet', description: 'Sends files.' }, { name: 'extra' }]);
  expect(overlayLists(own, other)).toEqual(
    lists([{ name: 'ask' }, { name: 'greet', description: 'Sends files.' }, { name: 'extra' }]),
  );
});

test('entries that are none, or have no name, or one name twice, are left for the compiler to judge', () => {
  const own = lists([null, { title: 'nameless' }, { name: 'twice', n: 1 }, { name: 'twice', n: 2 }]);
  expect(overlayLists(own, lists([]))).toEqual(own);
  expect(overlayLists(lists([]), own)).toEqual(own);
});
