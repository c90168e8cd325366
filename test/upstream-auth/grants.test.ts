import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { startAuthorizationServer } from './support/authorization-server.ts';
import { startGuardedServer } from './support/guarded-server.ts';
import { connectAs, KEYS, startIssues } from './support/setup.ts';

async function start(auth: (origin: string) => object, options: { needs?: string } = {}) {
  const authorization = await startAuthorizationServer();
  const server = await startGuardedServer({ authorization, ...options });
  const gateway = await startIssues(server.url, auth(authorization.origin));
  return { authorization, server, gateway };
}

const pem = (kind: 'rsa' | 'ec' | 'ed25519'): string => {
  const { privateKey } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : kind === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
};

const decode = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));

describe('client credentials', () => {
  test('are one account for all callers, and its tools are listed at once', async () => {
    const { authorization, gateway, server } = await start(() => ({
      clientCredentials: { clientId: 'bailiwick', clientSecret: 'a secret + more' },
    }));
    const [ann, bob] = [await connectAs(gateway.endpoint, 'ann'), await connectAs(gateway.endpoint, 'bob')];
    expect(await ann.names()).toEqual(['issues_whoami']);
    await Promise.all([ann.call('issues_whoami'), bob.call('issues_whoami')]);
    const [request, ...others] = authorization.tokenRequests('client_credentials');
    expect(others).toEqual([]);
    expect(request?.parameters.get('scope')).toBe('issues:read');
    expect(request?.parameters.get('resource')).toBe(server.url);
    expect(request?.authorization).toMatch(/^Basic /);
    expect(new Set(server.seen).size).toBe(1);
  });

  test('are asked for again with the scope that the server wants', async () => {
    const { authorization, gateway } = await start(
      () => ({
        clientCredentials: { clientId: 'bailiwick', clientSecret: 'secret', authentication: 'post' },
      }),
      { needs: 'issues:write' },
    );
    const ann = await connectAs(gateway.endpoint, 'ann');
    expect((await ann.call('issues_whoami')).text).toBe('somebody');
    const requests = authorization.tokenRequests('client_credentials');
    expect(requests.map(({ parameters }) => parameters.get('scope'))).toEqual([
      'issues:read',
      'issues:read issues:write',
    ]);
    expect(requests[0]?.parameters.get('client_secret')).toBe('secret');
  });

  test.each([
    ['rsa', 'RS256'],
    ['ec', 'ES256'],
    ['ed25519', 'EdDSA'],
  ] as const)('prove themselves by an assertion that %s signs', async (kind, algorithm) => {
    const privateKey = pem(kind);
    const { authorization, gateway } = await start((origin) => ({
      clientCredentials: { clientId: 'bailiwick', privateKey, keyId: 'k1', tokenUrl: `${origin}/token` },
    }));
    const ann = await connectAs(gateway.endpoint, 'ann');
    expect((await ann.call('issues_whoami')).text).toBe('somebody');
    const [request] = authorization.tokenRequests('client_credentials');
    const assertion = request?.parameters.get('client_assertion') ?? '';
    const [header = '', claims = '', signature = ''] = assertion.split('.');
    expect(decode(header)).toEqual({ alg: algorithm, typ: 'JWT', kid: 'k1' });
    expect(decode(claims)).toMatchObject({
      iss: 'bailiwick',
      sub: 'bailiwick',
      aud: `${authorization.origin}/token`,
    });
    const isSound = verify(
      kind === 'ed25519' ? null : 'sha256',
      Buffer.from(`${header}.${claims}`),
      { key: createPublicKey(privateKey), dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    );
    expect(isSound).toBe(true);
    expect(request?.authorization).toBeUndefined();
  });
});

describe("a caller's own credential", () => {
  test('is exchanged, for each caller, and never reaches the server', async () => {
    const { authorization, gateway, server } = await start((origin) => ({
      tokenExchange: {
        clientId: 'bailiwick',
        clientSecret: 'secret',
        audience: 'issues',
        issuer: origin,
        actor: { token: 'token-of-the-gateway' },
      },
    }));
    const ann = await connectAs(gateway.endpoint, 'ann');
    expect(await ann.names()).toEqual(['issues_sign_in']);
    await ann.call('issues_sign_in');
    await ann.untilListed('issues_whoami');
    await ann.call('issues_whoami');
    const bob = await connectAs(gateway.endpoint, 'bob');
    await bob.call('issues_whoami');
    const requests = authorization.tokenRequests('urn:ietf:params:oauth:grant-type:token-exchange');
    expect(requests.map(({ parameters }) => parameters.get('subject_token'))).toEqual([KEYS.ann, KEYS.bob]);
    expect(Object.fromEntries(requests[0]?.parameters ?? [])).toMatchObject({
      audience: 'issues',
      actor_token: 'token-of-the-gateway',
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
    expect(new Set(server.seen).size).toBe(2);
    expect(server.seen).not.toContain(KEYS.ann);
  });

  test('becomes an assertion at the identity provider, and that a token of the server', async () => {
    const idp = await startAuthorizationServer();
    const { authorization, gateway } = await start(() => ({
      assertion: {
        clientId: 'at-issues',
        clientSecret: 'secret',
        identityProvider: { issuer: idp.origin, clientId: 'at-idp' },
      },
    }));
    const ann = await connectAs(gateway.endpoint, 'ann');
    await ann.call('issues_sign_in');
    await ann.untilListed('issues_whoami');
    expect((await ann.call('issues_whoami')).text).toBe('somebody');
    const [exchange] = idp.tokenRequests('urn:ietf:params:oauth:grant-type:token-exchange');
    expect(Object.fromEntries(exchange?.parameters ?? [])).toMatchObject({
      requested_token_type: 'urn:ietf:params:oauth:token-type:id-jag',
      subject_token: KEYS.ann,
      audience: authorization.origin,
    });
    const [bearer] = authorization.tokenRequests('urn:ietf:params:oauth:grant-type:jwt-bearer');
    expect(idp.secrets).toContain(bearer?.parameters.get('assertion'));
  });

  test('is passed on only where that is configured, and a caller without one is told', async () => {
    const authorization = { origin: 'http://127.0.0.1:9', scopeOf: () => '' };
    const server = await startGuardedServer({ authorization });
    const gateway = await startIssues(server.url, { passThrough: true });
    const ann = await connectAs(gateway.endpoint, 'ann');
    await ann.call('issues_sign_in');
    await ann.untilListed('issues_whoami');
    await ann.call('issues_whoami');
    expect(server.seen.at(-1)).toBe(KEYS.ann);
  });
});
