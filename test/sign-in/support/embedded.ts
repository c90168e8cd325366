import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { hashKey } from '../../../src/identity/static-keys.ts';
import { DOCUMENT, POLICY, startApi, startGateway } from '../../support/gateway.ts';
import { startEnterpriseProvider } from './enterprise-provider.ts';
import { REDIRECT_URL } from './oauth-client.ts';

/** Somebody's key: it may read and write notes. */
export const KEY = `bw_${'k'.repeat(43)}`;
/** The key of somebody who may only read them. */
export const READER_KEY = `bw_${'r'.repeat(43)}`;

const SCOPES = {
  'notes:read': { description: 'Read notes' },
  'notes:write': { description: 'Write and delete notes', groups: ['support'] },
};

export interface EmbeddedOptions {
  /** How people show who they are. */
  readonly login: { readonly keys?: boolean; readonly provider?: boolean };
  readonly visibility?: 'hidden' | 'step-up';
  /** More of `identity.server`. */
  readonly server?: object;
  readonly resource?: object;
}

/** A gateway that is its own authorization server, an API behind it, and an enterprise's provider for its people. */
export async function startEmbedded({ login, visibility = 'hidden', server, resource }: EmbeddedOptions) {
  const provider = await startEnterpriseProvider();
  onTestFinished(() => provider[Symbol.asyncDispose]());
  const api = await startApi();
  onTestFinished(() => api[Symbol.asyncDispose]());
  const gateway = await startGateway({
    'bailiwick.yaml': stringify({
      server: { listen: '127.0.0.1:0' },
      state: { memory: true },
      identity: {
        local: false,
        principals: {
          keyholder: { scopes: ['notes:read', 'notes:write'] },
          reader: { scopes: ['notes:read'] },
        },
        keys: [
          { principal: 'keyholder', hash: hashKey(KEY) },
          { principal: 'reader', hash: hashKey(READER_KEY) },
        ],
        server: {
          scopes: SCOPES,
          clients: [{ id: 'desk', name: 'Desk', redirectUris: [REDIRECT_URL] }],
          login: {
            ...(login.keys && { keys: true }),
            ...(login.provider && {
              provider: {
                issuer: provider.issuer,
                name: 'Example Inc.',
                clientId: provider.client.id,
                clientSecret: provider.client.secret,
                scopes: ['openid', 'email'],
                claims: { groups: 'groups', team: 'department' },
              },
            }),
          },
          ...server,
        },
        ...(resource && { resource }),
      },
      sources: { notes: { openapi: 'notes.yaml', url: api.url } },
    }),
    'notes.yaml': DOCUMENT,
    'policies/notes.policy.yaml': POLICY.replace('policy: notes', `policy: notes\nvisibility: ${visibility}`),
  });
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  provider.redirectTo(`${gateway.url}/oauth/login/callback`);
  return { gateway, provider, api };
}
