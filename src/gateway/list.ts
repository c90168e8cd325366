import { digestOf } from '../catalog/canonical.ts';
import type { JsonObject } from '../catalog/json.ts';
import type { EntryKind, SeenEntry, Sight } from '../catalog/sight.ts';
import type { Principal } from '../identity/principal.ts';
import type { View } from '../policy/view.ts';
import type { Endpoint } from './endpoint.ts';
import { withAlwaysLoad } from './listing/always-load.ts';
import { modeOf, type ListMode } from './listing/choose-mode.ts';
import type { ListingRule } from './listing/rules.ts';
import { sightIn } from './sight.ts';
import type { Snapshot } from './snapshot.ts';
import { windowOf, type Window } from './window.ts';

export type ListKind = 'tools' | 'resources' | 'resourceTemplates' | 'prompts';

/** Where an entry stands in a list: its source, then its own name or URI there. */
export type Place = readonly [source: string, own: string];

/** What one principal is shown at one endpoint, as MCP list entries in a deterministic order. */
export type Listing = {
  readonly [kind in ListKind]: readonly JsonObject[];
} & {
  /** `full`: all that the principal finds there; `search`: of the tools, those that are built in and those that are pinned. */
  readonly mode: ListMode;
  /** A digest per list, computed on first use: two lists that a client cannot tell apart have equal ones. */
  digest(kind: ListKind): string;
  /** Where each entry stands, in the list's order. Computed on first use. */
  places(kind: ListKind): readonly Place[];
};

/** Listings live as long as the view they show, so a swap of the snapshot lets them go. */
const listings = new WeakMap<Sight, Listing>();
const servedListings = new WeakMap<Sight, Listing>();

/** The lists of an endpoint as it serves them to the principal. Names and URIs are those of the endpoint. */
export function list(snapshot: Snapshot, principal: Principal, endpoint: Endpoint): Listing {
  const view = snapshot.view(principal);
  const window = windowOf(snapshot, endpoint);
  const mode = modeOf(snapshot, view, window);
  const rule = snapshot.settings.listing?.of(endpoint);
  if (rule === undefined || (mode === 'full' && !rule.hasPins)) return listIn(view, window);
  const sight = sightIn(view, window);
  const listing = servedListings.get(sight) ?? createServedListing(mode, sight, rule, snapshot.builtIns);
  servedListings.set(sight, listing);
  return listing;
}

/** Whether any tool is listed there, which can be said without a list. */
export function listsTools(snapshot: Snapshot, principal: Principal, endpoint: Endpoint): boolean {
  const { entries } = sightIn(snapshot.view(principal), windowOf(snapshot, endpoint));
  // Tools come first.
  if (entries[0]?.kind === 'tool') return true;
  return snapshot.settings.listing?.of(endpoint).mode === 'search' && snapshot.builtIns.length > 0;
}

/** What is in a view and in a window: all of it. */
export function listIn(view: View, window: Window): Listing {
  const sight = sightIn(view, window);
  const listing = listings.get(sight) ?? createListing('full', sight.entries);
  listings.set(sight, listing);
  return listing;
}

/** In search mode the built-in tools, of the others those that are pinned, and all that is no tool. */
function createServedListing(
  mode: ListMode,
  { entries }: Sight,
  { isPinned }: ListingRule,
  builtIns: readonly JsonObject[],
): Listing {
  const toServed = (entry: SeenEntry): SeenEntry =>
    entry.tool && isPinned(entry.tool) ? { ...entry, present: () => withAlwaysLoad(entry.present()) } : entry;
  if (mode === 'full') return createListing(mode, entries.map(toServed));
  const taken = new Set(builtIns.map(({ name }) => name));
  const listed = entries.filter(
    ({ tool, shown }) => tool === undefined || (isPinned(tool) && !taken.has(shown)),
  );
  return createListing(mode, listed.map(toServed), builtIns);
}

const LIST_OF = {
  tool: 'tools',
  resource: 'resources',
  template: 'resourceTemplates',
  prompt: 'prompts',
} as const satisfies Record<EntryKind, ListKind>;

function createListing(
  mode: ListMode,
  entries: readonly SeenEntry[],
  builtIns: readonly JsonObject[] = [],
): Listing {
  const lists: Record<ListKind, JsonObject[]> = {
    tools: [...builtIns],
    resources: [],
    resourceTemplates: [],
    prompts: [],
  };
  for (const entry of entries) lists[LIST_OF[entry.kind]].push(entry.present());
  const digests = new Map<ListKind, string>();
  const places = new Map<ListKind, readonly Place[]>();
  return {
    ...lists,
    mode,
    digest(kind) {
      const digest = digests.get(kind) ?? digestOf(lists[kind]);
      digests.set(kind, digest);
      return digest;
    },
    places(kind) {
      const known = places.get(kind) ?? [
        // They come first, and have no source.
        ...(kind === 'tools' ? builtIns.map((_tool, index): Place => ['', String(index)]) : []),
        ...entries
          .filter((entry) => LIST_OF[entry.kind] === kind)
          .map(({ source, own }): Place => [source, own]),
      ];
      places.set(kind, known);
      return known;
    },
  };
}
