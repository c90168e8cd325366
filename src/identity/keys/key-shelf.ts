import type { Json } from '../../catalog/json.ts';
import type { Store } from '../../state/store.ts';
import { toKeyRecord, type KeyRecord } from './key-record.ts';

/*
 * Where keys are in the store: one value for each, under the SHA-256 of the key, so that every change of a key is one
 * step. The name of a key is the beginning of that digest, and finds it too. What changes is told to every gateway.
 */

const SHELF = 'identity/keys/';
export const KEYS_TOPIC = 'identity/keys';

/** 48 bits: enough to tell keys apart, nothing to guess a key by. The letter tells it from the name of a key of the configuration. */
const NAME_DIGITS = 12;
const NAME = new RegExp(`^k[0-9a-f]{${NAME_DIGITS}}$`);

/** How long it is known of a key that is over what it was. */
const KEPT_MS = 90 * 86_400_000;

export interface ShelvedKey {
  readonly record: KeyRecord;
  readonly version: number;
  /** SHA-256 of the key, in hex. Not to be shown. */
  readonly digest: string;
}

/** @param digest SHA-256 of the key, in hex. */
export function nameOf(digest: string): string {
  return `k${digest.slice(0, NAME_DIGITS)}`;
}

export function isKeyName(text: string | undefined): text is string {
  return text !== undefined && NAME.test(text);
}

type Values = Pick<Store, 'get' | 'put' | 'take' | 'list' | 'publish'>;

/** The stored key with this digest. Absent too: one that cannot be read, e.g. of a newer version. */
export async function getKey(
  store: Pick<Store, 'get'>,
  digest: string,
  now: number,
): Promise<ShelvedKey | undefined> {
  const stored = await store.get(SHELF + digest, now);
  const record = toKeyRecord(stored?.value);
  return stored && record && record.name === nameOf(digest)
    ? { record, version: stored.version, digest }
    : undefined;
}

export async function findKey(store: Values, name: string, now: number): Promise<ShelvedKey | undefined> {
  if (!isKeyName(name)) return undefined;
  for await (const key of keysUnder(store, SHELF + name.slice(1), now)) return key;
  return undefined;
}

/** Every key that is stored, the oldest first. */
export async function listKeys(store: Pick<Store, 'get' | 'list'>, now: number): Promise<KeyRecord[]> {
  const records: KeyRecord[] = [];
  for await (const { record } of keysUnder(store, SHELF, now)) records.push(record);
  return records.toSorted((a, b) => a.createdAt - b.createdAt || (a.name < b.name ? -1 : 1));
}

async function* keysUnder(
  store: Pick<Store, 'get' | 'list'>,
  prefix: string,
  now: number,
): AsyncGenerator<ShelvedKey> {
  let cursor: string | undefined;
  do {
    // oxlint-disable-next-line no-await-in-loop -- page by page
    const page = await store.list(prefix, { now, ...(cursor !== undefined && { cursor }) });
    // oxlint-disable-next-line no-await-in-loop
    const found = await Promise.all(page.keys.map((key) => getKey(store, key.slice(SHELF.length), now)));
    for (const key of found) if (key) yield key;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** Stores a key where it is as it was read; of a new one the version is 0. False where somebody was faster. */
export function putKey(
  store: Values,
  { record, version, digest }: ShelvedKey,
  now: number,
): Promise<boolean> {
  const over = Math.min(record.expiresAt ?? Infinity, record.revokedAt ?? Infinity);
  return store.put(SHELF + digest, toJson(record), {
    now,
    ifVersion: version,
    ...(Number.isFinite(over) && { expiresAt: over + KEPT_MS }),
  });
}

function toJson(record: KeyRecord): Json {
  return JSON.parse(JSON.stringify(record)) as Json;
}

export async function removeKey(store: Values, digest: string, now: number): Promise<void> {
  await store.take(SHELF + digest, now);
}

/** Tells every gateway to look at a key again. */
export function tellChange(store: Values, { name, revokedAt }: KeyRecord): Promise<void> {
  return store.publish(KEYS_TOPIC, { key: name, revoked: revokedAt !== undefined });
}
