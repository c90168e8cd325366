import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCatalog } from '../../src/catalog/catalog.ts';
import type { Contribution } from '../../src/catalog/entries.ts';
import { toCanonicalJson } from '../../src/catalog/canonical.ts';
import type { Tool } from '../../src/catalog/tool.ts';

const tool = (source: string, name: string): Tool => ({
  source,
  name,
  description: name,
  inputSchema: { type: 'object' },
  validationSchema: { type: 'object' },
  access: 'read',
  scopes: [],
  attributes: {},
  binding: { kind: 'mcp', upstreamName: name },
});

const contribution = (source: string, names: readonly string[]): Contribution => ({
  source,
  tools: names.map((name) => tool(source, name)),
  resources: [],
  templates: [],
  prompts: [],
  skipped: [],
  lossy: [],
  operations: names.length,
});

test('the order in which sources and their tools arrive changes nothing', () => {
  const names = ['b', 'a', 'c', 'd'];
  fc.assert(
    fc.property(
      fc.shuffledSubarray(['one', 'two', 'three'], { minLength: 3 }),
      fc.shuffledSubarray(names, { minLength: 4 }),
      (sources, order) => {
        const catalog = createCatalog(sources.map((source) => contribution(source, order)));
        const expected = createCatalog(['one', 'two', 'three'].map((source) => contribution(source, names)));
        expect(toCanonicalJson(catalog.tools)).toBe(toCanonicalJson(expected.tools));
        expect(catalog.digest).toBe(expected.digest);
      },
    ),
  );
});

test('a change of one definition changes the digest', () => {
  const before = createCatalog([contribution('one', ['a'])]);
  const changed = { ...tool('one', 'a'), description: 'another' };
  const after = createCatalog([{ ...contribution('one', []), tools: [changed] }]);
  expect(after.digest).not.toBe(before.digest);
});

test('a tool is found by its shown name at /mcp, and by its own name in its source alone', () => {
  const catalog = createCatalog([contribution('one', ['a']), contribution('two', ['a'])]);
  expect(catalog.toolByShownName('two_a')?.source).toBe('two');
  expect(catalog.toolByOwnName('one', 'a')?.source).toBe('one');
  expect(catalog.toolByOwnName('one', 'two_a')).toBeUndefined();
  expect(catalog.toolByShownName('a')).toBeUndefined();
});
