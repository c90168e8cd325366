import { BailiwickError } from '../errors.ts';
import type { Json, JsonObject } from '../catalog/json.ts';
import { toEndpointPath, type Endpoint } from './endpoint.ts';
import type { Listing, ListKind, Place } from './list.ts';

/** A part of a list. */
export interface Page {
  readonly entries: readonly JsonObject[];
  /** Absent: this is the last page. */
  readonly nextCursor?: string;
}

/** The version of the cursors given out: those of another one are refused. */
const VERSION = 1;

/** A place cannot be longer than what an upstream may list. */
const MAX_CURSOR_LENGTH = 65_536;

/**
 * One page of a list, after `cursor`, or the first (MCP `nextCursor`).
 *
 * A cursor names the place of the last entry it was given out with, and not a number: a list that changed meanwhile goes on
 * after that place, so that what stayed is neither left out nor shown twice. It holds nothing that its caller was not shown,
 * and no list is any the longer for a forged one.
 *
 * @param pageSize Entries of a page; absent: all.
 * @throws BailiwickError `INVALID_PARAMS` for a cursor that was not given out for this list at this endpoint.
 */
export function pageOf(
  listing: Listing,
  at: { readonly kind: ListKind; readonly endpoint: Endpoint },
  cursor: string | undefined,
  pageSize: number | undefined,
): Page {
  const entries = listing[at.kind];
  const first = cursor === undefined ? undefined : parseCursor(cursor, at);
  if (first === undefined && (pageSize === undefined || entries.length <= pageSize)) return { entries };
  const places = listing.places(at.kind);
  const start = first === undefined ? 0 : countUpTo(places, first);
  const end = pageSize === undefined ? entries.length : Math.min(start + pageSize, entries.length);
  const last = places[end - 1];
  return {
    entries: entries.slice(start, end),
    ...(end < entries.length && last && { nextCursor: toCursor(at, last) }),
  };
}

function toCursor({ kind, endpoint }: { kind: ListKind; endpoint: Endpoint }, place: Place): string {
  const text = JSON.stringify([VERSION, kind, toEndpointPath(endpoint), ...place]);
  return Buffer.from(text, 'utf8').toString('base64url');
}

/** Strict: exactly the texts that {@link toCursor} makes for this list are read. */
function parseCursor(cursor: string, at: { kind: ListKind; endpoint: Endpoint }): Place {
  const [version, , , source, own] = readArray(cursor);
  if (version === VERSION && typeof source === 'string' && typeof own === 'string') {
    const place: Place = [source, own];
    if (toCursor(at, place) === cursor) return place;
  }
  throw new BailiwickError(
    'INVALID_PARAMS',
    'cursor: not one that this list gave out; ask for the list again without a cursor',
  );
}

function readArray(cursor: string): readonly Json[] {
  if (cursor.length > MAX_CURSOR_LENGTH) return [];
  try {
    const parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as Json;
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

/** How many places of a sorted list are `place` or before it. */
function countUpTo(places: readonly Place[], place: Place): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const one = places[middle];
    if (one && isAfter(one, place)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The catalog's order: by source, then by own name or URI, by code units. */
function isAfter([source, own]: Place, [otherSource, otherOwn]: Place): boolean {
  return source === otherSource ? own > otherOwn : source > otherSource;
}
