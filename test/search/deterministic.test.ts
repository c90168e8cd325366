import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCatalog } from '../../src/catalog/catalog.ts';
import type { Contribution } from '../../src/catalog/entries.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { toolsOnly } from '../../src/catalog/tools-only.ts';
import type { SearchDocument } from '../../src/search/document.ts';
import { createSearchIndex } from '../../src/search/search-index.ts';
import { createSearch } from '../../src/search/search.ts';
import { firstLine, startNode } from '../support/child-process.ts';
import { answersOf, indexInOrder, smallSources } from './support/answers.ts';
import { bySource, randomCatalog, randomQuestion, sightOf } from './support/random-catalog.ts';

describe('The same catalog answers the same question with the same bytes', () => {
  test('in another process, to which the sources came in another order', async () => {
    const child = startNode([fileURLToPath(new URL('support/answers.child.ts', import.meta.url))]);
    expect(await firstLine(child)).toBe(answersOf(indexInOrder(smallSources())));
  });

  test('whatever sources and texts the index held before', () => {
    const sources = smallSources();
    const [first, second, ...rest] = sources;
    if (!first || !second) throw new Error('there are no sources');
    const index = indexInOrder([...rest, { source: 'gone', documents: first.documents }]);
    index.replace(second.source, first.documents);
    index.replace('gone', undefined);
    index.replace(second.source, second.documents);
    index.replace(first.source, first.documents);
    expect(answersOf(index)).toBe(answersOf(indexInOrder(sources)));
  });

  test('after any history of replacing, removing and adding again', () => {
    const step = fc.record({ source: fc.nat(2), kept: fc.nat(8) });
    const property = fc.property(
      randomCatalog,
      randomQuestion,
      fc.array(step, { maxLength: 12 }),
      (catalog, text, steps) => {
        const documents = catalog.map(({ document }) => document);
        const sources = [...bySource(documents)];
        const [worn, fresh] = [createSearchIndex(), createSearchIndex()];
        for (const { source, kept } of steps) {
          const [name = 'none', own = []] = sources[source] ?? [];
          worn.replace(name, kept === 0 ? undefined : own.slice(-kept));
        }
        for (const [name, own] of sources.toReversed()) worn.replace(name, own);
        for (const [name, own] of sources) fresh.replace(name, own);
        const question = { text, among: sightOf(documents), limit: 50 };
        expect(JSON.stringify(worn.rank(question))).toBe(JSON.stringify(fresh.rank(question)));
        expect(worn.size).toBe(fresh.size);
      },
    );
    fc.assert(property, { numRuns: 40 });
  });
});

describe('A source that changes costs its own entries', () => {
  test('in the index: no document of another source is looked at again', () => {
    const looked = new Map<string, number>();
    const watched = smallSources().map(({ source, documents }) => ({
      source,
      documents: documents.map((document) => watch(document, () => count(looked, source))),
    }));
    const index = indexInOrder(watched);
    const among = sightOf(watched.flatMap(({ documents }) => documents));
    const question = { text: 'reply to the customer', among, limit: 5 };
    index.rank(question);
    looked.clear();
    const [{ source, documents } = { source: '', documents: [] }] = watched;
    index.replace(source, documents.slice(1));
    index.rank(question);
    expect([...looked.keys()]).toEqual([source]);
    looked.clear();
    for (const one of watched.slice(1)) index.replace(one.source, one.documents);
    index.rank(question);
    expect([...looked.keys()]).toEqual([]);
  });

  test('in what follows the catalog: no tool of another source is read again', async () => {
    const read = new Map<string, number>();
    const contributions = ['a', 'b', 'c'].map((source) =>
      toContribution(source, 20, () => count(read, source)),
    );
    const search = createSearch();
    const { signal } = new AbortController();
    const among = sightOf([]);
    const ask = () => search.find({ text: 'thing', among, limit: 5 }, signal);
    search.follow(createCatalog(contributions));
    await ask();
    expect(read).toEqual(
      new Map([
        ['a', 20],
        ['b', 20],
        ['c', 20],
      ]),
    );
    read.clear();
    const changed = toContribution('b', 21, () => count(read, 'b'));
    search.follow(createCatalog([...contributions.filter(({ source }) => source !== 'b'), changed]));
    await ask();
    expect(read).toEqual(new Map([['b', 21]]));
    await search.close();
  });
});

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The same document, which tells when its text is read. */
function watch(document: SearchDocument, onLook: () => void): SearchDocument {
  return new Proxy(document, {
    get(target, key, receiver) {
      if (key === 'description') onLook();
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
}

/** A source of tools which tell when their descriptions are first read: by a catalog's lists they are not. */
function toContribution(source: string, tools: number, onRead: () => void): Contribution {
  return toolsOnly(
    source,
    Array.from({ length: tools }, (_, at): Tool => {
      let isRead = false;
      return {
        source,
        name: `thing_${at}`,
        get description() {
          if (!isRead) onRead();
          isRead = true;
          return `Thing ${at}.`;
        },
        inputSchema: { type: 'object' },
        validationSchema: { type: 'object' },
        access: 'read',
        scopes: [],
        attributes: {},
        binding: { kind: 'mcp', upstreamName: `thing_${at}` },
      };
    }),
  );
}
