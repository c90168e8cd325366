import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import type { SecurityScheme } from '../../src/catalog/binding.ts';
import type { Credential } from '../../src/upstream/http/credentials.ts';
import {
  BASIC,
  BEARER,
  binding,
  context,
  contributionOf,
  createOpened,
  COOKIE_KEY,
  faultOf,
  HEADER_KEY,
  OAUTH,
  planOf,
  QUERY_KEY,
  serve,
  tool,
  upstream,
} from './fixtures.ts';

const opened = createOpened();
afterEach(() => opened.closeAll());

const CANARIES: Record<string, Credential> = {
  token: { bearer: 'canary-bearer-1' },
  login: { username: 'bailiwick', password: 'canary/pass "word' },
  key: { apiKey: 'canary-header-key' },
  queryKey: { apiKey: "canary query/key&x='1!'" },
  session: { apiKey: 'canary;cookie' },
  oauth: { bearer: 'canary-oauth-2' },
};
const BASIC_SECRET = Buffer.from('bailiwick:canary/pass "word').toString('base64');
const PLACES: [SecurityScheme, Record<string, string>, string, string][] = [
  [BEARER, { authorization: 'Bearer canary-bearer-1' }, '/things', 'Bearer ***'],
  [OAUTH, { authorization: 'Bearer canary-oauth-2' }, '/things', 'Bearer ***'],
  [BASIC, { authorization: `Basic ${BASIC_SECRET}` }, '/things', 'Basic ***'],
  [HEADER_KEY, { 'x-api-key': 'canary-header-key' }, '/things', '"x-api-key":"***"'],
  [QUERY_KEY, {}, '/things?api_key=canary%20query%2Fkey%26x%3D%271%21%27', '/things?api_key=***'],
  [COOKIE_KEY, { cookie: 'sid=canary%3Bcookie' }, '/things', 'sid=***'],
];
/** What betrays any canary, in any encoding. */
const TRACE = new RegExp(`canary|${BASIC_SECRET}`);

describe('a credential goes to its own place and nowhere else', () => {
  test.for(PLACES)('$0.name', async ([scheme, headers, target, masked]) => {
    const seen: IncomingMessage[] = [];
    const server = await opened.server((request, response) => {
      seen.push(request);
      response.end('{}');
    });
    const source = opened.source({ url: server.url, credentials: CANARIES });
    const called = tool(binding({ security: [[scheme]] }));
    await source.callTool(called, {}, context());

    const request = seen[0]!;
    expect(request.url).toBe(target);
    expect(request.headers).toMatchObject(headers);
    const rest = Object.entries(request.headers).filter(([name]) => !(name in headers));
    expect(JSON.stringify(rest)).not.toMatch(TRACE);

    const plan = JSON.stringify(source.plan(called, {}));
    expect(plan).toContain(masked);
    expect(plan).not.toMatch(TRACE);
  });

  test('an operation that asks for none gets none', async () => {
    const plan = JSON.stringify(planOf(binding(), {}, { credentials: CANARIES }));
    expect(plan).not.toMatch(/authorization|\*\*\*/);
  });

  test('an upstream that echoes what it was sent cannot make a result of it', async () => {
    const server = await opened.server((request, response) => {
      const echo = { url: request.url, headers: request.headers, plain: Object.values(CANARIES) };
      const kind = request.headers['accept'];
      response.setHeader('x-request-id', `id-${request.headers.authorization}`);
      if (kind === 'application/json') {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(echo));
        return;
      }
      if (kind === 'text/plain') {
        response.writeHead(500, { 'content-type': 'text/plain' });
        response.end(JSON.stringify(echo));
        return;
      }
      response.writeHead(302, { location: `http://elsewhere.test${request.url}` });
      response.end();
    });
    const source = opened.source({ url: server.url, credentials: CANARIES });
    const security = [
      [BEARER, HEADER_KEY, QUERY_KEY, COOKIE_KEY],
      [BASIC, QUERY_KEY],
    ] as const;
    for (const alternative of security) {
      for (const accepts of ['application/json', 'text/plain', 'text/html']) {
        const called = tool(binding({ security: [alternative], accepts: [accepts] }));
        const outcome = await source.callTool(called, {}, context());
        expect(JSON.stringify(outcome)).not.toMatch(TRACE);
        expect(JSON.stringify(outcome)).toContain('***');
      }
    }
  });

  test('no error holds one, its cause included', async () => {
    const gone = await serve((_request, response) => response.end());
    await gone.close();
    const garbage = await opened.server((request) =>
      request.socket.end(`canary-bearer-1 ${request.headers.authorization}\r\n\r\n`),
    );
    for (const url of [gone.url, garbage.url]) {
      const source = opened.source({ url, credentials: CANARIES, timeoutMs: 5000 });
      const called = tool(binding({ security: [[BEARER, QUERY_KEY]] }));
      const fault = await faultOf(() => source.callTool(called, {}, context()));
      const { cause } = fault;
      if (!(cause instanceof Error)) throw new Error('no cause');
      const told = [
        fault.message,
        fault.stack,
        cause.message,
        cause.stack,
        JSON.stringify([fault, cause]),
      ].join('\n');
      expect(told).not.toMatch(TRACE);
      expect(cause.cause).toBeUndefined();
    }
  });
});

describe('which alternative is used', () => {
  const credentials = { token: { bearer: 'canary-bearer-1' }, queryKey: { apiKey: 'canary-key' } };

  test('the first whose schemes all have a credential', () => {
    const plan = planOf(
      binding({ security: [[BEARER, HEADER_KEY], [QUERY_KEY], [BEARER]] }),
      {},
      { credentials },
    );
    expect(plan.target).toBe('/things?api_key=***');
    expect(plan.headers).not.toHaveProperty('authorization');
  });

  test('all schemes of an alternative together', () => {
    const plan = planOf(binding({ security: [[BEARER, QUERY_KEY]] }), {}, { credentials });
    expect(plan.target).toBe('/things?api_key=***');
    expect(plan.headers['authorization']).toBe('Bearer ***');
  });

  test('a configured credential before an alternative that asks for nothing', () => {
    const plan = planOf(binding({ security: [[], [BEARER]] }), {}, { credentials });
    expect(plan.headers['authorization']).toBe('Bearer ***');
  });

  test('none where none can be satisfied: the API answers for itself', () => {
    const plan = planOf(binding({ security: [[HEADER_KEY], [BEARER, BASIC]] }), {}, { credentials });
    expect(JSON.stringify(plan)).not.toContain('***');
  });
});

async function compile(credentials: Record<string, Credential>, ...schemes: SecurityScheme[]) {
  const tools = schemes.map((scheme) => tool(binding({ security: [[scheme]] })));
  const source = upstream({
    url: 'http://api.test',
    credentials,
    contribution: () => contributionOf(...tools),
  });
  return source.contribution(new AbortController().signal);
}

describe('a credential that could never be used is a configuration error that names no secret', () => {
  test('without a configured URL', async () => {
    const fault = await faultOf(() => upstream({ credentials: CANARIES }));
    expect(fault.code).toBe('CONFIGURATION');
    expect(fault.message).toContain('sources.helpdesk.url');
    expect(fault.message).not.toMatch(TRACE);
  });

  test('under a name that no operation asks for, naming those asked for', async () => {
    const fault = await faultOf(() => compile({ tokn: { bearer: 'canary-1' } }, BEARER, HEADER_KEY));
    expect(fault.code).toBe('CONFIGURATION');
    expect(fault.message).toContain('sources.helpdesk.credentials.tokn');
    expect(fault.message).toContain('key, token');
    expect(fault.message).not.toMatch(TRACE);
  });

  test.for([
    [HEADER_KEY, { bearer: 'canary-1' }, '{ apiKey }'],
    [BEARER, { apiKey: 'canary-1' }, '{ bearer }'],
    [OAUTH, { username: 'u', password: 'canary-1' }, '{ bearer }'],
    [BASIC, { bearer: 'canary-1' }, '{ username, password }'],
    [
      { name: 'digest', type: 'http', scheme: 'digest' },
      { username: 'u', password: 'canary-1' },
      'HTTP digest',
    ],
    [{ name: 'tls', type: 'mutualTLS' }, { bearer: 'canary-1' }, 'mutualTLS'],
  ] as [SecurityScheme, Credential, string][])(
    'of the wrong kind for %j',
    async ([scheme, credential, advice]) => {
      const fault = await faultOf(() => compile({ [scheme.name]: credential }, scheme));
      expect(fault.code).toBe('CONFIGURATION');
      expect(fault.message).toContain(advice);
      expect(fault.message).not.toMatch(TRACE);
    },
  );

  test('and one that fits its scheme lets the source compile', async () => {
    const contribution = await compile({ token: { bearer: 'canary-1' } }, BEARER);
    expect(contribution.operations).toBe(1);
  });
});
