import type { ArgumentRecorder } from '../audit/mask/record-arguments.ts';
import { digestOf } from '../catalog/canonical.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { JsonObject } from '../catalog/json.ts';
import type { Principal } from '../identity/principal.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import { view, viewKey, type View } from '../policy/view.ts';
import type { QuestionSettings } from '../upstream/mcp/question-settings.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { VirtualCatalog } from './catalogs/virtual-catalog.ts';
import type { ListingRules } from './listing/rules.ts';
import type { PriceList } from './price.ts';
import type { Shadow } from './shadow.ts';

/**
 * What the gateway serves at one moment. Immutable: a change makes a new snapshot, and a call finishes on the one it
 * started with.
 */
export interface Snapshot {
  readonly settings: SnapshotSettings;
  readonly catalog: Catalog;
  /** Virtual catalogs by name. */
  readonly catalogs: ReadonlyMap<string, VirtualCatalog>;
  readonly policy: PolicySet;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** The built-in tools, as lists show them. */
  readonly builtIns: readonly JsonObject[];
  /** By source, since when (milliseconds since the epoch) its entries are those of an earlier time: it is down, or slow. */
  readonly stale: ReadonlyMap<string, number>;
  /** The catalog as this principal sees it. */
  readonly view: (principal: Principal) => View;
  /** Policies that are only compared with those in force. */
  readonly shadow?: Shadow;
}

/** What a snapshot is made of. Without virtual catalogs, or built-in tools, there are none. */
export interface SnapshotParts
  extends
    Omit<Snapshot, 'view' | 'catalogs' | 'builtIns' | 'shadow'>,
    Partial<Pick<Snapshot, 'catalogs' | 'builtIns'>> {
  readonly shadow?: PolicySet | undefined;
}

/** Settings of the road that change with the configuration, and so with the snapshot. */
export interface SnapshotSettings {
  /** By source, what its tools cost. Sources that are not in it cost nothing. */
  readonly prices: ReadonlyMap<string, PriceList>;
  /** By source, what it may ask of clients. Sources that are not in it may ask everything. */
  readonly questions: ReadonlyMap<string, QuestionSettings>;
  /** UTF-8 bytes that one result may have. */
  readonly maxResultBytes: number;
  /** Entries of one page of a list. Absent: a list is one page. */
  readonly pageSize?: number | undefined;
  /** How endpoints list their tools. Absent: all of them. */
  readonly listing?: ListingRules | undefined;
  /** What a record keeps of what a caller sent. */
  readonly recordArguments: ArgumentRecorder;
}

/** How many views a snapshot keeps; the least recently used goes first. */
const MAX_VIEWS = 1_000;

/** Of how many principals it keeps which view is theirs. */
const MAX_PRINCIPALS = 10_000;

export function createSnapshot({ shadow, ...parts }: SnapshotParts): Snapshot {
  const { catalog, policy } = parts;
  return {
    catalogs: new Map(),
    builtIns: [],
    ...parts,
    view: keepViews(policy, catalog),
    ...(shadow && { shadow: { policy: shadow, view: keepViews(shadow, catalog) } }),
  };
}

/** Principals that policy does not tell apart share a view, and with it all that is made of it. */
function keepViews(policy: PolicySet, catalog: Catalog): Snapshot['view'] {
  const views = new Map<string, View>();
  const viewKeys = new Map<string, string>();
  return (principal) => {
    const key = recall(viewKeys, principalKey(principal), MAX_PRINCIPALS, () => viewKey(policy, principal));
    return recall(views, key, MAX_VIEWS, () => view(policy, catalog, principal));
  };
}

/** What is known by a key, or is made now. Keeps the most recently used. */
function recall<T>(known: Map<string, T>, key: string, most: number, make: () => T): T {
  const value = known.get(key) ?? make();
  known.delete(key);
  known.set(key, value);
  const oldest = known.size > most ? known.keys().next().value : undefined;
  if (oldest !== undefined) known.delete(oldest);
  return value;
}

const keys = new WeakMap<Principal, string>();

/** Equal for two principals exactly where policy cannot tell them apart and they are the same caller. */
export function principalKey(principal: Principal): string {
  let key = keys.get(principal);
  if (key === undefined) {
    // Which credential it showed makes no other caller of it.
    key = digestOf({ ...principal, key: undefined });
    keys.set(principal, key);
  }
  return key;
}
