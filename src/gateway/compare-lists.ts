import { toCanonicalJson } from '../catalog/canonical.ts';
import type { JsonObject } from '../catalog/json.ts';
import { listIn, type ListKind } from './list.ts';
import type { Asker } from './decide-call.ts';
import { windowOf } from './window.ts';

/** How a list would be another under the shadow policies: names, or URIs, as the endpoint shows them. */
export interface ListDifference {
  readonly gains: readonly string[];
  readonly losses: readonly string[];
  /** What is in both lists, and not the same: a schema that is narrowed otherwise. */
  readonly changes: readonly string[];
  /** How many there are of all, where more are than are named. */
  readonly count?: number;
  /** Digest of the shadow policies. */
  readonly policy: string;
}

/** Names that one record has of each. */
const MOST_NAMED = 100;

/**
 * What the caller would find otherwise, all of it, however little of that is listed; undefined: the same, or there are no shadow policies. A fault of theirs is nobody's but their
 * own, and keeps no list from being shown.
 */
export function compareLists(asker: Asker, kind: ListKind): ListDifference | undefined {
  try {
    return compare(asker, kind);
  } catch {
    return undefined;
  }
}

function compare({ snapshot, principal, endpoint }: Asker, kind: ListKind): ListDifference | undefined {
  const { shadow } = snapshot;
  if (shadow === undefined) return undefined;
  const window = windowOf(snapshot, endpoint);
  const listing = listIn(snapshot.view(principal), window);
  const other = listIn(shadow.view(principal), window);
  if (other.digest(kind) === listing.digest(kind)) return undefined;
  const [here, there] = [byName(listing[kind]), byName(other[kind])];
  const gains = [...there.keys()].filter((name) => !here.has(name));
  const losses = [...here.keys()].filter((name) => !there.has(name));
  const changes = [...here].flatMap(([name, entry]) => {
    const counterpart = there.get(name);
    return counterpart && toCanonicalJson(counterpart) !== toCanonicalJson(entry) ? [name] : [];
  });
  const isCut = [gains, losses, changes].some((names) => names.length > MOST_NAMED);
  return {
    gains: gains.slice(0, MOST_NAMED),
    losses: losses.slice(0, MOST_NAMED),
    changes: changes.slice(0, MOST_NAMED),
    ...(isCut && { count: gains.length + losses.length + changes.length }),
    policy: shadow.policy.digest,
  };
}

function byName(entries: readonly JsonObject[]): Map<string, JsonObject> {
  return new Map(entries.map((entry) => [nameOf(entry), entry]));
}

function nameOf({ name, uri, uriTemplate }: JsonObject): string {
  const names = uri !== undefined ? [uri] : [uriTemplate, name];
  return names.find((one) => typeof one === 'string') ?? '';
}
