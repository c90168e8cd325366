import type { Contribution } from '../../catalog/entries.ts';
import type { Tool } from '../../catalog/tool.ts';
import { toDocuments } from '../document.ts';
import { applyPacks } from '../packs/apply-packs.ts';
import type { Pack } from '../packs/pack.ts';
import { unknownTools } from './hint-book.ts';
import type { HintEntry } from './hint-file.ts';
import { digestOfFacts, toFacts } from './tool-facts.ts';

/**
 * Where a tool's hints come from: a person wrote them for this very tool, a model did, a model did for a tool that has changed since,
 * a document, a glob or a pack has some, or there are none.
 */
export type Origin = 'person' | 'model' | 'stale' | 'other' | 'none';

export interface Survey {
  /** Tools by name, with the place of their entry where there is one. */
  readonly tools: readonly { readonly tool: Tool; readonly origin: Origin; readonly place?: string }[];
  readonly unknown: ReturnType<typeof unknownTools>;
}

/**
 * Which tools of a source have hints, and which entries of files are out of date.
 *
 * @param contribution The source's offer with its hints, as it is served.
 * @param entries Entries of all sources.
 */
export function surveyHints(
  contribution: Contribution,
  entries: readonly HintEntry[],
  packs: readonly Pack[],
): Survey {
  const own = entries.filter(({ source }) => source === contribution.source);
  const byTool = Map.groupBy(own, ({ tool }) => tool);
  const documents = applyPacks(toDocuments(contribution), packs);
  const hinted = new Set(
    documents.filter(({ kind, hints }) => kind === 'tool' && hints.length > 0).map(({ name }) => name),
  );
  const tools = contribution.tools
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((tool) => ({
      tool,
      ...originOf(tool, byTool.get(tool.name) ?? [], hinted.has(tool.name)),
    }));
  return { tools, unknown: unknownTools(contribution, own) };
}

function originOf(
  tool: Tool,
  entries: readonly HintEntry[],
  isHinted: boolean,
): { readonly origin: Origin; readonly place?: string } {
  const written = entries.find((entry) => entry.written !== undefined);
  if (written?.written) {
    const isFresh = written.written.of === digestOfFacts(toFacts(tool));
    return { origin: isFresh ? 'model' : 'stale', place: written.place };
  }
  const [first] = entries;
  if (first) return { origin: 'person', place: first.place };
  return { origin: isHinted ? 'other' : 'none' };
}
