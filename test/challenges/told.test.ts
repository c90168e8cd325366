import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEYS, notesFiles, startGateway } from '../support/gateway.ts';
import { ACCEPT, INITIALIZE } from '../support/raw-http.ts';
import { DPOP_ALGORITHMS } from '../../src/identity/dpop/algorithms.ts';
import { modern, send, toMessage } from './send.ts';

const ISSUER = 'https://login.example.test';
const ISSUERS = `
  issuers:
    - { issuer: '${ISSUER}' }
    - { issuer: 'https://cluster.example.test', preset: kubernetes }
  resource: { name: Notes, scopes: [notes:read, 'api://notes/notes:write'], firstScopes: [notes:read] }`;

/** Notes with these lines in `identity:` and `server:`. */
function files(identity: string, server = ''): Record<string, string> {
  const all = notesFiles('http://127.0.0.1:9');
  const text = (all['bailiwick.yaml'] ?? '')
    .replace('identity:', `identity:${identity}`)
    .replace(/local: .*/, 'local: false')
    .replace("'127.0.0.1:0'", `'127.0.0.1:0'${server}`);
  return { ...all, 'bailiwick.yaml': text };
}

type Running = Awaited<ReturnType<typeof startGateway>>;

describe('with an authorization server', () => {
  let gateway: Running;
  beforeAll(async () => {
    gateway = await startGateway(files(ISSUERS));
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const WELL_KNOWN = '/.well-known/oauth-protected-resource';

  test.each(['', '/', '/mcp', '/mcp/', '/mcp/notes', '/mcp/nothing-here', '/mcp/%2e%2e'])(
    'the metadata at "%s" names the one resource and who signs in to it (RFC 9728)',
    async (below) => {
      const answer = await send(gateway.url, { path: `${WELL_KNOWN}${below}` });
      expect(answer.status).toBe(200);
      expect(answer.headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'access-control-allow-origin': '*',
        'cache-control': 'public, max-age=300',
      });
      expect(JSON.parse(answer.text)).toMatchObject({
        resource: `${gateway.url}/mcp`,
        authorization_servers: [ISSUER],
        scopes_supported: ['notes:read', 'api://notes/notes:write'],
        bearer_methods_supported: ['header'],
        resource_name: 'Notes',
      });
      expect(answer.text).not.toContain('jwks');
    },
  );

  test('the metadata is for reading, by any page, and under a name of this server', async () => {
    const path = `${WELL_KNOWN}/mcp`;
    const head = await send(gateway.url, { method: 'HEAD', path });
    expect([head.status, head.text]).toEqual([200, '']);
    const posted = await send(gateway.url, { method: 'POST', path });
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
    const asked = await send(gateway.url, {
      method: 'OPTIONS',
      path,
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'mcp-protocol-version',
      },
    });
    expect(asked.status).toBe(204);
    expect(asked.headers['access-control-allow-headers']).toContain('MCP-Protocol-Version');
    const page = await send(gateway.url, { path, headers: { origin: 'https://app.example' } });
    expect(page.status).toBe(200);
    const rebound = await send(gateway.url, { path, headers: { host: 'evil.example' } });
    expect(rebound.status).toBe(403);
    const elsewhere = await send(gateway.url, { path: `${WELL_KNOWN}/other` });
    expect(elsewhere.status).toBe(404);
  });

  const FORMS = [
    'POST initialize',
    'POST modern call',
    'POST modern list',
    'POST nothing',
    'GET',
    'DELETE',
    'PUT',
  ];
  const ask = (form: string, path: string, authorization: string | string[] | undefined) => {
    const [method = 'GET', ...rest] = form.split(' ');
    const message = {
      initialize: toMessage(INITIALIZE),
      'modern call': modern('tools/call', { name: 'notes_list_notes' }),
      'modern list': modern('tools/list'),
    }[rest.join(' ')];
    const sent = message ?? { headers: ACCEPT };
    return send(gateway.url, {
      method,
      path,
      ...sent,
      headers: { ...sent.headers, ...(authorization !== undefined && { authorization }) },
    });
  };
  const PLACES = [
    ['/mcp', '/mcp'],
    ['/mcp/notes', '/mcp/notes'],
    ['/mcp/nothing-here', '/mcp/nothing-here'],
    ['/mcp/notes/deeper', '/mcp'],
    ['/mcp/%22%0d%0a', '/mcp'],
  ] as const;

  test.each(FORMS)('who shows no credential is told where to get one, and no more: %s', async (form) => {
    for (const [path, place] of PLACES) {
      const answer = await ask(form, path, undefined);
      expect([path, answer.status]).toEqual([path, 401]);
      const shared = `scope="notes:read", resource_metadata="${gateway.url}${WELL_KNOWN}${place}"`;
      expect(answer.headers['www-authenticate']).toBe(
        `Bearer realm="bailiwick", ${shared}, DPoP realm="bailiwick", algs="${DPOP_ALGORITHMS.join(' ')}", ${shared}`,
      );
    }
  });

  test.each(FORMS)('every bad credential is an invalid token: %s', async (form) => {
    const answers = new Set<string>();
    for (const authorization of [
      'Bearer nobodys',
      'Bearer',
      'Basic YTpi',
      `Bearer ${KEYS.reader}x`,
      'DPoP x',
    ]) {
      const answer = await ask(form, '/mcp/nothing-here', authorization);
      const algorithms = authorization.startsWith('DPoP') ? `algs="${DPOP_ALGORITHMS.join(' ')}", ` : '';
      expect(answer.headers['www-authenticate']).toContain(
        `error="invalid_token", error_description="the credential is not valid", ${algorithms}scope="notes:read", resource_metadata="${gateway.url}${WELL_KNOWN}/mcp/nothing-here"`,
      );
      answers.add(`${answer.status} ${answer.text}`);
    }
    expect(answers.size).toBe(1);
  });

  test.each(FORMS)('two credentials are none, although both are good: %s', async (form) => {
    const good = `Bearer ${KEYS.reader}`;
    for (const both of [
      [good, good],
      [good, ''],
      ['', good],
    ]) {
      expect((await ask(form, '/mcp', both)).status).toBe(401);
    }
  });

  test('an endpoint that is not there looks like one that is until the caller is known', async () => {
    const known = `Bearer ${KEYS.reader}`;
    expect((await ask('POST initialize', '/mcp/nothing-here', known)).status).toBe(404);
    expect((await ask('POST initialize', '/mcp/notes/deeper', known)).status).toBe(404);
    expect((await ask('POST initialize', '/mcp/notes', known)).status).toBe(200);
  });

  test.each(['POST modern list', 'POST initialize'])(
    'a target that is a whole URL is that of its host, whatever the Host header says: %s',
    async (form) => {
      const good = `Bearer ${KEYS.reader}`;
      expect((await ask(form, `${gateway.url}/mcp`, undefined)).status).toBe(401);
      expect((await ask(form, `${gateway.url}/mcp`, good)).status).toBe(200);
      expect((await ask(form, 'http://evil.example/mcp', good)).status).toBe(403);
    },
  );

  test('health is open to all', async () => {
    expect((await send(gateway.url, { path: '/healthz' })).status).toBe(200);
    expect((await send(gateway.url, { path: '/readyz' })).status).toBe(200);
  });
});

test('without an authorization server there is no metadata, and no challenge speaks of any', async () => {
  await using gateway = await startGateway(files(''));
  for (const below of ['', '/mcp', '/mcp/notes']) {
    const answer = await send(gateway.url, { path: `/.well-known/oauth-protected-resource${below}` });
    expect(answer.status).toBe(404);
  }
  const refused = await send(gateway.url, { path: '/mcp' });
  expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Bearer realm="bailiwick"']);
});

test('below a path of the public URL the well-known part goes between host and path', async () => {
  await using gateway = await startGateway(files(ISSUERS, ", publicUrl: 'https://tools.example.test/base/'"));
  const headers = { host: 'tools.example.test' };
  const refused = await send(gateway.url, { path: '/mcp/notes?x=1', headers });
  const place = '/.well-known/oauth-protected-resource/base/mcp/notes';
  expect(refused.headers['www-authenticate']).toContain(
    `resource_metadata="https://tools.example.test${place}"`,
  );
  for (const path of [place, place.replace('/base', ''), '/.well-known/oauth-protected-resource/base']) {
    const answer = await send(gateway.url, { path, headers });
    expect(JSON.parse(answer.text)).toMatchObject({ resource: 'https://tools.example.test/base/mcp' });
  }
});

test('a public URL is named as every client writes it', async () => {
  await using gateway = await startGateway(
    files(ISSUERS, ", publicUrl: 'https://Tools.Example.test:443/Base'"),
  );
  const headers = { host: 'tools.example.test' };
  const answer = await send(gateway.url, { path: '/.well-known/oauth-protected-resource', headers });
  expect(JSON.parse(answer.text)).toMatchObject({ resource: 'https://tools.example.test/Base/mcp' });
});

test('pages of a configured origin may send credentials and read challenges', async () => {
  await using gateway = await startGateway(files(ISSUERS, ", origins: ['https://chat.example.test']"));
  const origin = 'https://chat.example.test';
  const wanted =
    'authorization,dpop,mcp-protocol-version,mcp-session-id,mcp-method,mcp-name,mcp-param-region';
  const preflight = await send(gateway.url, {
    method: 'OPTIONS',
    path: '/mcp',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': wanted,
    },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers['access-control-allow-headers']).toBe(wanted);
  const refused = await send(gateway.url, { path: '/mcp', headers: { origin } });
  expect(refused.status).toBe(401);
  expect(refused.headers['access-control-allow-origin']).toBe(origin);
  expect(refused.headers['access-control-expose-headers']).toContain('WWW-Authenticate');
});
