import { toEndpointPath } from '../endpoint.ts';
import { recordPrincipal } from '../describe-call.ts';
import { compareLists } from '../compare-lists.ts';
import { listIn, type Listing, type ListKind } from '../list.ts';
import type { Caller } from '../road.ts';
import { principalKey } from '../snapshot.ts';
import { windowOf } from '../window.ts';
import type { AppendEvent } from './append-event.ts';
import { createLastTold } from './last-told.ts';

/** Takes note of a list that a caller was shown. Costs one look-up where it was shown before. */
export type NoteList = (caller: Omit<Caller, 'context'>, kind: ListKind, listing: Listing) => void;

const HOUR_MS = 3_600_000;

/** Callers' lists that are told apart; beyond it the least recently shown is recorded once more. */
const MAX_LISTS = 10_000;

/**
 * Records what callers were shown: a digest, once for each session, endpoint and kind of list while it stays the same. Where
 * there are no sessions, a principal's client within one hour counts as one.
 */
export function createListRecorder(deps: {
  readonly append: AppendEvent;
  readonly now: () => number;
  readonly maxLists?: number;
}): NoteList {
  const { append, now, maxLists = MAX_LISTS } = deps;
  const told = createLastTold(maxLists);
  return function noteList(caller, kind, listing) {
    const { principal, via, endpoint, snapshot } = caller;
    const path = toEndpointPath(endpoint);
    const digest = listing.digest(kind);
    const hour = via.session === undefined ? String(Math.floor(now() / HOUR_MS)) : '';
    const who = via.session ?? `${principalKey(principal)} ${via.face} ${via.clientName ?? ''}`;
    const key = `${kind} ${path} ${who}`;
    const shadow = snapshot.shadow ? `${snapshot.shadow.policy.digest} ${wholeDigest(caller, kind)}` : '';
    if (!told.isNews(key, `${digest} ${hour} ${shadow}`)) return;
    const difference = compareLists(caller, kind);
    void append({
      type: 'list',
      principal: recordPrincipal(principal),
      via,
      policy: snapshot.policy.digest,
      catalog: snapshot.catalog.digest,
      detail: {
        list: kind,
        endpoint: path,
        ...(kind === 'tools' && { mode: listing.mode }),
        count: listing[kind].length,
        digest,
        ...(difference && { shadow: difference }),
      },
    }).then((isRecorded) => isRecorded || told.forget(key));
  };
}

/** Of what is compared with what shadow policies would show. */
function wholeDigest({ snapshot, principal, endpoint }: Omit<Caller, 'context'>, kind: ListKind): string {
  return listIn(snapshot.view(principal), windowOf(snapshot, endpoint)).digest(kind);
}
