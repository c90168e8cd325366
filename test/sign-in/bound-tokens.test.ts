import { Client, DpopSession, StreamableHTTPClientTransport, withDpop } from '@modelcontextprotocol/client';
import { decodeJwt } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { notesFiles, startApi, startGateway } from '../support/gateway.ts';
import { runHere } from '../support/in-process.ts';
import { startEnterpriseProvider } from './support/enterprise-provider.ts';
import { connect, createOAuth } from './support/oauth-client.ts';
import { createPerson } from './support/person.ts';

/* The SDK's own client signs in at an enterprise's provider with a key of its own, and shows tokens that only it can use. */

async function start(dpop: string) {
  const provider = await startEnterpriseProvider({ scopes: ['notes:read'] });
  onTestFinished(() => provider[Symbol.asyncDispose]());
  const api = await startApi();
  onTestFinished(() => api[Symbol.asyncDispose]());
  const gateway = await startGateway({
    ...notesFiles(api.url),
    'bailiwick.yaml': `
server: { listen: '127.0.0.1:0' }
identity:
  local: false
  issuers: [{ issuer: '${provider.issuer}', dpop: require }]
  dpop: ${dpop}
  resource: { scopes: ['notes:read'], firstScopes: ['notes:read'] }
sources: { notes: { openapi: notes.yaml, url: '${api.url}' } }
`,
  });
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  const oauth = createOAuth({ person: createPerson({ login: 'ann', password: 'any' }) });
  const session = await DpopSession.create();
  Object.assign(oauth.provider, { dpop: () => session });
  return { provider, gateway, oauth, session };
}

/** What the gateway answers to one request, sent as it is. */
async function statusOf(url: string, headers: Record<string, string>): Promise<[number, string]> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
  });
  await answer.text();
  return [answer.status, answer.headers.get('www-authenticate') ?? ''];
}

test.each(['v2, 2026-07-28', 'v2, 2025-11-25'] as const)(
  'a client of the SDK (%s) signs in and works with a bound token, and brings the nonces that it is asked for',
  async (kind) => {
    const { gateway, oauth, session } = await start('{ nonce: true }');
    const client = await connect(kind, gateway.endpoint, oauth);
    onTestFinished(() => client.close());
    expect(await client.call('notes_list_notes')).toContain('/notes');
    const token = oauth.state.tokens?.access_token ?? '';
    expect(oauth.state.tokens?.token_type).toBe('DPoP');
    expect(decodeJwt(token)['cnf']).toEqual({ jkt: session.thumbprint });
    expect(session.nonceFor(gateway.endpoint)).toBeDefined();
  },
);

test('a bound token alone, and a proof that was seen on its way, open nothing', async () => {
  const { gateway, oauth, session } = await start('{}');
  const client = await connect('v2, 2026-07-28', gateway.endpoint, oauth);
  onTestFinished(() => client.close());
  const token = oauth.state.tokens?.access_token ?? '';
  const proof = (htm = 'POST') => session.buildProof({ htm, htu: gateway.endpoint, accessToken: token });

  const [asBearer, told] = await statusOf(gateway.endpoint, { authorization: `Bearer ${token}` });
  expect([asBearer, told]).toEqual([401, expect.stringContaining('error="invalid_token"')]);
  expect(await statusOf(gateway.endpoint, { authorization: `DPoP ${token}` })).toEqual([
    401,
    expect.stringMatching(/, DPoP realm="bailiwick", error="invalid_dpop_proof", .*algs="ES256 /),
  ]);
  const seen = { authorization: `DPoP ${token}`, dpop: await proof() };
  expect((await statusOf(gateway.endpoint, seen))[0]).not.toBe(401);
  expect((await statusOf(gateway.endpoint, seen))[0]).toBe(401);
  const other = { ...seen, dpop: await proof('GET') };
  expect((await statusOf(gateway.endpoint, other))[0]).toBe(401);
  // With a key of somebody's own.
  const thief = await DpopSession.create();
  const stolen = await thief.buildProof({ htm: 'POST', htu: gateway.endpoint, accessToken: token });
  expect((await statusOf(gateway.endpoint, { ...seen, dpop: stolen }))[0]).toBe(401);

  const own = new Client(
    { name: 'own', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  onTestFinished(() => own.close());
  const withProofs = withDpop(session, () => token)(fetch);
  await own.connect(new StreamableHTTPClientTransport(new URL(gateway.endpoint), { fetch: withProofs }));
  expect((await own.listTools()).tools).not.toEqual([]);
  expect(gateway.log.join('\n')).not.toContain(token.slice(-20));
});

test('a revocation on the command line ends the session of a signed-in user, and taken back, lets its token in again', async () => {
  const { provider, gateway, oauth } = await start('{}');
  const client = await connect('v2, 2025-11-25', gateway.endpoint, oauth);
  onTestFinished(() => client.close());
  expect(await client.call('notes_list_notes')).toContain('/notes');
  const who = ['ann', '--issuer', provider.issuer, '--config', `${gateway.folder}/bailiwick.yaml`];
  expect((await runHere(['revoke', ...who])).status).toBe(0);
  // What is issued within the time that the clocks may differ is refused as well: signing in again does not help yet.
  const refused = () =>
    client.call('notes_list_notes').then(
      () => false,
      () => true,
    );
  await expect.poll(refused).toBe(true);
  expect((await runHere(['revoke', ...who, '--undo'])).status).toBe(0);
  const again = () => client.call('notes_list_notes').catch(String);
  await expect.poll(again).toContain('Session not found');
  const next = await connect('v2, 2025-11-25', gateway.endpoint, oauth);
  onTestFinished(() => next.close());
  expect(await next.call('notes_list_notes')).toContain('/notes');
});
