import { randomUUID } from 'node:crypto';
import type { Json } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import type { Store } from '../../state/store.ts';
import {
  keyOfRevocation,
  readRevocation,
  REVOCATION_PREFIX,
  toStored,
  type Revocation,
  type Revoked,
} from './revocation.ts';

/** Carries the key of a revocation that came or went. */
export const REVOCATIONS_TOPIC = 'identity-revocations';

/** Holds another text after each change, so that one read tells whether anything changed. */
const GENERATION_KEY = 'identity/revocations-generation';

/** Each gateway keeps all of them in memory: some 50 MB at most. */
const MAX_REVOCATIONS = 100_000;

const READS_AT_ONCE = 100;

export interface RevocationReader {
  /** Another text after each change. */
  generation(): Promise<string>;
  keys(): Promise<ReadonlySet<string>>;
  /** What is stored under these keys, of those that are still there. */
  values(keys: readonly string[]): Promise<(readonly [string, Json])[]>;
}

export function createRevocationReader(
  store: Pick<Store, 'get' | 'list'>,
  now: () => number,
): RevocationReader {
  return {
    async generation() {
      const stored = await store.get(GENERATION_KEY, now());
      return typeof stored?.value === 'string' ? stored.value : '';
    },
    async keys() {
      const keys = new Set<string>();
      let cursor: string | undefined;
      do {
        // oxlint-disable-next-line no-await-in-loop -- page by page
        const page = await store.list(REVOCATION_PREFIX, {
          now: now(),
          ...(cursor !== undefined && { cursor }),
        });
        for (const key of page.keys) keys.add(key);
        cursor = page.cursor;
      } while (cursor !== undefined);
      return keys;
    },
    async values(keys) {
      const values: (readonly [string, Json])[] = [];
      for (let index = 0; index < keys.length; index += READS_AT_ONCE) {
        const some = keys.slice(index, index + READS_AT_ONCE);
        // oxlint-disable-next-line no-await-in-loop -- some at a time
        const stored = await Promise.all(some.map((key) => store.get(key, now())));
        for (const [at, key] of some.entries()) {
          const one = stored[at];
          if (one) values.push([key, one.value]);
        }
      }
      return values;
    },
  };
}

/** Where revocations are made and taken back: every gateway that shares the store follows at once. */
export interface RevocationDesk {
  /** @throws BailiwickError `STATE_UNAVAILABLE`; `USAGE` where there are too many already */
  revoke(revocation: Revocation): Promise<void>;
  /** Takes back every revocation that was made with just this. What it took back. */
  undo(revoked: Revoked): Promise<Revocation[]>;
  /** In the order in which they were made. */
  list(): Promise<Revocation[]>;
}

export function createRevocationDesk(
  store: Pick<Store, 'get' | 'put' | 'take' | 'list' | 'publish'>,
  now: () => number,
): RevocationDesk {
  const reader = createRevocationReader(store, now);

  async function announce(keys: readonly string[]): Promise<void> {
    await store.put(GENERATION_KEY, randomUUID(), { now: now() });
    await Promise.all(keys.map((key) => store.publish(REVOCATIONS_TOPIC, key)));
  }

  async function all(): Promise<(readonly [string, Revocation])[]> {
    const values = await reader.values([...(await reader.keys())]);
    return values.flatMap(([key, value]) => {
      const revocation = readRevocation(value);
      return revocation ? [[key, revocation] as const] : [];
    });
  }

  return {
    async revoke(revocation) {
      const { size } = await reader.keys();
      if (size >= MAX_REVOCATIONS) {
        throw new BailiwickError(
          'USAGE',
          `${size} revocations are in force, and no gateway keeps more; take some back (--undo), or make them for a shorter time (--for)`,
        );
      }
      const key = keyOfRevocation(revocation);
      await store.put(key, toStored(revocation), { now: now(), expiresAt: revocation.until });
      await announce([key]);
    },
    async undo(revoked) {
      const same = (await all()).filter(([, revocation]) => isSameRevoked(revocation, revoked));
      await Promise.all(same.map(([key]) => store.take(key, now())));
      if (same.length > 0) await announce(same.map(([key]) => key));
      return same.map(([, revocation]) => revocation);
    },
    async list() {
      return (await all()).map(([, revocation]) => revocation).toSorted((a, b) => a.at - b.at);
    },
  };
}

/** Whether both mean the same credentials. */
export function isSameRevoked(one: Revoked, other: Revoked): boolean {
  return (['issuer', 'subject', 'client', 'key', 'tokenId'] as const).every(
    (name) => one[name] === other[name],
  );
}
