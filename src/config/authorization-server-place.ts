import type { z } from 'zod';
import type { IdentitySettings } from '../identity/settings.ts';
import { parseListen, type ServerSettings } from '../server/settings.ts';
import type { StateSettings } from '../state/settings.ts';

/** An authorization server needs a name that others know it by, and a place for what it gives out. */
export function checkAuthorizationServerPlace(
  config: { identity: IdentitySettings; server: ServerSettings; state: StateSettings },
  context: z.RefinementCtx,
): void {
  const { identity, server, state } = config;
  if (!identity.server) return;
  const path = ['identity', 'server'];
  const { host = '' } = parseListen(server.listen) ?? {};
  const isLocal = host === 'localhost' || host === '::1' || host.startsWith('127.');
  if (!isLocal && server.publicUrl === undefined) {
    context.addIssue({
      code: 'custom',
      path,
      message: 'needs `server.publicUrl`: whoever signs in is sent to that address, and tokens are for it',
    });
  }
  if (state.redis && !state.encryptionKeys) {
    context.addIssue({
      code: 'custom',
      path,
      message:
        'needs `state.encryptionKeys` beside `state.redis`: sign-ins are kept encrypted, and every gateway of the deployment has to have the same key',
    });
  }
}
