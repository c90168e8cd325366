import { randomBytes } from 'node:crypto';
import type { Logger } from '../telemetry/logger.ts';
import { openSealer } from './encryption-keys.ts';
import { createSealer, type Sealer } from './sealed.ts';
import type { StateSettings } from './settings.ts';

/**
 * The sealer of what clients are given to bring back within minutes. With the deployment's own keys where it has any; otherwise
 * with one of this process, which is enough where one process serves, and is said where there may be more.
 *
 * @throws BailiwickError `STATE_UNAVAILABLE` for a key file that cannot be read.
 */
export async function openRequestSealer(
  { state, sources }: { readonly state: StateSettings; readonly sources: Readonly<Record<string, object>> },
  { face, logger }: { readonly face: 'http' | 'stdio' | 'cli'; readonly logger: Logger },
): Promise<Sealer> {
  const isShared = state.redis !== undefined && state.encryptionKeys === undefined;
  // A command gives out nothing to bring back, and leaves no key file behind.
  if (!isShared && face !== 'cli') return openSealer(state);
  if (face === 'http' && Object.values(sources).some((source) => 'mcp' in source)) {
    logger.warn(
      {},
      'state.encryptionKeys is not set: what a source asks a client of MCP 2026-07-28 can be answered at this gateway only, not at another replica',
    );
  }
  return createSealer([randomBytes(32).toString('base64url')]);
}
