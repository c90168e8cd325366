import { digestOf } from '../catalog/canonical.ts';
import type { Json, JsonObject } from '../catalog/json.ts';
import type { Prompt, Resource, ResourceTemplate } from '../catalog/entries.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Principal } from '../identity/principal.ts';
import type { View } from '../policy/view.ts';
import { withoutPins } from './catalogs/pins.ts';
import { uriAt, type Endpoint } from './endpoint.ts';
import { rewriteDefinition } from './rewrite-uris.ts';
import { toolsShown } from './shows-tool.ts';
import type { Snapshot } from './snapshot.ts';
import { windowOf, type Window } from './window.ts';

export type ListKind = 'tools' | 'resources' | 'resourceTemplates' | 'prompts';

/** Where an entry stands in a list: its source, then its own name or URI there. */
export type Place = readonly [source: string, own: string];

/** What one principal finds at one endpoint, as MCP list entries in a deterministic order. */
export type Listing = {
  readonly [kind in ListKind]: readonly JsonObject[];
} & {
  /** A digest per list, computed on first use: two lists that a client cannot tell apart have equal ones. */
  digest(kind: ListKind): string;
  /** Where each entry stands, in the list's order. Computed on first use. */
  places(kind: ListKind): readonly Place[];
};

/** Listings live as long as the view they show, so a swap of the snapshot lets them go. */
const listings = new WeakMap<View, WeakMap<Window, Listing>>();

/** The lists of an endpoint through the principal's view. Names and URIs are those of the endpoint. */
export function list(snapshot: Snapshot, principal: Principal, endpoint: Endpoint): Listing {
  return listIn(snapshot.view(principal), windowOf(snapshot, endpoint));
}

/** What is in a view and in a window. */
export function listIn(view: View, window: Window): Listing {
  const known = listings.get(view) ?? new WeakMap<Window, Listing>();
  listings.set(view, known);
  const listing = known.get(window) ?? createListing(view, window);
  known.set(window, listing);
  return listing;
}

function createListing(view: View, window: Window): Listing {
  const { endpoint } = window;
  const shown = {
    tools: toolsShown(view, window),
    resources: view.resources.filter(({ source, uri }) => window.includes({ kind: 'resource', source, uri })),
    resourceTemplates: view.templates.filter(({ source, uriTemplate }) =>
      window.includes({ kind: 'resource', source, uri: uriTemplate }),
    ),
    prompts: view.prompts.filter(({ source, name }) => window.includes({ kind: 'prompt', source, name })),
  };
  const present = (source: string, definition: JsonObject): JsonObject =>
    rewriteDefinition(endpoint, source, definition);
  const lists: Record<ListKind, JsonObject[]> = {
    tools: shown.tools.map((tool) => presentTool(window, tool)),
    resources: shown.resources.map(({ source, uri, definition }) => ({
      ...present(source, definition),
      uri: uriAt(endpoint, source, uri),
    })),
    resourceTemplates: shown.resourceTemplates.map(({ source, uriTemplate, definition }) => ({
      ...present(source, definition),
      uriTemplate: uriAt(endpoint, source, uriTemplate),
    })),
    prompts: shown.prompts.map((prompt) => ({
      ...present(prompt.source, prompt.definition),
      name: window.nameAt(prompt, 'prompt'),
    })),
  };
  const digests = new Map<ListKind, string>();
  const places = new Map<ListKind, readonly Place[]>();
  return {
    ...lists,
    digest(kind) {
      const digest = digests.get(kind) ?? digestOf(lists[kind]);
      digests.set(kind, digest);
      return digest;
    },
    places(kind) {
      const known = places.get(kind) ?? shown[kind].map((entry): Place => [entry.source, ownOf(entry)]);
      places.set(kind, known);
      return known;
    },
  };
}

/** What the catalog sorts an entry by within its source. */
function ownOf(entry: Tool | Prompt | Resource | ResourceTemplate): string {
  if ('uriTemplate' in entry) return entry.uriTemplate;
  return 'uri' in entry ? entry.uri : entry.name;
}

/** A tool as MCP `tools/list` shows it at this endpoint. */
export function presentTool(
  { endpoint, nameAt, pinsOf }: Pick<Window, 'endpoint' | 'nameAt' | 'pinsOf'>,
  tool: Tool,
): JsonObject {
  // What is asked of tasks is not answered here, so no tool may say that it can be.
  const { execution: _execution, ...passthrough } = tool.passthrough ?? {};
  const presented: Record<string, Json | undefined> = {
    ...rewriteDefinition(endpoint, tool.source, passthrough),
    name: nameAt(tool, 'tool'),
    title: tool.title,
    description: tool.description,
    inputSchema: withoutPins(pinsOf(tool), tool.inputSchema),
    outputSchema: tool.outputSchema,
    annotations: tool.annotations,
  };
  return Object.fromEntries(
    Object.entries(presented).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}
