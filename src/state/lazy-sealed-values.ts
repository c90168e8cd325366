import type { Sealer } from './sealed.ts';
import { createSealedValues, type SealedValues } from './sealed-values.ts';
import type { Store } from './store.ts';

/** Sealed values whose key is read, or made, by their first use. What `open` rejects with, that use rejects with. */
export function createLazySealedValues(
  store: () => Store,
  open: () => Promise<Sealer>,
): Omit<SealedValues, 'reseal'> {
  let opening: Promise<SealedValues> | undefined;
  const use = async (): Promise<SealedValues> => {
    opening ??= open().then((sealer) => createSealedValues(store(), sealer));
    try {
      return await opening;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  };
  return {
    get: async (...given) => (await use()).get(...given),
    put: async (...given) => (await use()).put(...given),
    take: async (...given) => (await use()).take(...given),
  };
}
