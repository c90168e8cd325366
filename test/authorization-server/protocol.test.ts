import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../sign-in/support/person.ts';
import { ANN_KEY, BOB_KEY, configure, createClient, REDIRECT, startServer, withKey } from './support.ts';

/** The clock of the server is this much ahead. */
const time = { ahead: 0 };
let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  server = await startServer(
    configure({ login: { keys: true }, scopes: { 'tickets:read': { description: 'Read tickets' } } }),
    () => Date.now() + time.ahead,
  );
});
afterAll(() => server[Symbol.asyncDispose]());

/** A new client of the same server, whose code verifier is its own. */
const client = (id?: string) => createClient(server.url, id);

describe('discovery', () => {
  test.each(['oauth-authorization-server', 'openid-configuration'])('%s', async (name) => {
    const response = await fetch(`${server.url}/.well-known/${name}`);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toMatchObject({
      issuer: server.url,
      authorization_endpoint: `${server.url}/oauth/authorize`,
      token_endpoint: `${server.url}/oauth/token`,
      revocation_endpoint: `${server.url}/oauth/revoke`,
      registration_endpoint: `${server.url}/oauth/register`,
      jwks_uri: `${server.url}/oauth/jwks`,
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      scopes_supported: ['tickets:read', 'offline_access'],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
    });
  });

  test('no address comes from a header of the request', async () => {
    const response = await fetch(`${server.url}/.well-known/oauth-authorization-server`, {
      headers: {
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'https',
        forwarded: 'host=evil.example',
      },
    });
    expect(await response.text()).not.toContain('evil');
  });

  test('nothing of oidc-provider is served beside', async () => {
    for (const path of [
      '/me',
      '/session/end',
      '/session/end/confirm',
      '/request',
      '/device',
      '/reg',
      '/auth',
      '/token',
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- a few
      expect([path, (await fetch(`${server.url}${path}`, { method: 'POST' })).status]).toEqual([path, 404]);
    }
  });
});

describe('requests that are refused where they would lead the browser', () => {
  test.each([
    ['another redirect URI', { redirect_uri: 'http://127.0.0.1:8123/other' }],
    ['a redirect URI of another host', { redirect_uri: 'https://evil.example/callback' }],
    ['an unknown client', { client_id: 'stranger' }],
    ['a document that does not exist', { client_id: 'https://client.invalid/metadata.json' }],
    ['a document of this machine', { client_id: 'https://127.0.0.1/metadata.json' }],
  ])('%s', async (_name, parameters) => {
    const response = await fetch(client().authorizationUrl(parameters), { redirect: 'manual' });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.headers.get('location')).toBeNull();
    const page = await response.text();
    expect(page).toContain('Bailiwick</title>');
    expect(page).not.toMatch(/at \w+ \(|node_modules/);
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });
});

describe('requests that are refused with an answer to the client', () => {
  test.each([
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['another resource', { resource: 'https://other.example/mcp' }, 'invalid_target'],
    ['a resource of this server that is none', { resource: 'BASE/admin' }, 'invalid_target'],
    ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
    ['an ID token', { response_type: 'id_token', nonce: 'x' }, 'unsupported_response_type'],
    ['an answer in a form', { response_mode: 'form_post' }, 'unsupported_response_mode'],
    ['no page', { prompt: 'none' }, 'login_required'],
    ['a request object', { request: 'eyJ' }, 'request_not_supported'],
  ])('%s', async (_name, parameters, error) => {
    const given = Object.entries(parameters).map(([name, value]) => [
      name,
      value?.replace('BASE', server.url),
    ]);
    const response = await fetch(client().authorizationUrl(Object.fromEntries(given)), {
      redirect: 'manual',
    });
    const location = new URL(response.headers.get('location') ?? 'none:');
    expect(location.href.startsWith(REDIRECT)).toBe(true);
    // What a page of the client would find behind `#`.
    if (location.hash !== '') location.search = location.hash.slice(1);
    expect(location.searchParams.get('error')).toBe(error);
    expect(location.searchParams.get('iss')).toBe(server.url);
    expect(location.searchParams.get('code')).toBeNull();
  });
});

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

describe('pages', () => {
  test('keys that are none are refused in the same words, and after many none is taken for a minute in this sign-in, while others go on', async () => {
    const one = client();
    const first = await fetch(one.authorizationUrl(), { redirect: 'manual' });
    const page = first.headers.get('location') ?? '';
    const cookie = first.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const csrf =
      /name="csrf" value="([\w-]+)"/.exec(await (await fetch(page, { headers: { cookie } })).text())?.[1] ??
      '';
    const present = async (key: string) => {
      const body = new URLSearchParams({ key, csrf });
      const response = await fetch(`${page}/key`, {
        method: 'POST',
        headers: { cookie },
        body,
        redirect: 'manual',
      });
      return { status: response.status, text: await response.text() };
    };
    const texts = new Set<string>();
    const hostile = [
      'bw_nothing',
      '',
      '<script>',
      'x'.repeat(20_000),
      `bw_${'c'.repeat(43)}`,
      'a b',
      'é',
      '\r\nx: y',
    ];
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.constantFrom(...hostile), fc.string()), async (key) => {
        const { status, text } = await present(key);
        texts.add(`${status} ${text}`);
      }),
      { numRuns: 20 },
    );
    expect(texts.size).toBe(1);
    expect([...texts][0]).toContain('400');
    expect([...texts][0]).toContain('This key is not valid');
    expect((await present(ANN_KEY)).status).toBe(429);
    expect((await client().signIn(BOB_KEY)).access_token).toBeDefined();
    time.ahead += 60_000;
    expect((await present(ANN_KEY)).status).toBe(303);
  });

  test('whoever does not agree gives nothing', async () => {
    const back = await client().authorize(createPerson({ key: ANN_KEY }, /^(refuse|sign in$)/i));
    expect(back.get('error')).toBe('access_denied');
    expect(back.get('iss')).toBe(server.url);
  });

  test('a form counts only in the browser that began, and with what its page gave it', async () => {
    const first = await fetch(client().authorizationUrl(), { redirect: 'manual' });
    const page = first.headers.get('location') ?? '';
    const cookie = first.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    expect((await fetch(page)).status).toBe(400);
    const post = (headers: Record<string, string>) =>
      fetch(`${page}/key`, {
        method: 'POST',
        headers,
        body: new URLSearchParams({ key: ANN_KEY, csrf: 'guess' }),
      });
    expect((await post({})).status).toBe(400);
    expect((await post({ cookie })).status).toBe(403);
    const shown = await fetch(page, { headers: { cookie } });
    expect(shown.status).toBe(200);
    expect(shown.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(
      first.headers.getSetCookie().every((line) => /httponly/i.test(line) && /samesite=lax/i.test(line)),
    ).toBe(true);
  });

  test('consent says that a token opens more than its scopes: what its person may use without one', async () => {
    for (const scope of ['tickets:read', 'nothing:here']) {
      const person = withKey(BOB_KEY);
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await client().authorize(person, { scope });
      expect(person.pages.at(-1)?.html).toContain('use what you may use here without a scope');
    }
  });

  test('nobody is remembered: each program asks anew', async () => {
    const person = withKey(ANN_KEY);
    await client().authorize(person);
    const pages = person.pages.length;
    await client().authorize(person);
    expect(person.pages.length).toBe(2 * pages);
  });
});
