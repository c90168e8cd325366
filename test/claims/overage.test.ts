import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import { checkOverage } from '../../src/identity/claims/overage/check-overage.ts';
import {
  createGroupLookup,
  tokenUrlOf,
  type GroupLookup,
} from '../../src/identity/claims/overage/group-lookup.ts';
import { GroupsOverageSettings } from '../../src/identity/claims/overage/settings.ts';
import { toPrincipal } from '../../src/identity/claims/to-principal.ts';
import { readCredential } from '../../src/identity/credential.ts';
import { createIssuerVerifier } from '../../src/identity/issuers/issuer-verifier.ts';
import { IdentitySettings } from '../../src/identity/settings.ts';
import { faultOf } from '../../src/identity/unauthenticated.ts';
import { newTestKey, sign as signToken, startIssuer } from '../issuers/support/issuer.ts';
import { createIssuerClient } from '../../src/identity/issuers/issuer-client.ts';
import type { Step } from '../../src/identity/trace.ts';
import { NOW } from '../identity/fixtures.ts';
import { fixture, issuerOf, principalOf } from './principals.ts';

const OID = '5d8f6a3e-02b1-4c7d-8e9f-a0b1c2d3e4f5';
const SECRET = 'canary-of-the-directory';

/** Stands in for Microsoft Graph and for the token endpoint of the tenant, as they answer. */
let graph: Server;
let origin: string;
let asked: { method: string; url: string; authorization: string | undefined; body: string }[] = [];
let answer: (url: URL, response: ServerResponse, authorization: string | undefined) => void;
let token: JsonObject;
let lookup: GroupLookup;

beforeAll(async () => {
  token = await fixture('entra-v2-overage');
  graph = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => {
    graph.listen(0, '127.0.0.1', resolve);
  });
  origin = `http://127.0.0.1:${(graph.address() as AddressInfo).port}`;
});

afterAll(async () => {
  graph.closeAllConnections();
  await new Promise((resolve) => {
    graph.close(resolve);
  });
});

beforeEach(() => {
  asked = [];
  answer = (_, response) => json(response, { value: ['group-b', 'group-a'] });
  lookup = createGroupLookup({ client: createIssuerClient({ timeoutMs: 300 }) });
  return () => lookup.close();
});

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const { method = '', url = '', headers } = request;
  asked.push({ method, url, authorization: headers.authorization, body });
  if (url !== '/token') return answer(new URL(url, origin), response, headers.authorization);
  const isRight = new URLSearchParams(body).get('client_secret') === SECRET;
  const tokens = asked.filter((one) => one.url === '/token').length;
  return isRight
    ? json(response, { access_token: `graph-${tokens}`, token_type: 'Bearer', expires_in: 3599 })
    : json(response, { error: 'invalid_client', error_description: 'AADSTS7000215' }, 401);
}

function json(response: ServerResponse, value: unknown, status = 200): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(value));
}

function overage(more: object = {}): object {
  return {
    preset: 'entra',
    groupsOverage: {
      clientId: 'bailiwick',
      clientSecret: SECRET,
      url: `${origin}/v1.0/users/{id}/getMemberObjects`,
      tokenUrl: `${origin}/token`,
      ...more,
    },
  };
}

const ask = (settings = overage(), claims = token) => principalOf(claims, settings, { groups: lookup });

describe('a token that lists no groups because there are too many', () => {
  test.for([
    { sign: '_claim_names', claims: {} },
    { sign: 'hasgroups', claims: { _claim_names: null, hasgroups: true } },
  ])('is refused with the reason where no directory is configured ($sign)', async ({ sign, claims }) => {
    const steps: Step[] = [];
    const trace = (step: Step): void => void steps.push(step);
    const principal = principalOf({ ...token, ...claims }, { preset: 'entra' }, { groups: lookup, trace });
    await expect(principal).rejects.toMatchObject({ code: 'UNAUTHENTICATED', cause: { fault: 'claims' } });
    expect(steps).toEqual([
      {
        name: 'groups',
        ok: false,
        detail: `the token names no groups because there are too many to list ("${sign}"); set identity.issuers[].groupsOverage so that they are asked for, or have fewer groups put into tokens`,
      },
    ]);
    expect(asked).toEqual([]);
  });

  test('is taken where nothing is read from groups', async () => {
    const principal = await principalOf(token, { preset: 'entra', claims: { groups: 'wids' } });
    expect(principal.groups).toEqual([]);
  });

  test('gets them from the directory, once for all that come at the same time', async () => {
    const steps: Step[] = [];
    const settings = issuerOf('https://login.example.com', { audience: 'a', ...overage() });
    const ask1 = async () =>
      toPrincipal(settings, token, { groups: lookup, now: NOW, trace: (step) => void steps.push(step) });
    const principals = await Promise.all([ask1(), ask1(), ask1()]);
    for (const { groups, subject } of principals) {
      expect({ groups, subject }).toEqual({ groups: ['group-a', 'group-b'], subject: OID });
    }
    expect(asked).toEqual([
      {
        method: 'POST',
        url: '/token',
        authorization: undefined,
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: 'bailiwick',
          client_secret: SECRET,
          scope: `${origin}/.default`,
        }).toString(),
      },
      {
        method: 'POST',
        url: `/v1.0/users/${OID}/getMemberObjects`,
        authorization: 'Bearer graph-1',
        body: '{"securityEnabledOnly":true}',
      },
    ]);
    expect(steps[0]).toEqual({
      name: 'groups',
      ok: true,
      detail: `the token names no groups because there are too many to list ("_claim_names"); ${new URL(origin).host} names 2`,
    });
  });

  test('reads them page after page', async () => {
    answer = ({ searchParams }, response) => {
      const page = Number(searchParams.get('page') ?? 0);
      const next = page < 2 ? { '@odata.nextLink': `${origin}/members/${OID}?page=${page + 1}` } : {};
      json(response, { value: [{ '@odata.type': '#microsoft.graph.group', id: `group-${page}` }], ...next });
    };
    const { groups } = await ask(overage({ url: `${origin}/members/{id}?$select=id` }));
    expect(groups).toEqual(['group-0', 'group-1', 'group-2']);
    expect(asked.slice(1).map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET /members/${OID}?$select=id`,
      `GET /members/${OID}?page=1`,
      `GET /members/${OID}?page=2`,
    ]);
  });

  test('asks with a new token where the directory takes the one it has no more', async () => {
    answer = (_, response, authorization) =>
      authorization === 'Bearer graph-1'
        ? json(response, { error: { code: 'InvalidAuthenticationToken' } }, 401)
        : json(response, { value: ['group-a'] });
    expect((await ask()).groups).toEqual(['group-a']);
  });

  test('never chooses where we connect', async () => {
    const endpoint = `${origin}/chosen-by-the-token`;
    await ask(overage(), { ...token, _claim_sources: { src1: { endpoint } } });
    expect(asked.map(({ url }) => url)).not.toContain('/chosen-by-the-token');
  });
});

test('groups of a caller are asked for again after five minutes, and what failed after two seconds', async () => {
  const settings = issuerOf('https://login.example.com', { audience: 'a', ...overage() });
  const asks = async (now: number): Promise<number> => {
    asked = [];
    await Promise.resolve(toPrincipal(settings, token, { groups: lookup, now })).catch(() => {});
    return asked.filter(({ url }) => url !== '/token').length;
  };
  expect([await asks(NOW), await asks(NOW + 299_000), await asks(NOW + 300_000)]).toEqual([1, 0, 1]);
  answer = (_, response) => json(response, {}, 503);
  const LATER = NOW + 900_000;
  expect([await asks(LATER), await asks(LATER + 1_000), await asks(LATER + 2_000)]).toEqual([1, 0, 1]);
});

describe('a directory that does not tell is no reason to let anybody in, nor to call the token bad', () => {
  test.for<[what: string, answer: (response: ServerResponse) => void, why: string]>([
    ['it fails', (response) => json(response, {}, 500), 'answered 500'],
    ['it forbids', (response) => json(response, {}, 403), 'answered 403'],
    ['it wants us to wait', (response) => json(response, {}, 429), 'answered 429'],
    [
      'it sends elsewhere',
      (response) => void response.writeHead(302, { location: '/x' }).end(),
      'answered 302',
    ],
    ['it answers HTML', (response) => response.end('<html>'), 'no list of groups'],
    ['it answers another form', (response) => json(response, { value: {} }), 'no list of groups'],
    ['a group has no id', (response) => json(response, { value: [{ id: 7 }] }), 'a group that has no id'],
    ['it hangs', () => {}, 'no whole answer within 300 ms'],
    ['it goes away', (response) => void response.destroy(), ''],
    ['it has no end', (response) => json(response, { value: ['a'.repeat(2_000_000)] }), 'longer than'],
    [
      'its next page is elsewhere',
      (response) => json(response, { value: [], '@odata.nextLink': 'http://127.0.0.2/x' }),
      'a next page that is not there',
    ],
    [
      'it has endless pages',
      (response) => json(response, { value: [], '@odata.nextLink': `${origin}/again` }),
      'more than 40 pages',
    ],
  ])('%s', async ([, respond, why]) => {
    answer = (_, response) => respond(response);
    await expect(ask()).rejects.toMatchObject({
      code: 'IDENTITY_UNAVAILABLE',
      cause: { message: expect.stringContaining(why) as string },
    });
  });

  test('its own sign-in fails, and says no secret', async () => {
    const error: unknown = await ask(overage({ clientSecret: 'canary-that-is-wrong' })).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: 'IDENTITY_UNAVAILABLE',
      cause: { message: expect.stringContaining('answered 401 (invalid_client)') as string },
    });
    expect(JSON.stringify(error) + String((error as Error).cause)).not.toContain('canary');
  });
});

test('whom the directory knows some seconds later is taken then, with the same token', async () => {
  const key = await newTestKey('one');
  const issuer = await startIssuer({ keys: [key.jwk] });
  let time = NOW;
  const verifier = createIssuerVerifier({
    resource: () => 'https://tools.example.com/mcp',
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    now: () => time,
    onLoss() {},
    later: () => () => {},
    groups: lookup,
  });
  verifier.use(IdentitySettings.parse({ issuers: [{ ...overage(), issuer: issuer.url }] }));
  const text = await signToken(key, {
    ...token,
    iss: issuer.url,
    aud: 'https://tools.example.com/mcp',
    nbf: NOW / 1000,
    iat: NOW / 1000,
    exp: NOW / 1000 + 600,
  });
  const show = async (): Promise<string | undefined> => {
    try {
      return (await verifier.verify(readCredential(`Bearer ${text}`), time))?.principal.subject;
    } catch (error) {
      return faultOf(error);
    }
  };
  const { answer: before } = { answer };
  answer = (_, response) => json(response, {}, 404);
  expect([await show(), await show()]).toEqual(['claims', 'claims']);
  answer = before;
  time += 10_000;
  expect(await show()).toBe(OID);
  await Promise.all([verifier.close(), issuer.close()]);
});

test('whom the directory does not know, or finds in too many groups, is refused', async () => {
  answer = (_, response) => json(response, {}, 404);
  await expect(ask()).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
    cause: { message: expect.stringContaining('does not know the caller') as string },
  });
  answer = (_, response) => json(response, { value: Array.from({ length: 2_001 }, String) });
  await expect(ask()).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
    cause: { message: expect.stringContaining('in more than 2000 groups') as string },
  });
});

test.for([
  ['https://sts.windows.net/tid/', 'https://login.microsoftonline.com/tid/oauth2/v2.0/token'],
  ['https://login.microsoftonline.com/tid/v2.0', 'https://login.microsoftonline.com/tid/oauth2/v2.0/token'],
  ['https://login.microsoftonline.us/tid/v2.0', 'https://login.microsoftonline.us/tid/oauth2/v2.0/token'],
  ['https://login.example.com/tid', undefined],
] as const)('the tenant of %s is asked for a token at %s', ([issuer, url]) => {
  const settings = GroupsOverageSettings.parse({ clientId: 'a', clientSecret: 'b' });
  expect(tokenUrlOf(issuer, settings)).toBe(url);
});

test('a directory that nobody knows how to sign in to is found before settings are put in force', () => {
  const groupsOverage = { clientId: 'a', clientSecret: 'b' };
  const check = (issuer: string) => () => checkOverage([issuerOf(issuer, { groupsOverage })]);
  expect(check('https://login.microsoftonline.com/tid/v2.0')).not.toThrow();
  expect(check('https://login.example.com')).toThrow('identity.issuers[0].groupsOverage: set tokenUrl');
});
