import type { z } from 'zod';
import type { IdentitySettings } from '../identity/settings.ts';
import { parseListen, type ServerSettings } from '../server/settings.ts';
import type { StateSettings } from '../state/settings.ts';

/**
 * Who signs in somewhere is told the address of this server, and what it gets is for that address: it has to be one that others
 * know. The own authorization server also needs a place for what it gives out.
 */
export function checkSignInPlace(
  config: { identity: IdentitySettings; server: ServerSettings; state: StateSettings },
  context: z.RefinementCtx,
): void {
  const { identity, server, state } = config;
  const isPlaced = isLocal(parseListen(server.listen)?.host ?? '') || server.publicUrl !== undefined;
  if (!isPlaced && !identity.server && identity.issuers.length > 0) {
    context.addIssue({
      code: 'custom',
      path: ['server', 'publicUrl'],
      message:
        'must be set where `server.listen` is not an address of this machine alone and `identity.issuers` are named: clients are told that address, and ask for tokens for it',
    });
  }
  if (!identity.server) return;
  const path = ['identity', 'server'];
  if (!isPlaced) {
    context.addIssue({
      code: 'custom',
      path,
      message: 'needs `server.publicUrl`: whoever signs in is sent to that address, and tokens are for it',
      params: { example: 'server: { publicUrl: https://tools.example.com }' },
    });
  }
  if (server.publicUrl !== undefined && !isSafeToSignIn(server.publicUrl)) {
    context.addIssue({
      code: 'custom',
      path: ['server', 'publicUrl'],
      message:
        'must be an https URL where `identity.server` is set: keys and tokens would be sent in clear text; http is for this machine alone',
    });
  }
  if (state.redis && !state.encryptionKeys) {
    context.addIssue({
      code: 'custom',
      path,
      message:
        'needs `state.encryptionKeys` beside `state.redis`: sign-ins are kept encrypted, and every gateway of the deployment has to have the same key',
      params: { example: 'state: { encryptionKeys: [ "${env:BAILIWICK_STATE_KEY}" ] }' },
    });
  }
}

function isSafeToSignIn(url: string): boolean {
  const { protocol = '', hostname = '' } = URL.parse(url) ?? {};
  return protocol === 'https:' || isLocal(hostname.replaceAll(/[[\]]/g, ''));
}

function isLocal(host: string): boolean {
  return /^(localhost|::1|127(\.\d{1,3}){3})$/i.test(host);
}
