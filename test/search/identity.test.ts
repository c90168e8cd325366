import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SearchDocument } from '../../src/search/document.ts';
import type { Language } from '../../src/search/ranking/language.ts';
import type { Postings, Row } from '../../src/search/ranking/postings.ts';
import { createStock, type Stock } from '../../src/search/ranking/stock.ts';
import { createSearchIndex, type Hit, type SearchIndex } from '../../src/search/search-index.ts';
import { bySource, randomCatalog, randomQuestion, sightOf, type Shown } from './support/random-catalog.ts';

const RUNS = { numRuns: 40 };

describe('What a caller does not see', () => {
  test('is in no answer, whatever is asked, accepted and however much', () => {
    const property = fc.property(
      randomCatalog,
      randomQuestion,
      fc.integer({ min: 0, max: 25 }),
      fc.func(fc.boolean()),
      (catalog, text, limit, accepts) => {
        const seen = seenOf(catalog);
        const among = sightOf(seen);
        const index = indexOf(allOf(catalog));
        const accept = ({ key }: { key: string }): boolean => accepts(key);
        const hits = index.rank({ text, among, limit, accept });
        expect(hits.length).toBeLessThanOrEqual(limit);
        for (const { entry, score } of hits) {
          expect(among.entries).toContain(entry);
          expect(accepts(entry.key)).toBe(true);
          expect(score).toBeGreaterThan(0);
        }
        const whole = index.rank({ text, among, limit: 1_000, accept });
        expect(toBytes(hits)).toBe(toBytes(whole.slice(0, limit)));
      },
    );
    fc.assert(property, RUNS);
  });

  test('is not ranked: an answer is what ranking the visible alone gives, by the document frequencies and lengths of all', () => {
    const property = fc.property(randomCatalog, randomQuestion, (catalog, text) => {
      const among = sightOf(seenOf(catalog));
      const answer = indexOf(allOf(catalog)).rank({ text, among, limit: 1_000 });
      const reference = indexOf(seenOf(catalog), (language) => withStatisticsOf(allOf(catalog), language));
      expect(toBytes(answer)).toBe(toBytes(reference.rank({ text, among, limit: 1_000 })));
    });
    fc.assert(property, RUNS);
  });

  test('changes nothing by anything else: not by its keys, its sources, its stability, its order', () => {
    const property = fc.property(randomCatalog, randomQuestion, (catalog, text) => {
      const among = sightOf(seenOf(catalog));
      // A source's name is a word of its documents: the words stay, whom they belong to changes.
      const hidden = catalog
        .filter(({ isSeen }) => !isSeen)
        .map(({ document }, at) => ({ ...document, key: `tool hidden/${at}`, isDeprecated: at % 2 === 0 }))
        .toReversed();
      const moved = createSearchIndex();
      moved.replace('hidden', hidden);
      for (const [source, documents] of bySource(seenOf(catalog))) moved.replace(source, documents);
      const before = indexOf(allOf(catalog)).rank({ text, among, limit: 1_000 });
      expect(toBytes(moved.rank({ text, among, limit: 1_000 }))).toBe(toBytes(before));
    });
    fc.assert(property, RUNS);
  });

  test('and what is seen but not accepted are the same to an answer', () => {
    const property = fc.property(randomCatalog, randomQuestion, (catalog, text) => {
      const seen = new Set(seenOf(catalog).map(({ key }) => key));
      const index = indexOf(allOf(catalog));
      const narrow = index.rank({ text, among: sightOf(seenOf(catalog)), limit: 1_000 });
      const accept = ({ key }: { key: string }): boolean => seen.has(key);
      const wide = index.rank({ text, among: sightOf(allOf(catalog)), limit: 1_000, accept });
      expect(toBytes(wide)).toBe(toBytes(narrow));
    });
    fc.assert(property, RUNS);
  });

  test('is not asked how near in meaning it is', () => {
    const property = fc.property(randomCatalog, randomQuestion, (catalog, text) => {
      const asked = new Set<string>();
      const of = (key: string): number => (asked.add(key), 0.5);
      const among = sightOf(seenOf(catalog));
      indexOf(allOf(catalog)).rank({ text, among, limit: 5, closeness: { weight: 0.5, least: 0.3, of } });
      const seen = new Set(seenOf(catalog).map(({ key }) => key));
      expect([...asked].filter((key) => !seen.has(key))).toEqual([]);
    });
    fc.assert(property, RUNS);
  });
});

function allOf(catalog: readonly Shown[]): SearchDocument[] {
  return catalog.map(({ document }) => document);
}

function seenOf(catalog: readonly Shown[]): SearchDocument[] {
  return catalog.filter(({ isSeen }) => isSeen).map(({ document }) => document);
}

function indexOf(
  documents: readonly SearchDocument[],
  makeStock?: (language: Language) => Stock,
): SearchIndex {
  const index = createSearchIndex(makeStock);
  for (const [source, own] of bySource(documents)) index.replace(source, own);
  return index;
}

/** Answers to the last bit, entries by their keys: sights make entries of their own. */
function toBytes(hits: readonly Hit[]): string {
  return JSON.stringify(hits.map(({ entry, score }) => [entry.key, score]));
}

/**
 * A stock that holds what is put into it and counts as if it held all of the documents: how often words occur, how long fields are.
 * What is not put in is nowhere in what is ranked.
 */
function withStatisticsOf(documents: readonly SearchDocument[], language: Language): Stock {
  const all = createStock(language);
  for (const [source, own] of bySource(documents)) all.replace(source, own);
  const own = createStock(language);
  return {
    ...own,
    terms: counted(own.terms, all.terms),
    grams: counted(own.grams, all.grams),
    get size() {
      return all.size;
    },
    get version() {
      return own.version;
    },
    meanLength: all.meanLength,
  };
}

/** The rows of the one, counted as the other counts them. */
function counted(postings: Postings, counts: Postings): Postings {
  const recount = (row: Row): Row => ({ ...row, documents: counts.row(row.term)?.documents ?? 0 });
  return {
    ...postings,
    row(term) {
      const row = postings.row(term);
      return row && recount(row);
    },
    rows: () => Iterator.from(postings.rows()).map(recount),
  };
}
