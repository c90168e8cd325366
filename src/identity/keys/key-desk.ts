import { hash as sha } from 'node:crypto';
import type { Store } from '../../state/store.ts';
import { stateOf, type KeyRecord } from './key-record.ts';
import {
  findKey,
  getKey,
  listKeys,
  nameOf,
  putKey,
  removeKey,
  tellChange,
  type ShelvedKey,
} from './key-shelf.ts';
import { createVirtualKey, formOf } from './key-text.ts';

/** What a new key is to be. */
export type KeyRequest = Omit<
  KeyRecord,
  'version' | 'name' | 'lineage' | 'createdAt' | 'rotatedTo' | 'revokedAt'
> & { readonly lineage?: string };

/** A key that was just made: the only time that it is there to be shown. */
export interface MadeKey {
  readonly key: string;
  readonly record: KeyRecord;
}

/** What was found when a key was to be changed, and what it is now. `changed` is false where nothing had to be done. */
export interface ChangedKey {
  readonly record: KeyRecord;
  readonly changed: boolean;
}

/**
 * Where virtual keys are made and ended. Each step is one step of the store; what it changes is told to every gateway, and
 * each finds it by itself within half a minute where it could not be told.
 *
 * Every method rejects with BailiwickError `STATE_UNAVAILABLE` where the store is away.
 */
export interface KeyDesk {
  create(request: KeyRequest): Promise<MadeKey>;
  /** As if it had not been made: for a key that nobody was shown. */
  discard(made: MadeKey): Promise<void>;
  /** Ends a key at an instant, because another has taken its place. `undefined` where it is not active, or others changed it meanwhile. */
  retire(
    name: string,
    by: { readonly at: number; readonly rotatedTo: string },
  ): Promise<KeyRecord | undefined>;
  /** `undefined` where there is no such key. */
  revoke(name: string): Promise<ChangedKey | undefined>;
  /** By its name, or by the key itself. */
  find(nameOrKey: string): Promise<KeyRecord | undefined>;
  /** All that are known, those that are over included for 90 days. The oldest first. */
  list(): Promise<KeyRecord[]>;
}

/** Tries of a change that others get in between, and of a name that is taken. */
const TRIES = 8;

export function createKeyDesk(deps: {
  readonly store: Store;
  readonly now: () => number;
  readonly random: (size: number) => Uint8Array;
}): KeyDesk {
  const { store, now, random } = deps;

  async function change(
    name: string,
    toNext: (record: KeyRecord) => KeyRecord | undefined,
  ): Promise<ChangedKey | undefined> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      // oxlint-disable-next-line no-await-in-loop -- each look follows a failed put
      const found = await findKey(store, name, now());
      const record = found && toNext(found.record);
      if (!found || !record) return found && { record: found.record, changed: false };
      // oxlint-disable-next-line no-await-in-loop
      if (await putKey(store, { ...found, record }, now())) {
        // oxlint-disable-next-line no-await-in-loop
        await tellChange(store, record);
        return { record, changed: true };
      }
    }
    throw new Error(`the key ${name} is being changed by others all the time`);
  }

  async function put(key: ShelvedKey): Promise<boolean> {
    if (await findKey(store, key.record.name, now())) return false;
    if (!(await putKey(store, key, now()))) return false;
    // Whoever was just told that there is no such key.
    await tellChange(store, key.record);
    return true;
  }

  return {
    async create(request) {
      for (let tries = 0; tries < TRIES; tries += 1) {
        const key = createVirtualKey(random);
        const digest = sha('sha256', key);
        const name = nameOf(digest);
        const record: KeyRecord = { lineage: name, ...request, version: 1, name, createdAt: now() };
        // oxlint-disable-next-line no-await-in-loop -- only where a name is taken
        if (await put({ record, version: 0, digest })) return { key, record };
      }
      throw new Error('no key could be made: each has the name of one that exists');
    },
    async discard({ key, record }) {
      await removeKey(store, sha('sha256', key), now());
      await tellChange(store, { ...record, revokedAt: now() });
    },
    async retire(name, { at, rotatedTo }) {
      const changed = await change(name, (record) => {
        if (stateOf(record, now()) !== 'active' || record.rotatedTo !== undefined) return undefined;
        return { ...record, rotatedTo, expiresAt: Math.min(record.expiresAt ?? Infinity, at) };
      });
      return changed?.changed ? changed.record : undefined;
    },
    async revoke(name) {
      const changed = await change(name, (record) =>
        record.revokedAt === undefined ? { ...record, revokedAt: now() } : undefined,
      );
      // Whoever revoked it may not have come to tell it.
      if (changed && !changed.changed) await tellChange(store, changed.record);
      return changed;
    },
    async find(nameOrKey) {
      const found =
        formOf(nameOrKey) === 'key'
          ? await getKey(store, sha('sha256', nameOrKey), now())
          : await findKey(store, nameOrKey, now());
      return found?.record;
    },
    list: () => listKeys(store, now()),
  };
}
