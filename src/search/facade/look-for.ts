import type { JsonObject } from '../../catalog/json.ts';
import type { SeenEntry, Sight } from '../../catalog/sight.ts';
import type { Search } from '../search.ts';
import { fold, type Family } from './fold.ts';
import type { Question } from './read-question.ts';

export type { Question } from './read-question.ts';

/** So many are looked at for each family that is told, because some of them are variants of others. */
const LOOKED_AT = 4;

/** What one query found. */
export interface Looked {
  /** Best first, variants folded. */
  readonly families: readonly Family[];
  /** Some of it is near in meaning, whatever its words are. */
  readonly isNear: boolean;
  /** By key, where it is known: nearness in meaning. For operators alone. */
  readonly nearness: ReadonlyMap<string, number>;
}

/** What one query of a question finds in a sight. */
export async function lookFor(
  search: Pick<Search, 'find'>,
  { sight, signal }: { readonly sight: Sight; readonly signal: AbortSignal },
  question: Question,
  query: string,
): Promise<Looked> {
  const { limit } = question;
  const hits = await search.find(
    { text: query, among: sight, accept: (entry) => fits(question, entry), limit: limit * LOOKED_AT },
    signal,
  );
  const families = fold(hits.map(({ entry }) => entry)).slice(0, limit);
  const told = new Set(
    families.flatMap(({ best, variants }) => [best, ...variants.map(({ entry }) => entry)]),
  );
  return {
    families,
    isNear: hits.some(({ entry, isNear }) => isNear && told.has(entry)),
    nearness: new Map(
      hits.flatMap(({ entry, nearness }) => (nearness === undefined ? [] : [[entry.key, nearness]])),
    ),
  };
}

function fits({ sources, access }: Question, { source, tool }: SeenEntry): boolean {
  return (sources?.includes(source) ?? true) && (access?.includes(tool?.access ?? 'read') ?? true);
}

/**
 * What is recorded of a question and its answers.
 *
 * @param told by query, the keys of the entries that were told, in order
 */
export function toFinding(
  { queries, sources, access, limit, detail }: Question,
  told: readonly (readonly string[])[],
): { readonly asked: JsonObject; readonly found: readonly (readonly string[])[] } {
  return {
    asked: {
      queries: [...queries],
      ...(sources && { source: sources.length === 1 ? sources[0]! : [...sources] }),
      ...(access && { access: access.length === 1 ? access[0]! : [...access] }),
      limit,
      detail,
    },
    found: told.map((keys) => keys.map((key) => key.replace(/^tool /, ''))),
  };
}
