import fc from 'fast-check';
import { expect, it } from 'vitest';
import { entryKey } from '../../src/catalog/sight.ts';
import { toDocuments } from '../../src/search/document.ts';
import { createSearchIndex, type Hit } from '../../src/search/search-index.ts';
import { contributionOf, sightOf } from './support.ts';

const WORDS = ['ticket', 'invoice', 'cluster', 'message', 'delete', 'list', 'open', 'sheet'];

const NAMES = WORDS.flatMap((one) => WORDS.map((other) => `${one}_${other}`));

const described = Object.fromEntries(NAMES.map((name) => [name, name.replace('_', ' ')]));
const index = createSearchIndex();
index.replace('office', toDocuments(contributionOf(described)));

const closeness = fc.option(fc.double({ min: -1, max: 1, noNaN: true }), { nil: undefined });

/** Tools; how near each is, were anybody to look; and whether somebody sees it. */
const world = fc.record({
  tools: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom(...NAMES),
      near: closeness,
      otherwise: closeness,
      isSeen: fc.boolean(),
    }),
    { selector: ({ name }) => name, minLength: 1, maxLength: 12 },
  ),
  query: fc
    .array(fc.constantFrom(...WORDS, 'zap'), { minLength: 1, maxLength: 3 })
    .map((words) => words.join(' ')),
  weight: fc.double({ min: 0.01, max: 5, noNaN: true }),
  least: fc.double({ min: -1, max: 1, noNaN: true }),
});

type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

/** What is found where hidden tools are as near as `nearOf` says, and the tools that were looked at. */
function rank(one: World, nearOf: (tool: World['tools'][number]) => number | undefined) {
  const looked: string[] = [];
  const byKey = new Map(one.tools.map((tool) => [entryKey('tool', 'office', tool.name), tool]));
  const hits = index.rank({
    text: one.query,
    among: sightOf(seenIn(one)),
    accept: ({ own }) => !own.endsWith('sheet'),
    limit: 5,
    closeness: {
      weight: one.weight,
      least: one.least,
      of(key) {
        const tool = byKey.get(key);
        looked.push(tool?.name ?? key);
        return tool && nearOf(tool);
      },
    },
  });
  return { hits: hits.map(({ entry, score }: Hit) => [entry.own, score]), looked };
}

function seenIn({ tools }: World): string[] {
  return tools.filter(({ isSeen }) => isSeen).map(({ name }) => name);
}

it('how near hidden entries are is asked by nobody, and changes nothing', () => {
  fc.assert(
    fc.property(world, (one) => {
      const { hits, looked } = rank(one, ({ near }) => near);
      const open = seenIn(one).filter((name) => !name.endsWith('sheet'));
      expect([...new Set(looked)].toSorted()).toEqual(open.toSorted());
      expect(hits.every(([name]) => open.includes(name as string))).toBe(true);
      const otherwise = rank(one, (tool) => (tool.isSeen ? tool.near : tool.otherwise));
      expect(otherwise.hits).toEqual(hits);
    }),
  );
});

it('who shares no word with the question is found from the least closeness on, and nobody else', () => {
  fc.assert(
    fc.property(world, (one) => {
      const { hits } = rank({ ...one, query: 'zap' }, ({ near }) => near);
      const byName = new Map(one.tools.map((tool) => [tool.name, tool.near]));
      expect(hits.every(([name]) => (byName.get(name as string) ?? -2) >= one.least)).toBe(true);
      const scores = hits.map(([, score]) => score as number);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    }),
  );
});
