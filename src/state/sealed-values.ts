import type { Json } from '../catalog/json.ts';
import type { Sealer } from './sealed.ts';
import type { Store, Stored } from './store.ts';

/** Values of a store that are encrypted at rest. Methods are those of {@link Store}. */
export interface SealedValues extends Pick<Store, 'get' | 'put' | 'take'> {
  /**
   * Seals anew what was sealed with older keys, and answers how many values that were. Afterwards nothing under `prefix`
   * needs those keys any more, but for what other processes, that still seal with them, put meanwhile.
   */
  reseal(prefix: string, now: number): Promise<number>;
}

export function createSealedValues(store: Store, sealer: Sealer): SealedValues {
  /** True when the value is sealed with the current key, or gone. */
  async function resealOne(key: string, now: number): Promise<'resealed' | 'current'> {
    for (;;) {
      const stored = await store.get(key, now);
      if (!stored) return 'current';
      const { value, expiresAt, isOld } = sealer.open(key, stored.value);
      if (!isOld) return 'current';
      const options = { now, ifVersion: stored.version, ...(expiresAt === undefined ? {} : { expiresAt }) };
      // Somebody else may have put another value: that one is looked at then.
      if (await store.put(key, sealer.seal(key, value, expiresAt), options)) return 'resealed';
    }
  }

  return {
    async get(key, now): Promise<Stored | undefined> {
      const stored = await store.get(key, now);
      return stored && { value: sealer.open(key, stored.value).value, version: stored.version };
    },
    put: (key, value, options) => store.put(key, sealer.seal(key, value, options.expiresAt), options),
    async take(key, now): Promise<Json | undefined> {
      const taken = await store.take(key, now);
      return taken === undefined ? undefined : sealer.open(key, taken).value;
    },
    async reseal(prefix, now) {
      let count = 0;
      let cursor: string | undefined;
      do {
        const page = await store.list(prefix, { now, ...(cursor === undefined ? {} : { cursor }) });
        for (const key of page.keys) if ((await resealOne(key, now)) === 'resealed') count += 1;
        cursor = page.cursor;
      } while (cursor !== undefined);
      return count;
    },
  };
}
