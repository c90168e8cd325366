import type { JsonObject } from '../catalog/json.ts';
import type { Principal } from '../identity/principal.ts';
import type { Endpoint } from './endpoint.ts';
import { list, type ListKind } from './list.ts';
import type { Snapshot } from './snapshot.ts';
import { visibleSources } from './visible-sources.ts';
import { windowOf } from './window.ts';

/** How long a list may be kept, and how old it is. */
export interface Freshness {
  /** Milliseconds for which a client may keep the list (MCP 2026-07-28, `ttlMs`): the least of its sources'. */
  readonly ttlMs: number;
  /** By source, since when its entries are those of an earlier time. Absent: none is. */
  readonly stale?: JsonObject;
}

/** Where a list says which of its sources are stale. */
export const STALE_META_KEY = 'bailiwick/stale';

/**
 * What is read from a document changes with the configuration only. Clients that listen are told; those that do not see a
 * change after this time, which also a person who edits a policy and looks at what it did can wait for.
 */
const DOCUMENT_TTL_MS = 5_000;

/**
 * How fresh the lists are that this caller sees at this endpoint. Sources of which it sees nothing do not count, so that
 * nothing can be told of them by it. A source that does not say how long its lists may be kept, and one that is stale, count 0.
 *
 * @param kind the list; absent: all of them
 */
export function freshness(
  snapshot: Snapshot,
  principal: Principal,
  endpoint: Endpoint,
  kind?: ListKind,
): Freshness {
  const visible = visibleSources(snapshot.view(principal), windowOf(snapshot, endpoint));
  const known = new Map(snapshot.catalog.contributions.map((one) => [one.source, one.server]));
  const ttls = (kind === 'tools' ? sourcesOfTools(snapshot, principal, endpoint) : visible).map((source) => {
    if (snapshot.stale.has(source)) return 0;
    const server = known.get(source);
    return server ? toWholeMilliseconds(server.ttlMs) : DOCUMENT_TTL_MS;
  });
  const stale = visible.flatMap((source) => {
    const since = snapshot.stale.get(source);
    return since === undefined ? [] : [[source, new Date(since).toISOString()] as const];
  });
  return {
    // An empty list may fill: nothing says that it will stay empty.
    ttlMs: ttls.length === 0 ? 0 : Math.min(...ttls),
    ...(stale.length > 0 && { stale: Object.fromEntries(stale) }),
  };
}

/** The sources whose change may change the list: where little is listed whatever there is, those of what is listed. */
function sourcesOfTools(snapshot: Snapshot, principal: Principal, endpoint: Endpoint): readonly string[] {
  if (snapshot.settings.listing?.of(endpoint).mode !== 'search')
    return visibleSources(snapshot.view(principal), windowOf(snapshot, endpoint));
  const { places } = list(snapshot, principal, endpoint);
  return [...new Set(places('tools').map(([source]) => source))];
}

function toWholeMilliseconds(ttlMs: number | undefined): number {
  return ttlMs !== undefined && Number.isSafeInteger(ttlMs) && ttlMs > 0 ? ttlMs : 0;
}
