import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { BailiwickError } from '../../src/errors.ts';
import { createAuthFetch } from '../../src/upstream/mcp/auth/auth-fetch.ts';
import { toAuthFault } from '../../src/upstream/mcp/auth/auth-faults.ts';
import { readChallenge } from '../../src/upstream/mcp/auth/challenge.ts';
import { discover } from '../../src/upstream/mcp/auth/discover.ts';
import { startAuthorizationServer, type AuthorizationServerOptions } from './support/authorization-server.ts';
import { startGuardedServer, type GuardedServerOptions } from './support/guarded-server.ts';
import { connectAs, startIssues } from './support/setup.ts';

const URL_OF_SERVER = 'https://mcp.example.com/mcp';

test('a challenge is read without a fault, whatever it says, and its scopes are scopes', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `Bearer scope="${text}", resource_metadata="${text}"`),
      ),
      (header) => {
        const { scope = '', resourceMetadataUrl } = readChallenge(header);
        expect(scope).toMatch(/^[\x21\x23-\x5B\x5D-\x7E ]*$/);
        if (resourceMetadataUrl !== undefined) expect(URL.canParse(resourceMetadataUrl)).toBe(true);
      },
    ),
  );
});

test('metadata of any kind is used or refused, in words that hold nothing of it', async () => {
  const secret = 'what-only-the-document-says';
  const member = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(
      URL_OF_SERVER,
      'https://mcp.example.com',
      'http://evil.example/',
      'javascript:alert(1)',
      secret,
    ),
  );
  const document = fc.oneof(
    fc.record(
      {
        resource: member,
        authorization_servers: fc.oneof(member, fc.array(member, { maxLength: 2 })),
        issuer: member,
        authorization_endpoint: member,
        token_endpoint: member,
        registration_endpoint: member,
        response_types_supported: fc.constant(['code']),
        scopes_supported: fc.oneof(member, fc.constant(['a'])),
      },
      { requiredKeys: [] },
    ),
    fc.jsonValue(),
  );
  await fc.assert(
    fc.asyncProperty(document, fc.constantFrom(200, 302, 404, 500), async (body, status) => {
      const text = JSON.stringify(body);
      const fetch = async () =>
        new Response(text, { status, headers: { 'content-type': 'application/json' } });
      try {
        const { metadata, resource } = await discover({ source: 'up', url: URL_OF_SERVER, fetch });
        expect(URL.parse(metadata.token_endpoint)?.protocol).toBe('https:');
        expect(URL.parse(metadata.authorization_endpoint)?.protocol).toBe('https:');
        if (resource !== undefined) expect(URL_OF_SERVER.startsWith(resource.replace(/\/$/, ''))).toBe(true);
      } catch (error) {
        const fault = toAuthFault(error, 'up', 'finding');
        expect(fault).toBeInstanceOf(BailiwickError);
        expect(fault.message).not.toContain(secret);
      }
    }),
  );
});

describe('a server cannot send the gateway where it wants', () => {
  const http = createAuthFetch({
    url: 'https://1.1.1.1/mcp',
    named: [],
    resolve: (_host, _options, callback) => callback(null, [{ address: '10.0.0.7', family: 4 }]),
  });
  afterAll(() => http.close());

  test.each([
    'http://169.254.169.254/latest/meta-data',
    'https://169.254.169.254/latest/meta-data',
    'https://127.0.0.1:1/',
    'https://[::1]:1/',
    'https://10.0.0.1/',
    'https://looks-public.example/',
    'http://public.example/',
    'file:///etc/passwd',
  ])('not to %s', async (url) => {
    await expect(http.fetch(url)).rejects.toThrow();
  });
});

test('a server whose name leads to this machine for a moment cannot have what runs there asked without TLS', async () => {
  // The name server of whoever owns the name may say so; `localhost.` is such a name.
  const http = createAuthFetch({ url: 'https://localhost./mcp', named: [] });
  for (const target of ['http://127.0.0.1:1/admin', 'http://localhost:1/admin', 'http://[::1]:1/admin'])
    await expect(http.fetch(target)).rejects.toThrow(/is on this machine/);
  await http.close();
});

describe('what an authorization server does wrong is said in the answer of sign_in, and no token is asked for', () => {
  const cases: [string, AuthorizationServerOptions & Partial<GuardedServerOptions>, string][] = [
    ['another resource', { resource: () => 'https://evil.example/mcp' }, 'another resource'],
    [
      'another issuer in its metadata',
      { metadata: () => ({ issuer: 'https://evil.example' }) },
      'another issuer',
    ],
    ['no PKCE', { metadata: () => ({ code_challenge_methods_supported: ['plain'] }) }, 'PKCE'],
    ['no word of PKCE', { metadata: () => ({ code_challenge_methods_supported: undefined }) }, 'PKCE'],
    [
      'a token endpoint without TLS',
      { metadata: () => ({ token_endpoint: 'http://evil.example/token' }) },
      'https',
    ],
    [
      'a page to sign in at without TLS',
      { metadata: () => ({ authorization_endpoint: 'http://evil.example/authorize' }) },
      'https',
    ],
    ['no registration', { metadata: () => ({ registration_endpoint: undefined }) }, 'oauth.clientId'],
    ['metadata that is too long', { metadata: () => ({ padding: 'x'.repeat(300_000) }) }, 'more than'],
    [
      'a redirect',
      {
        instead: ({ path }, response) => {
          if (!path.startsWith('/.well-known/')) return false;
          response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
          return true;
        },
      },
      'no metadata',
    ],
    [
      'a registration that it refuses',
      {
        instead: ({ path }, response) => {
          if (path !== '/register') return false;
          response
            .writeHead(400)
            .end('{"error":"invalid_client_metadata","error_description":"call 555-0100"}');
          return true;
        },
      },
      'registers no client (HTTP 400)',
    ],
  ];

  test.each(cases)('%s', async (_, options, expected) => {
    const authorization = await startAuthorizationServer(options);
    const server = await startGuardedServer({ authorization, ...options });
    const gateway = await startIssues(server.url, { oauth: {} });
    const ann = await connectAs(gateway.endpoint, 'ann');
    const answer = await ann.call('issues_sign_in');
    expect(answer.isError).toBe(true);
    expect(answer.text).toContain(expected);
    expect(answer.text).not.toContain('555-0100');
    expect(authorization.asked.filter(({ path }) => path === '/token')).toEqual([]);
  });
});
