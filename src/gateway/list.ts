import { digestOf } from '../catalog/canonical.ts';
import type { JsonObject } from '../catalog/json.ts';
import type { EntryKind, Sight } from '../catalog/sight.ts';
import type { Principal } from '../identity/principal.ts';
import type { View } from '../policy/view.ts';
import type { Endpoint } from './endpoint.ts';
import { sightIn } from './sight.ts';
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
const listings = new WeakMap<Sight, Listing>();

/** The lists of an endpoint through the principal's view. Names and URIs are those of the endpoint. */
export function list(snapshot: Snapshot, principal: Principal, endpoint: Endpoint): Listing {
  return listIn(snapshot.view(principal), windowOf(snapshot, endpoint));
}

/** What is in a view and in a window. */
export function listIn(view: View, window: Window): Listing {
  const sight = sightIn(view, window);
  const listing = listings.get(sight) ?? createListing(sight);
  listings.set(sight, listing);
  return listing;
}

const LIST_OF = {
  tool: 'tools',
  resource: 'resources',
  template: 'resourceTemplates',
  prompt: 'prompts',
} as const satisfies Record<EntryKind, ListKind>;

function createListing({ entries }: Sight): Listing {
  const lists: Record<ListKind, JsonObject[]> = {
    tools: [],
    resources: [],
    resourceTemplates: [],
    prompts: [],
  };
  for (const entry of entries) lists[LIST_OF[entry.kind]].push(entry.present());
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
      const known =
        places.get(kind) ??
        entries
          .filter((entry) => LIST_OF[entry.kind] === kind)
          .map(({ source, own }): Place => [source, own]);
      places.set(kind, known);
      return known;
    },
  };
}
