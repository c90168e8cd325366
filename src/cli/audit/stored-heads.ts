import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SignedHead } from '../../audit/signed-head.ts';
import { createStoredHeads, placeOf } from '../../audit/stored-heads.ts';
import type { PlacedHead } from '../../audit/stored-heads.ts';
import type { LoadedConfig } from '../../config/load.ts';
import { openStore } from '../../state/open-store.ts';
import { createLogger } from '../../telemetry/logger.ts';

/** The heads in a store, apart by whether their chains belong to a directory. */
export interface SortedHeads {
  readonly here: readonly SignedHead[];
  /** Of chains that other gateways, or other directories, have: they are not missing here. */
  readonly elsewhere: readonly PlacedHead[];
}

/**
 * The heads in the store that the configuration names, seen from a directory: its own are those that were written there,
 * and those of any chain that is in it. A store that is not there yet has none, and is not made.
 *
 * @throws BailiwickError `STATE_UNAVAILABLE` or `CONFIGURATION` where it cannot be read.
 */
export async function readStoredHeads(
  { config, secrets }: LoadedConfig,
  directory: string,
): Promise<SortedHeads> {
  const { state } = config;
  if (state.memory || (!state.redis && state.sqlite !== undefined && !existsSync(state.sqlite))) {
    return { here: [], elsewhere: [] };
  }
  const logger = createLogger('silent', { secrets: () => secrets });
  const store = await openStore(state, { logger, now: Date.now });
  try {
    const place = placeOf(config.audit.dir);
    const heads = await createStoredHeads(store, Date.now, place).list();
    const isHere = (one: PlacedHead): boolean =>
      one.place === undefined || one.place === place || existsSync(join(directory, one.head.chain));
    return {
      here: heads.filter(isHere).map(({ head }) => head),
      elsewhere: heads.filter((one) => !isHere(one)),
    };
  } finally {
    await store.close();
  }
}
