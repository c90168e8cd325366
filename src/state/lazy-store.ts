import { BailiwickError } from '../errors.ts';
import type { Store } from './store.ts';
import { notTaken, storeClosed } from './unavailable.ts';

/**
 * A store that is opened by its first use: a command that needs no state leaves no file and asks no server.
 *
 * What `open` rejects with, each use rejects with; the next use tries again.
 */
export function createLazyStore(open: () => Promise<Store>): Store {
  let opening: Promise<Store> | undefined;
  let opened: Store | undefined;
  let isClosed = false;
  const listeners = new Map<(available: boolean) => void, () => void>();

  const use = async (): Promise<Store> => {
    if (isClosed) throw storeClosed();
    opening ??= open();
    try {
      const store = await opening;
      if (opened === undefined) {
        opened = store;
        for (const listener of listeners.keys()) listeners.set(listener, store.onAvailability(listener));
      }
      return store;
    } catch (error) {
      opening = undefined;
      throw error instanceof BailiwickError ? notTaken(error) : error;
    }
  };

  return {
    get: async (...given) => (await use()).get(...given),
    put: async (...given) => (await use()).put(...given),
    take: async (...given) => (await use()).take(...given),
    list: async (...given) => (await use()).list(...given),
    reserve: async (...given) => (await use()).reserve(...given),
    settle: async (...given) => (await use()).settle(...given),
    renew: async (...given) => (await use()).renew(...given),
    reap: async (...given) => (await use()).reap(...given),
    totals: async (...given) => (await use()).totals(...given),
    tally: async (...given) => (await use()).tally(...given),
    rows: async (...given) => (await use()).rows(...given),
    publish: async (...given) => (await use()).publish(...given),
    subscribe: async (...given) => (await use()).subscribe(...given),
    isAvailable: () => !isClosed && (opened?.isAvailable() ?? true),
    onAvailability(listener) {
      listeners.set(listener, opened?.onAvailability(listener) ?? (() => {}));
      return () => {
        listeners.get(listener)?.();
        listeners.delete(listener);
      };
    },
    async close() {
      isClosed = true;
      // A store that could not be opened has nothing to close.
      const store = await opening?.catch(() => undefined);
      await store?.close();
    },
  };
}
