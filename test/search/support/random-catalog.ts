import fc from 'fast-check';
import { entryKey, type EntryKind, type SeenEntry, type Sight } from '../../../src/catalog/sight.ts';
import type { SearchDocument } from '../../../src/search/document.ts';

const WORDS =
  'create delete list get update watch search send the for and ticket tickets pod container repository repo picture image user invoice ' +
  'namespacedPod XMLFile v1beta1 status x 会議室 予約する 火车票 Größe réunion';
const VOCABULARY = WORDS.split(' ');
const SOURCES = ['cluster', 'helpdesk', 'office'];

const words = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...VOCABULARY), { minLength, maxLength }).map((some) => some.join(' '));

/** A question, mostly of words that a {@link randomCatalog} knows. */
export const randomQuestion = fc.oneof(
  { weight: 9, arbitrary: words(1, 5) },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
);

const randomDocument: fc.Arbitrary<Omit<SearchDocument, 'key'>> = fc.record(
  {
    kind: fc.constantFrom<EntryKind>('tool', 'tool', 'tool', 'prompt', 'resource'),
    source: fc.constantFrom(...SOURCES),
    name: words(1, 3).map((text) => text.replaceAll(' ', '_')),
    title: words(1, 2),
    description: words(0, 9),
    parameterNames: fc.array(fc.constantFrom(...VOCABULARY), { maxLength: 3 }),
    parameterTexts: fc.array(words(1, 4), { maxLength: 2 }),
    hints: fc.array(words(1, 2), { maxLength: 2 }),
    groups: fc.array(fc.constantFrom(...VOCABULARY), { maxLength: 1 }),
    method: fc.constantFrom('GET', 'POST', 'DELETE'),
    path: fc.constantFrom(
      '/api/v1/pods',
      '/api/v1/pods/{name}/status',
      '/apis/apps/v1beta1/watch/pods',
      '/tickets/{id}',
    ),
    isDeprecated: fc.boolean(),
  },
  { requiredKeys: ['kind', 'source', 'name', 'description', 'parameterNames', 'parameterTexts', 'hints'] },
);

/** A document, and whether the caller sees it. */
export interface Shown {
  readonly document: SearchDocument;
  readonly isSeen: boolean;
}

/** Up to twenty documents of three sources, some of which the caller sees. Names may be the same, keys never are. */
export const randomCatalog: fc.Arbitrary<readonly Shown[]> = fc
  .array(fc.tuple(randomDocument, fc.boolean()), { minLength: 1, maxLength: 20 })
  .map((all) =>
    all.map(([document, isSeen], at) => ({
      isSeen,
      document: { ...document, key: entryKey(document.kind, document.source, `${at}`) },
    })),
  );

/** A sight of these documents and of no others, by source and key. */
export function sightOf(documents: readonly SearchDocument[]): Sight {
  const sorted = documents.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const entries = sorted.map(({ key, kind, source, name }): SeenEntry => ({
    key,
    kind,
    source,
    own: name,
    shown: key,
    present: () => ({}),
  }));
  return {
    entries,
    named: (_kind, shown) => entries.find((entry) => entry.shown === shown),
    sources: [...new Set(sorted.map(({ source }) => source))],
  };
}

/** Documents by source, as an index takes them. */
export function bySource(documents: readonly SearchDocument[]): Map<string, SearchDocument[]> {
  return Map.groupBy(documents, ({ source }) => source);
}
