import { randomBytes } from 'node:crypto';
import { beginChain } from '../audit/begin-chain.ts';
import { createChainName } from '../audit/chain-name.ts';
import { createLazyWriter } from '../audit/lazy-writer.ts';
import type { RecordEntry } from '../audit/record.ts';
import { createStoredHeads, placeOf } from '../audit/stored-heads.ts';
import type { LoadedConfig } from '../config/load.ts';
import { openStore } from '../state/open-store.ts';
import type { Store } from '../state/store.ts';
import { loadForCommand } from './command.ts';

/** The state and the record of a deployment, without its sources and policies. */
export interface Deployment {
  readonly loaded: LoadedConfig;
  readonly store: Store;
  /**
   * Writes to a chain of this command's own, which is begun by the first record. Resolves when it is on the disk.
   *
   * @throws BailiwickError `RECORD_UNAVAILABLE`
   */
  record(entry: RecordEntry): Promise<void>;
}

/** Runs work on what the gateways of a deployment share, and closes it whatever happens. Works while they run, and while they do not. */
export async function withDeployment<T>(
  options: { config: string; logLevel?: string },
  work: (deployment: Deployment) => Promise<T>,
  check: (loaded: LoadedConfig) => void = () => {},
): Promise<T> {
  const { loaded, logger } = await loadForCommand(options);
  check(loaded);
  const { audit: settings, state } = loaded.config;
  const now = Date.now;
  const store = await openStore(state, { logger, now });
  const writer = createLazyWriter(async () => {
    const begun = await beginChain({
      settings,
      chain: createChainName({ face: 'cli', now, random: randomBytes }),
      now,
      logger,
      heads: createStoredHeads(store, now, placeOf(settings.dir)),
      isLasting: false,
    });
    return begun.writer;
  });
  try {
    const record = (entry: RecordEntry): Promise<void> =>
      writer.append({ ...entry, via: { face: 'cli' } }, { durable: true });
    return await work({ loaded, store, record });
  } finally {
    try {
      await writer.close();
    } finally {
      await store.close();
    }
  }
}
