import type { SeenEntry, Sight } from '../../src/catalog/sight.ts';
import type { SearchDocument } from '../../src/search/document.ts';
import { createSearchIndex } from '../../src/search/search-index.ts';

/** A document with this key and nothing but what is said. */
export function document(key: string, some: Partial<SearchDocument>): SearchDocument {
  return {
    kind: 'tool',
    source: 'any',
    name: '',
    description: '',
    parameterNames: [],
    parameterTexts: [],
    hints: [],
    ...some,
    key,
  };
}

/** A sight of all of them, in their order. */
export function sightOf(documents: readonly SearchDocument[]): Sight {
  const entries = documents.map(({ key, kind, source }): SeenEntry => ({
    kind,
    source,
    own: key,
    key,
    shown: key,
    present: () => ({}),
  }));
  return { entries, named: () => undefined, sources: ['any'] };
}

/** Keys in the order in which they are found. */
export function order(text: string, documents: readonly SearchDocument[], limit = 10): string[] {
  const index = createSearchIndex();
  index.replace('any', documents);
  return index.rank({ text, among: sightOf(documents), limit }).map(({ entry }) => entry.key);
}
