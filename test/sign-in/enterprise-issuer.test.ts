import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { notesFiles, POLICY, startApi, startGateway } from '../support/gateway.ts';
import { startEnterpriseProvider } from './support/enterprise-provider.ts';
import { connect, createOAuth, KINDS, REDIRECT_URL, type OAuthOptions } from './support/oauth-client.ts';
import { createPerson } from './support/person.ts';

afterEach(() => void vi.useRealTimers());

const SCOPES = ['notes:read', 'notes:write'];

/** A client that is known beforehand, and may ask for every scope. */
const DESK = {
  client_id: 'desk',
  redirect_uris: [REDIRECT_URL],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'none',
} as const;

/** A gateway that takes the tokens of an enterprise's provider as they are. */
async function start({ visibility = 'hidden' } = {}) {
  const provider = await startEnterpriseProvider({ scopes: SCOPES, clients: [DESK] });
  onTestFinished(() => provider[Symbol.asyncDispose]());
  const api = await startApi();
  onTestFinished(() => api[Symbol.asyncDispose]());
  const files = notesFiles(api.url);
  const gateway = await startGateway({
    ...files,
    'bailiwick.yaml': `
server: { listen: '127.0.0.1:0' }
state: { memory: true }
identity:
  local: false
  issuers: [{ issuer: '${provider.issuer}' }]
  resource: { scopes: [${SCOPES.join(', ')}], firstScopes: [notes:read] }
sources: { notes: { openapi: notes.yaml, url: '${api.url}' } }
`,
    'policies/notes.policy.yaml': POLICY.replace('policy: notes', `policy: notes\nvisibility: ${visibility}`),
  });
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  return { provider, api, gateway };
}

const ann = (options: Partial<OAuthOptions> = {}) =>
  createOAuth({ person: createPerson({ login: 'ann', password: 'any' }), ...options });

test.each(KINDS)(
  'a client of the SDK (%s) finds the provider from a 401, signs its user in there, and works at both endpoints',
  async (kind) => {
    const { gateway } = await start();
    const oauth = ann();
    const all = await connect(kind, gateway.endpoint, oauth);
    onTestFinished(() => all.close());
    expect(await all.names()).toContain('notes_list_notes');
    expect(await all.call('notes_list_notes')).toContain('/notes');

    const one = await connect(kind, `${gateway.endpoint}/notes`, oauth);
    onTestFinished(() => one.close());
    expect(await one.names()).toEqual(['list_notes']);
    expect(oauth.state.opened).toHaveLength(1);
    expect(oauth.state.tokens?.scope).toContain('notes:read');
    expect(oauth.state.tokens?.scope).not.toContain('notes:write');
    expect(oauth.state.opened[0]?.searchParams.get('resource')).toBe(gateway.endpoint);
    expect(oauth.state.opened[0]?.searchParams.get('code_challenge_method')).toBe('S256');

    const another = await connect(kind, `${gateway.endpoint}/notes`, ann());
    onTestFinished(() => another.close());
    expect(await another.call('list_notes')).toContain('/notes');
  },
);

test('a token that ran out is renewed without a browser, also after the provider signs with another key', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { gateway, provider } = await start();
  const oauth = ann();
  const client = await connect('v2, 2026-07-28', gateway.endpoint, oauth);
  onTestFinished(() => client.close());
  const first = oauth.state.tokens?.access_token;
  await provider.rotate({ keepOld: false });
  vi.setSystemTime(Date.now() + 3_700_000);
  expect(await client.call('notes_list_notes')).toContain('/notes');
  expect(oauth.state.tokens?.access_token).not.toBe(first);
  expect(oauth.state.opened).toHaveLength(1);
});

test.each(KINDS)(
  'where a call needs one more scope a client of the SDK (%s) is told which, and its user agrees to that as well',
  async (kind) => {
    const { gateway, provider } = await start({ visibility: 'step-up' });
    const oauth = ann({ client: { client_id: DESK.client_id, issuer: provider.issuer } });
    const client = await connect(kind, gateway.endpoint, oauth);
    onTestFinished(() => client.close());
    await client.names();
    // With a refresh token v1 renews what it has, and never asks for more.
    if (kind === 'v1') delete oauth.state.tokens?.refresh_token;
    expect(await client.call('notes_create_note', { text: 'hello' })).not.toContain('Unknown tool');
    expect(oauth.state.opened).toHaveLength(2);
    expect(oauth.state.opened[1]?.searchParams.get('scope')).toContain('notes:write');
    expect(oauth.state.tokens?.scope).toContain('notes:write');
  },
);
