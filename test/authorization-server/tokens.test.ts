import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ANN_KEY, BOB_KEY, configure, createClient, startServer, withKey } from './support.ts';

let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  server = await startServer(
    configure({ login: { keys: true }, scopes: { 'tickets:read': { description: 'Read tickets' } } }),
  );
});
afterAll(() => server[Symbol.asyncDispose]());

/** A new client of the same server, whose code verifier is its own. */
const client = (id?: string) => createClient(server.url, id);

describe('codes', () => {
  test('count once: a code that comes again ends what it was good for', async () => {
    const one = client();
    const code = (await one.authorize(withKey(ANN_KEY))).get('code') ?? '';
    const tokens = await one.exchange(code);
    expect(await one.use(tokens.access_token)).not.toBe(401);
    expect((await one.exchange(code)).error).toBe('invalid_grant');
    expect(await one.use(tokens.access_token)).toBe(401);
    expect((await one.refresh(tokens.refresh_token)).error).toBe('invalid_grant');
  });

  test('of two that redeem one at the same time at most one gets tokens', async () => {
    const one = client();
    const code = (await one.authorize(withKey(ANN_KEY))).get('code') ?? '';
    const answers = await Promise.all(Array.from({ length: 5 }, () => one.exchange(code)));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
  });

  test.each([
    ['another verifier', { code_verifier: 'x'.repeat(43) }],
    ['no verifier', { code_verifier: '' }],
    ['another redirect URI', { redirect_uri: 'http://127.0.0.1:8123/other' }],
    ['another resource', { resource: 'https://other.example/mcp' }],
  ])('are good for nothing with %s', async (_name, wrong) => {
    const one = client();
    const code = (await one.authorize(withKey(ANN_KEY))).get('code') ?? '';
    expect((await one.exchange(code, wrong)).status).toBe(400);
  });
});

describe('what a token opens', () => {
  test.each([
    [ANN_KEY, undefined, 'mcp tickets:read tickets:write'],
    [ANN_KEY, 'tickets:read', 'mcp tickets:read'],
    [BOB_KEY, 'tickets:read tickets:write', 'mcp tickets:read'],
    [BOB_KEY, 'tickets:write', 'mcp'],
    [BOB_KEY, 'openid offline_access', 'mcp tickets:read'],
  ])('is what was asked for and the person has', async (key, scope, given) => {
    const tokens = await client().signIn(key, { scope });
    expect(tokens.scope).toBe(given);
  });

  test('is the principal of the key, through this client', async () => {
    const { access_token: token } = await client().signIn(ANN_KEY, {
      scope: 'tickets:read',
      resource: `${server.url}/mcp/helpdesk`,
    });
    const proof = await server.app.identity.identify({
      method: 'POST',
      target: '/mcp',
      authorization: `Bearer ${token}`,
      headers: {},
      remoteAddress: '127.0.0.1',
      listenAddress: '127.0.0.1',
    });
    expect(proof.principal).toMatchObject({
      issuer: 'config',
      subject: 'ann',
      groups: ['support'],
      team: 'care',
      claims: { region: 'emea' },
      scopes: ['tickets:read'],
      client: 'desk',
    });
    expect(server.app.identity.holds(proof)).toBe(true);
    await client().post('/oauth/revoke', { client_id: 'desk', token });
    expect(server.app.identity.holds(proof)).toBe(false);
  });

  test('ends when either token is given back', async () => {
    for (const which of ['access_token', 'refresh_token'] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const tokens = await client().signIn();
      // oxlint-disable-next-line no-await-in-loop
      const response = await client().post('/oauth/revoke', {
        client_id: 'desk',
        token: tokens[which] ?? '',
      });
      expect(response.status).toBe(200);
      // oxlint-disable-next-line no-await-in-loop
      expect(await client().use(tokens.access_token)).toBe(401);
    }
  });
});
