import { hash as sha } from 'node:crypto';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Json } from '../../catalog/json.ts';
import type { Store } from '../../state/store.ts';
import { ENDED_TOPIC, PREFIX } from './prefix.ts';

export interface ShelfWorld {
  readonly store: Pick<Store, 'list' | 'publish'>;
  /** Encrypted at rest: names and ids of what is kept are in it. */
  readonly sealed: Pick<Store, 'get' | 'put' | 'take'>;
  readonly now: () => number;
  /** Called in this process before others are told. */
  readonly onGrantEnded: (grantId: string) => void;
}

/** Where one thing lies. What a client holds is not in the key, only its hash. */
export function keyOf(model: string, id: string): string {
  return `${PREFIX}${model}/${sha('sha256', id)}`;
}

/** An access token, or a grant, as it is kept. */
export async function readKept(
  world: ShelfWorld,
  model: string,
  id: string,
): Promise<AdapterPayload | undefined> {
  const stored = await world.sealed.get(keyOf(model, id), world.now());
  return stored?.value as AdapterPayload | undefined;
}

/** Nothing that was given out because of a grant counts from now on. */
async function endGrant(world: ShelfWorld, grantId: string): Promise<void> {
  await world.sealed.take(keyOf('Grant', grantId), world.now());
  world.onGrantEnded(grantId);
  await world.store.publish(ENDED_TOPIC, grantId);
}

export const CLIENT_MODEL = 'Client';

/** A client that registered itself is in use: it is kept as long as what it was given. */
export async function prolongClient(world: ShelfWorld, id: string, expiresAt: number): Promise<void> {
  const { sealed, now } = world;
  const key = keyOf(CLIENT_MODEL, id);
  const stored = await sealed.get(key, now());
  if (stored) await sealed.put(key, stored.value, { now: now(), expiresAt, ifVersion: stored.version });
}

/** How long a client that registered itself is kept from its registration, or from the last time somebody agreed to it. */
const UNUSED_CLIENT_MS = 86_400_000;

/**
 * What oidc-provider keeps, in our store.
 *
 * A grant is the root of all that was given out because of it: codes and tokens count while it is there. Browser sessions are not kept,
 * because everybody signs in anew for each client.
 *
 * @param onRace makes the error for what was used twice at the same time
 */
export function createStoreAdapter(model: string, world: ShelfWorld, onRace: () => Error): Adapter {
  const { sealed, now } = world;
  if (model === 'Session') return FORGETFUL;
  const find = (id: string): Promise<AdapterPayload | undefined> => readKept(world, model, id);
  return {
    async upsert(id, payload, expiresIn) {
      const expiresAt = now() + (expiresIn === undefined ? UNUSED_CLIENT_MS : expiresIn * 1000);
      await sealed.put(keyOf(model, id), toJson(payload), { now: now(), expiresAt });
    },
    find,
    findByUid: () => Promise.resolve(undefined),
    findByUserCode: () => Promise.resolve(undefined),
    async consume(id) {
      const key = keyOf(model, id);
      const stored = await sealed.get(key, now());
      const payload = stored?.value as AdapterPayload | undefined;
      if (!stored || !payload || payload.consumed !== undefined) throw onRace();
      const isFirst = await sealed.put(key, toJson({ ...payload, consumed: Math.floor(now() / 1000) }), {
        now: now(),
        ifVersion: stored.version,
        ...(payload.exp !== undefined && { expiresAt: payload.exp * 1000 }),
      });
      if (!isFirst) throw onRace();
    },
    async destroy(id) {
      if (model === 'Grant') await endGrant(world, id);
      else await sealed.take(keyOf(model, id), now());
    },
    revokeByGrantId: (grantId) => endGrant(world, grantId),
  };
}

const FORGETFUL: Adapter = {
  upsert: () => Promise.resolve(),
  find: () => Promise.resolve(undefined),
  findByUid: () => Promise.resolve(undefined),
  findByUserCode: () => Promise.resolve(undefined),
  consume: () => Promise.resolve(),
  destroy: () => Promise.resolve(),
  revokeByGrantId: () => Promise.resolve(),
};

/** Payloads are JSON but for members that are `undefined`. */
function toJson(payload: AdapterPayload): Json {
  return JSON.parse(JSON.stringify(payload)) as Json;
}
