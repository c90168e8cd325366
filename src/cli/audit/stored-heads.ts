import { existsSync } from 'node:fs';
import { createStoredHeads } from '../../audit/stored-heads.ts';
import type { SignedHead } from '../../audit/signed-head.ts';
import type { LoadedConfig } from '../../config/load.ts';
import { openStore } from '../../state/open-store.ts';
import { createLogger } from '../../telemetry/logger.ts';

/**
 * Every head in the store that the configuration names. A store that is not there yet has none, and is not made.
 *
 * @throws BailiwickError `STATE_UNAVAILABLE` or `CONFIGURATION` where it cannot be read.
 */
export async function readStoredHeads({ config, secrets }: LoadedConfig): Promise<SignedHead[]> {
  const { state } = config;
  if (state.memory || (!state.redis && state.sqlite !== undefined && !existsSync(state.sqlite))) return [];
  const logger = createLogger('silent', { secrets: () => secrets });
  const store = await openStore(state, { logger, now: Date.now });
  try {
    return await createStoredHeads(store, Date.now).list();
  } finally {
    await store.close();
  }
}
