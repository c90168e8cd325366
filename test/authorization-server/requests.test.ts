import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configure, createClient, REDIRECT, startServer } from './support.ts';

let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  server = await startServer(
    configure({ login: { keys: true }, scopes: { 'tickets:read': { description: 'Read tickets' } } }),
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
      scopes_supported: ['mcp', 'tickets:read', 'offline_access'],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
    });
  });

  test('only a document for OpenID clients speaks of ID tokens, which it has to', async () => {
    const openId = await fetch(`${server.url}/.well-known/openid-configuration`);
    expect(await openId.text()).toContain('id_token_signing_alg_values_supported');
    const plain = await fetch(`${server.url}/.well-known/oauth-authorization-server`);
    expect(await plain.text()).not.toContain('id_token');
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
    ['another redirect URI', { redirect_uri: 'http://127.0.0.1:8123/other' }, 'that it did not give'],
    ['a redirect URI of another host', { redirect_uri: 'https://evil.example/callback' }, 'somebody else'],
    ['an unknown client', { client_id: 'stranger' }, 'Your program is not known here'],
    ['no client', { client_id: undefined }, 'cannot be understood'],
    ['a document that is not there', { client_id: 'https://client.invalid/metadata.json' }, 'cannot be read'],
    ['a document of this machine', { client_id: 'https://127.0.0.1/metadata.json' }, 'cannot be read'],
  ])('%s', async (_name, parameters, told) => {
    const response = await fetch(client().authorizationUrl(parameters), { redirect: 'manual' });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.headers.get('location')).toBeNull();
    const page = await response.text();
    expect(page).toContain('Bailiwick</title>');
    expect(page).toContain(told);
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
    if (error === 'invalid_target') {
      expect(location.searchParams.get('error_description')).toBe(
        `the resource to ask for is ${server.url}/mcp`,
      );
    }
  });
});
