import { createCatalog, type Catalog } from '../../../src/catalog/catalog.ts';
import type { SeenEntry, Sight } from '../../../src/catalog/sight.ts';
import type { Tool } from '../../../src/catalog/tool.ts';
import { toolsOnly } from '../../../src/catalog/tools-only.ts';
import { toDocuments, type SearchDocument } from '../../../src/search/document.ts';
import { applyPacks } from '../../../src/search/packs/apply-packs.ts';
import { loadPack, PACK_NAMES, type Pack } from '../../../src/search/packs/pack.ts';
import { createSearchIndex, type SearchIndex } from '../../../src/search/search-index.ts';
import type { LabelledTool } from './labelled-set.ts';

/** Tools in the product's own index, and a sight that sees them all. */
export interface Searchable {
  readonly index: SearchIndex;
  readonly sight: Sight;
  /** Ids of tools, best first. */
  find(text: string, limit: number): readonly string[];
}

/** The documents of a source. */
export interface SourceDocuments {
  readonly source: string;
  readonly documents: readonly SearchDocument[];
}

/** The packs of hints that ship. */
export function shippedPacks(): Pack[] {
  return PACK_NAMES.map(loadPack);
}

/** A tool as the product's catalog holds it. */
function toCatalogTool(tool: LabelledTool): Tool {
  const { name, description, parameters, server, groups, method, path, action, kind, hints } = tool;
  return {
    source: server,
    name,
    description,
    inputSchema: parameters,
    validationSchema: parameters,
    access: method === 'GET' ? 'read' : method === undefined || method === 'DELETE' ? 'destructive' : 'write',
    scopes: [],
    attributes: {
      ...(groups.length > 0 && { tags: groups }),
      ...(method && { method }),
      ...(path && { path }),
      ...((action || kind) && { kubernetes: { ...(action && { action }), ...kind } }),
    },
    ...(hints.length > 0 && { hints }),
    binding: { kind: 'mcp', upstreamName: name },
  };
}

/**
 * The product's documents of the tools, by server. A document is known by the tool's id, as names repeat in the catalogues that are
 * measured; its text is the product's alone.
 */
export function toSources(tools: readonly LabelledTool[], packs: readonly Pack[]): SourceDocuments[] {
  return [...Map.groupBy(tools, ({ server }) => server)].map(([source, own]) => {
    const documents = toDocuments(toolsOnly(source, own.map(toCatalogTool)));
    if (documents.length !== own.length)
      throw new Error(`${own.length} tools made ${documents.length} documents`);
    const known = documents.map((each, at) => ({ ...each, key: own[at]?.id ?? '' }));
    return { source, documents: applyPacks(known, packs) };
  });
}

/** A catalog of the tools. Names that repeat in a source get a number, as a source could not offer them. */
export function toCatalog(tools: readonly LabelledTool[]): Catalog {
  const contributions = [...Map.groupBy(tools, ({ server }) => server)].map(([source, own]) => {
    const counts = new Map<string, number>();
    const unique = own.map((tool) => {
      const before = counts.get(tool.name) ?? 0;
      counts.set(tool.name, before + 1);
      return toCatalogTool(before === 0 ? tool : { ...tool, name: `${tool.name} ${before}` });
    });
    return toolsOnly(source, unique);
  });
  return createCatalog(contributions);
}

/** An index of the sources, each known by its place: two catalogues may call a server the same. */
export function toIndex(sources: readonly SourceDocuments[]): SearchIndex {
  const index = createSearchIndex();
  for (const [at, { documents }] of sources.entries()) index.replace(`${at}`, documents);
  return index;
}

/** A sight of every tool, in the order of the catalogue. */
export function toSight(tools: readonly LabelledTool[]): Sight {
  const entries = tools.map(toSeenEntry);
  const byKey = new Map(entries.map((entry) => [entry.key, entry]));
  return {
    entries,
    named: (_kind, shown) => byKey.get(shown),
    sources: [...new Set(entries.map(({ source }) => source))].toSorted(),
  };
}

function toSeenEntry(tool: LabelledTool): SeenEntry {
  const { id, name, server } = tool;
  return {
    kind: 'tool',
    source: server,
    own: name,
    key: id,
    shown: id,
    tool: toCatalogTool(tool),
    present: () => ({ name }),
  };
}

/** The tools, indexed and seen. */
export function toSearchable(tools: readonly LabelledTool[], packs: readonly Pack[]): Searchable {
  const index = toIndex(toSources(tools, packs));
  const sight = toSight(tools);
  return {
    index,
    sight,
    find: (text, limit) => index.rank({ text, among: sight, limit }).map(({ entry }) => entry.key),
  };
}
