import { digestOf } from '../catalog/canonical.ts';
import type { Json, JsonObject } from '../catalog/json.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Principal } from '../identity/principal.ts';
import type { View } from '../policy/view.ts';
import { covers, nameAt, uriAt, type Endpoint } from './endpoint.ts';
import type { Snapshot } from './snapshot.ts';

export type ListKind = 'tools' | 'resources' | 'resourceTemplates' | 'prompts';

/** What one principal finds at one endpoint, as MCP list entries in a deterministic order. */
export type Listing = {
  readonly [kind in ListKind]: readonly JsonObject[];
} & {
  /** A digest per list, computed on first use: two lists that a client cannot tell apart have equal ones. */
  digest(kind: ListKind): string;
};

/** Listings live as long as the view they show, so a swap of the snapshot lets them go. */
const listings = new WeakMap<View, Map<string, Listing>>();

/** The lists of an endpoint through the principal's view. Names and URIs are those of the endpoint. */
export function list(snapshot: Snapshot, principal: Principal, endpoint: Endpoint): Listing {
  const view = snapshot.view(principal);
  const known = listings.get(view) ?? new Map<string, Listing>();
  listings.set(view, known);
  const key = endpoint.kind === 'all' ? '' : endpoint.source;
  const listing = known.get(key) ?? createListing(view, endpoint);
  known.set(key, listing);
  return listing;
}

function createListing(view: View, endpoint: Endpoint): Listing {
  const here = (entry: { readonly source: string }): boolean => covers(endpoint, entry.source);
  const lists: Record<ListKind, JsonObject[]> = {
    tools: view.tools.filter(here).map((tool) => presentTool(endpoint, tool)),
    resources: view.resources.filter(here).map(({ source, uri, definition }) => ({
      ...definition,
      uri: uriAt(endpoint, source, uri),
    })),
    resourceTemplates: view.templates.filter(here).map(({ source, uriTemplate, definition }) => ({
      ...definition,
      uriTemplate: uriAt(endpoint, source, uriTemplate),
    })),
    prompts: view.prompts
      .filter(here)
      .map((prompt) => ({ ...prompt.definition, name: nameAt(endpoint, prompt) })),
  };
  const digests = new Map<ListKind, string>();
  return {
    ...lists,
    digest(kind) {
      const digest = digests.get(kind) ?? digestOf(lists[kind]);
      digests.set(kind, digest);
      return digest;
    },
  };
}

/** A tool as MCP `tools/list` shows it at this endpoint. */
export function presentTool(endpoint: Endpoint, tool: Tool): JsonObject {
  const presented: Record<string, Json | undefined> = {
    ...tool.passthrough,
    name: nameAt(endpoint, tool),
    title: tool.title,
    description: tool.description,
    inputSchema: tool.inputSchema,
    outputSchema: tool.outputSchema,
    annotations: tool.annotations,
  };
  return Object.fromEntries(
    Object.entries(presented).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}
