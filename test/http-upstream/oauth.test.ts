import { afterEach, describe, expect, test } from 'vitest';
import type { HttpBinding, SecurityScheme } from '../../src/catalog/binding.ts';
import type { Credential } from '../../src/upstream/http/credentials.ts';
import { createOAuthServer, CLIENT } from './oauth-server.ts';
import { binding, context, contributionOf, createOpened, faultOf, OAUTH, tool } from './fixtures.ts';

const opened = createOpened();
afterEach(() => opened.closeAll());

const READ: SecurityScheme = { name: 'oauth', type: 'oauth2', scopes: ['tickets:read'] };
const WRITE: SecurityScheme = { name: 'oauth', type: 'oauth2', scopes: ['tickets:write', 'tickets:read'] };

/** An API that accepts the given tokens, its authorization server, and a source that calls both. */
async function start(
  options: {
    accepts?: (token: string) => boolean;
    answer?: Parameters<typeof createOAuthServer>[0];
    credential?: Partial<Credential>;
    security?: HttpBinding['security'];
    now?: () => number;
  } = {},
) {
  const authorization = createOAuthServer(options.answer);
  const login = await opened.server(authorization.listener);
  const seen: string[] = [];
  const api = await opened.server((request, response) => {
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    seen.push(token);
    response.statusCode = (options.accepts?.(token) ?? true) ? 200 : 401;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ token }));
  });
  const security = options.security ?? [[READ]];
  const source = opened.source({
    url: api.url,
    contribution: () => contributionOf(tool(binding({ security }))),
    credentials: {
      oauth: { ...CLIENT, tokenUrl: `${login.url}/token`, ...options.credential } as Credential,
    },
    ...(options.now && { now: options.now }),
  });
  const call = (scheme: SecurityScheme = READ, access: 'read' | 'write' = 'read') =>
    source.callTool(tool(binding({ security: [[scheme]] }), { access }), {}, context());
  return { authorization, login, seen, source, call };
}

describe('client credentials', () => {
  test.for(['basic', 'post'] as const)('are given as RFC 6749 writes them (%s)', async (authentication) => {
    const { authorization, seen, call } = await start({
      credential: { authentication, audience: 'https://api.test' },
    });
    expect((await call()).status).toBe('ok');
    expect(seen).toEqual(['canary-token-1']);
    expect(authorization.requests).toEqual([
      {
        grant: 'client_credentials',
        scope: 'tickets:read',
        audience: 'https://api.test',
        by: authentication,
      },
    ]);
  });

  test('one token serves all calls that ask for the same scopes, at the same time or later', async () => {
    const { authorization, seen, call } = await start();
    await Promise.all(Array.from({ length: 20 }, () => call()));
    await call();
    expect(authorization.requests).toHaveLength(1);
    expect(new Set(seen)).toEqual(new Set(['canary-token-1']));
    await call(WRITE, 'write');
    await call({ ...WRITE, scopes: ['tickets:read', 'tickets:write'] });
    expect(authorization.requests.map(({ scope }) => scope)).toEqual([
      'tickets:read',
      'tickets:read tickets:write',
    ]);
  });

  test('a token is renewed before it expires', async () => {
    let now = 1_000_000;
    const { authorization, seen, call } = await start({ answer: { expires_in: 100 }, now: () => now });
    await call();
    now += 69_999;
    await call();
    expect(authorization.requests).toHaveLength(1);
    now += 1;
    await call();
    expect(authorization.requests).toHaveLength(2);
    expect(seen.at(-1)).toBe('canary-token-2');
  });

  test('a renewal that fails costs no call while the old token holds, and is not tried again at once', async () => {
    let now = 1_000_000;
    const { authorization, seen, call } = await start({ answer: { expires_in: 100 }, now: () => now });
    await call();
    authorization.failWith({ status: 503, body: 'busy' });
    now += 80_000;
    expect((await call()).status).toBe('ok');
    expect((await call()).status).toBe('ok');
    expect(authorization.requests).toHaveLength(2);
    expect(new Set(seen)).toEqual(new Set(['canary-token-1']));
    now += 20_000;
    const fault = await faultOf(() => call());
    expect(fault.code).toBe('UPSTREAM_ERROR');
    authorization.failWith(undefined);
    now += 31_000;
    expect((await call()).status).toBe('ok');
  });

  test('a refresh token is used where the server gave one', async () => {
    let now = 0;
    const { authorization, call } = await start({
      answer: { expires_in: 100, refresh_token: 'canary-refresh' },
      now: () => now,
    });
    await call();
    now += 90_000;
    await call();
    expect(authorization.requests.map(({ grant }) => grant)).toEqual(['client_credentials', 'refresh_token']);
  });
});

describe('a token that the API refuses', () => {
  test('is replaced once, and a call that only reads is repeated with the new one', async () => {
    let now = 0;
    const revoked = new Set<string>();
    const { authorization, seen, call } = await start({
      accepts: (token) => !revoked.has(token),
      now: () => now,
    });
    await call();
    revoked.add('canary-token-1');
    now += 60_000;
    expect((await call()).status).toBe('ok');
    expect(seen).toEqual(['canary-token-1', 'canary-token-1', 'canary-token-2']);
    expect(authorization.requests).toHaveLength(2);
  });

  test('never makes a call that may change something be sent twice', async () => {
    let now = 0;
    const revoked = new Set<string>();
    const { seen, call } = await start({ accepts: (token) => !revoked.has(token), now: () => now });
    await call();
    revoked.add('canary-token-1');
    now += 60_000;
    expect(await call(READ, 'write')).toMatchObject({ status: 'tool-error', code: 401 });
    expect(seen).toEqual(['canary-token-1', 'canary-token-1']);
    // The refused token was dropped all the same: the next call has a new one.
    expect((await call(READ, 'write')).status).toBe('ok');
    expect(seen.at(-1)).toBe('canary-token-2');
  });

  test('does not make an API that refuses everything ask for a token at each call', async () => {
    const { authorization, call } = await start({ accepts: () => false, now: () => 0 });
    for (let turn = 0; turn < 5; turn++) expect((await call()).status).toBe('tool-error');
    expect(authorization.requests).toHaveLength(1);
  });
});

describe('nothing secret shows', () => {
  test('in a plan, an answer that repeats the token, or an error of the authorization server', async () => {
    const { authorization, source, call } = await start();
    const plan = JSON.stringify(source.plan(tool(binding({ security: [[READ]] })), {}));
    expect(plan).toContain('Bearer ***');
    expect(authorization.requests).toHaveLength(0);
    const outcome = await call();
    expect(JSON.stringify(outcome.result)).toContain('***');
    expect(JSON.stringify(outcome.result)).not.toContain('canary');

    const wrong = await start({ credential: { clientSecret: 'canary wrong' } });
    const fault = await faultOf(() => wrong.call());
    expect(fault.message).toBe(
      'the token endpoint of sources.helpdesk.credentials.oauth answered 401 (invalid_client), not an access token; ' +
        'check clientId, clientSecret and scopes of sources.helpdesk.credentials.oauth',
    );
    expect(JSON.stringify([fault.data, String(fault.cause)])).not.toContain('canary');
    expect(wrong.seen).toEqual([]);
  });

  test.for([
    ['no JSON', '<html>canary</html>'],
    ['no token', '{"token_type":"Bearer"}'],
    ['a token that would end the header', '{"access_token":"canary\\r\\nx: y"}'],
    ['a token of another type', '{"access_token":"canary","token_type":"mac"}'],
  ] as const)('an answer with %s is an error that repeats nothing of it', async ([, body]) => {
    const { authorization, call, seen } = await start();
    authorization.failWith({ status: 200, body });
    const fault = await faultOf(() => call());
    expect(fault.code).toBe('UPSTREAM_PROTOCOL');
    expect(fault.message).not.toContain('canary');
    expect(seen).toEqual([]);
  });
});

/** A source whose issuer answers this discovery document. */
async function startIssuer(document: (url: string) => Record<string, unknown>) {
  const authorization = createOAuthServer();
  const login = await opened.server((request, response) => {
    if (request.url !== '/.well-known/openid-configuration') return authorization.listener(request, response);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(document(login.url)));
  });
  const api = await opened.server((_request, response) => response.end('{}'));
  const scheme: SecurityScheme = { name: 'oauth', type: 'openIdConnect', scopes: [] };
  const called = tool(binding({ security: [[scheme]] }));
  const source = opened.source({
    url: api.url,
    contribution: () => contributionOf(called),
    credentials: { oauth: { ...CLIENT, issuer: login.url } },
  });
  return { authorization, call: () => source.callTool(called, {}, context()) };
}

describe('an issuer', () => {
  test('names the token endpoint in its discovery document', async () => {
    const { authorization, call } = await startIssuer((url) => ({
      issuer: url,
      token_endpoint: `${url}/token`,
    }));
    expect((await call()).status).toBe('ok');
    expect(authorization.requests).toHaveLength(1);
  });

  test.for([
    ['another issuer', (url: string) => ({ issuer: `${url}/other`, token_endpoint: `${url}/token` })],
    ['an endpoint elsewhere', (url: string) => ({ issuer: url, token_endpoint: 'http://127.0.0.1:1/token' })],
    ['no endpoint', (url: string) => ({ issuer: url })],
  ] as const)('that speaks of %s is given no secret', async ([, document]) => {
    const { authorization, call } = await startIssuer(document);
    expect((await faultOf(call)).code).toBe('UPSTREAM_PROTOCOL');
    expect(authorization.requests).toEqual([]);
  });
});

test('a name that leads into the private network is not asked for tokens unless the source allows it', async () => {
  const source = opened.source({
    url: 'http://127.0.0.1:1',
    contribution: () => contributionOf(tool(binding({ security: [[OAUTH]] }))),
    credentials: { oauth: { ...CLIENT, tokenUrl: 'https://login.test/token' } },
    resolve: (_host, _options, callback) => callback(null, [{ address: '10.0.0.7', family: 4 }]),
  });
  const fault = await faultOf(() => source.callTool(tool(binding({ security: [[OAUTH]] })), {}, context()));
  expect(fault.code).toBe('CONFIGURATION');
  expect(fault.message).toContain('privateNetwork');
});
