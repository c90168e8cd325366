import { fileURLToPath } from 'node:url';
import { readSets } from '../harness/read-sets.ts';
import { shippedPacks, toSight, toSources, type SourceDocuments } from '../harness/searchable.ts';
import { uniteSets } from '../harness/union.ts';
import { createSearchIndex, type SearchIndex } from '../../../src/search/search-index.ts';

const { sets } = await readSets(fileURLToPath(new URL('../sets', import.meta.url)));
const tools = uniteSets(sets);
const sight = toSight(tools);
const questions = sets.flatMap(({ queries }) => queries.map(({ text }) => text));

/** The documents of the small sets, by source. */
export function smallSources(): SourceDocuments[] {
  return toSources(tools, shippedPacks());
}

/** What an index of the small sets answers to all of their questions, scores to the last bit. */
export function answersOf(index: SearchIndex): string {
  const answers = questions.map((text) =>
    index.rank({ text, among: sight, limit: 10 }).map(({ entry, score }) => [entry.key, score]),
  );
  return JSON.stringify(answers);
}

/** An index of the sources, which come in this order. */
export function indexInOrder(sources: readonly SourceDocuments[]): SearchIndex {
  const index = createSearchIndex();
  for (const { source, documents } of sources) index.replace(source, documents);
  return index;
}
