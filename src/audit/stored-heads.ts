import { hostname } from 'node:os';
import { isJsonObject } from '../catalog/json.ts';
import type { Store } from '../state/store.ts';
import { toSignedHead } from './signed-head.ts';
import type { SignedHead } from './signed-head.ts';

/** A head in the store, and where its chain is: gateways that share a store each write to a directory of their own. */
export interface PlacedHead {
  readonly head: SignedHead;
  /** From {@link placeOf}; absent: not known. */
  readonly place?: string;
}

/** An audit directory among those of all machines. `directory` is absolute. */
export function placeOf(directory: string): string {
  return `${hostname()}:${directory}`;
}

/** Signed heads in the store, one for each chain: the newest. */
export interface StoredHeads {
  /** Never replaces a head by an earlier one: a chain that was shortened must not take its own proof with it. */
  put(head: SignedHead): Promise<void>;
  get(chain: string): Promise<SignedHead | undefined>;
  /** The chain is gone, as a record says. */
  remove(chain: string): Promise<void>;
  /** Every head that is stored. Values that are none are left out. */
  list(): Promise<PlacedHead[]>;
}

const PREFIX = 'audit/head/';

/** Tries of a `put` that others get in between. */
const TRIES = 5;

export function createStoredHeads(
  store: Pick<Store, 'get' | 'put' | 'take' | 'list'>,
  now: () => number,
  place: string,
): StoredHeads {
  async function put(head: SignedHead): Promise<void> {
    const key = PREFIX + head.chain;
    for (let tries = 0; tries < TRIES; tries += 1) {
      // oxlint-disable-next-line no-await-in-loop -- each look follows a failed put
      const stored = await store.get(key, now());
      const before = toSignedHead(stored?.value);
      if (before !== undefined && before.seq >= head.seq) return;
      // oxlint-disable-next-line no-await-in-loop
      if (await store.put(key, { ...head, place }, { now: now(), ifVersion: stored?.version ?? 0 })) return;
    }
    throw new Error(`${key}: others keep storing it at the same time`);
  }

  async function list(): Promise<PlacedHead[]> {
    const heads: PlacedHead[] = [];
    let cursor: string | undefined;
    do {
      // oxlint-disable-next-line no-await-in-loop -- page by page
      const page = await store.list(PREFIX, { now: now(), ...(cursor !== undefined && { cursor }) });
      // oxlint-disable-next-line no-await-in-loop
      const stored = await Promise.all(page.keys.map((key) => store.get(key, now())));
      heads.push(...stored.flatMap((one) => toPlacedHead(one?.value) ?? []));
      cursor = page.cursor;
    } while (cursor !== undefined);
    return heads;
  }

  async function get(chain: string): Promise<SignedHead | undefined> {
    return toSignedHead((await store.get(PREFIX + chain, now()))?.value);
  }

  return { put, get, list, remove: async (chain) => void (await store.take(PREFIX + chain, now())) };
}

function toPlacedHead(value: unknown): PlacedHead | undefined {
  const head = toSignedHead(value);
  if (head === undefined) return undefined;
  const place = isJsonObject(value) ? value['place'] : undefined;
  return { head, ...(typeof place === 'string' && { place }) };
}
