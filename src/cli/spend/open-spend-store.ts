import { access } from 'node:fs/promises';
import { BailiwickError } from '../../errors.ts';
import { openStore, type StoreDependencies } from '../../state/open-store.ts';
import type { StateSettings } from '../../state/settings.ts';
import type { Store } from '../../state/store.ts';
import type { Terminal } from '../terminal.ts';

/**
 * The store of the configuration, for a reader beside the servers that write it. Where there is no file yet, none is made.
 *
 * @throws BailiwickError `CONFIGURATION` where it is in the memory of another process, and as `openStore`.
 */
export async function openSpendStore(
  settings: StateSettings,
  terminal: Terminal,
  dependencies: StoreDependencies,
): Promise<Store> {
  if (settings.memory) {
    throw new BailiwickError(
      'CONFIGURATION',
      'state.memory is on: what is spent is known to the running gateway alone, and gone when it ends, so there is nothing to read; use state.sqlite or state.redis',
    );
  }
  if (settings.sqlite === undefined || (await exists(settings.sqlite))) {
    return openStore(settings, dependencies);
  }
  terminal.err(`there is no state file ${settings.sqlite} yet: no gateway has counted anything there`);
  const { sqlite: _, ...others } = settings;
  return openStore({ ...others, memory: true }, dependencies);
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw new BailiwickError('STATE_UNAVAILABLE', `the state file ${file} cannot be read`, { cause: error });
  }
}
