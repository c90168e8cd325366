import type { Logger } from '../telemetry/logger.ts';
import type { StateSettings } from './settings.ts';
import type { Store } from './store.ts';

export interface StoreDependencies {
  readonly logger: Logger;
  readonly now: () => number;
}

/**
 * Opens the home that the configuration names; where it names none, its default is SQLite at `.bailiwick/state.db`.
 *
 * Redis that is away does not keep this from resolving: the store is then not available. A file that is corrupt, or was
 * written by a newer version, does.
 *
 * @throws BailiwickError `CONFIGURATION`, `STATE_UNAVAILABLE`
 */
export async function openStore(settings: StateSettings, dependencies: StoreDependencies): Promise<Store> {
  if (settings.redis) {
    const { openRedisStore } = await import('./redis/open-redis.ts');
    return openRedisStore(settings.redis, dependencies);
  }
  if (settings.memory) {
    const { openMemory } = await import('./memory/open-memory.ts');
    return openMemory(dependencies);
  }
  if (settings.sqlite === undefined) throw new TypeError('the configuration names no home for state');
  const { openSqlite } = await import('./sqlite/open-sqlite.ts');
  return openSqlite({ file: settings.sqlite, ...dependencies });
}
