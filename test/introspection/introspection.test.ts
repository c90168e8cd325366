import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Step } from '../../src/identity/trace.ts';
import { NOW } from '../identity/fixtures.ts';
import { active, identityOf, issuerAt, json, SECONDS, startEndpoint } from './introspected.ts';

test('an opaque token is whom its issuer says that it is', async () => {
  const endpoint = await startEndpoint();
  const { identify, identity } = identityOf([issuerAt(endpoint.url)]);
  const answer = active(endpoint.url, { jti: 'token-1', groups: ['b', 'a'], username: 'ann@example.com' });
  endpoint.answer = (_, response) => json(response, answer);
  const proof = await identify('good-token');
  expect(proof).toMatchObject({
    kind: 'opaque-token',
    expiresAt: NOW + 660_000,
    issuedAt: NOW - 10_000,
    tokenId: 'token-1',
    principal: {
      issuer: endpoint.url,
      subject: 'ann',
      scopes: ['notes:read'],
      groups: ['a', 'b'],
      client: 'desk',
      claims: { username: 'ann@example.com', client_id: 'desk' },
    },
  });
  expect(identity.holds(proof)).toBe(true);
});

test.for([
  { authentication: 'basic', authorization: `Basic ${btoa('bailiwick:canary+secret')}`, secret: null },
  { authentication: 'post', authorization: undefined, secret: 'canary secret' },
])(
  'the issuer is asked as its client ($authentication)',
  async ({ authentication, authorization, secret }) => {
    const endpoint = await startEndpoint();
    const url = `${endpoint.url}/introspect`;
    await identityOf([issuerAt(endpoint.url, { url, authentication })]).outcome('good-token');
    expect(endpoint.asked.map((one) => one.authorization)).toEqual([authorization]);
    expect(endpoint.asked[0]?.form.get('token')).toBe('good-token');
    expect(endpoint.asked[0]?.form.get('client_secret')).toBe(secret);
  },
);

describe('what is active at the issuer is checked like a JWT', () => {
  test.for<[what: string, answer: object, outcome: string, settings?: object]>([
    ['another audience', { aud: 'https://other.example.com' }, 'UNAUTHENTICATED audience'],
    [
      'one of several audiences',
      { aud: ['https://other.example.com', 'https://tools.example.com/mcp'] },
      'ann',
    ],
    ['no audience', { aud: undefined }, 'UNAUTHENTICATED audience'],
    ['no audience, which is allowed', { aud: undefined }, 'ann', { allowMissingAudience: true }],
    [
      'another audience, where none is allowed',
      { aud: 'x' },
      'UNAUTHENTICATED audience',
      { allowMissingAudience: true },
    ],
    [
      'no audience and no type, which may be a refresh token',
      { aud: undefined, token_type: undefined },
      'UNAUTHENTICATED token-type',
      { allowMissingAudience: true },
    ],
    ['another issuer', { iss: 'https://other.example.com' }, 'UNAUTHENTICATED unknown-issuer'],
    ['no issuer', { iss: undefined }, 'ann'],
    ['expired', { exp: SECONDS - 61 }, 'UNAUTHENTICATED expired'],
    ['expired within the skew', { exp: SECONDS - 59, iat: SECONDS - 600 }, 'ann'],
    ['not yet valid', { nbf: SECONDS + 120 }, 'UNAUTHENTICATED not-yet-valid'],
    ['no end', { exp: undefined }, 'ann'],
    ['an end that is a text', { exp: '9999999999' }, 'UNAUTHENTICATED claims'],
    ['a refresh token', { typ: 'Refresh' }, 'UNAUTHENTICATED token-type'],
    ['another kind of token', { token_type: 'N_A' }, 'UNAUTHENTICATED token-type'],
    ['a client that acts on its own', { sub: undefined }, 'desk'],
    ['a user without a subject', { sub: undefined, username: 'ann' }, 'UNAUTHENTICATED claims'],
    ['nobody', { sub: undefined, client_id: undefined }, 'UNAUTHENTICATED claims'],
    ['a subject that is a list', { sub: ['ann'] }, 'UNAUTHENTICATED claims'],
    ['a binding that is a text', { cnf: 'x' }, 'UNAUTHENTICATED claims'],
  ])('%s', async ([, more, expected, settings]) => {
    const endpoint = await startEndpoint();
    endpoint.answer = (_, response) => json(response, active(endpoint.url, more));
    const { proof, refusal } = await identityOf([issuerAt(endpoint.url, settings)]).outcome('good-token');
    expect(proof?.principal.subject ?? refusal).toBe(expected);
  });

  test('a token that is bound says so to whoever checks the proof', async () => {
    const endpoint = await startEndpoint();
    const jkt = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I';
    endpoint.answer = (_, response) =>
      json(response, active(endpoint.url, { token_type: 'DPoP', cnf: { jkt } }));
    const { proof } = await identityOf([issuerAt(endpoint.url)]).outcome('good-token');
    expect(proof?.confirmation).toEqual({ jkt });
  });
});

describe('an answer of no use is no yes, and no 401 either', () => {
  test.for<[what: string, answer: (response: ServerResponse) => void, why: string]>([
    ['"active" is a text', (response) => json(response, { active: 'true', sub: 'root' }), 'true or false'],
    ['"active" is a number', (response) => json(response, { active: 1, sub: 'root' }), 'true or false'],
    ['"active" is absent', (response) => json(response, { sub: 'root' }), 'true or false'],
    ['"active" is there twice', (response) => response.end('{"active":false,"active":true}'), 'named twice'],
    ['a list', (response) => json(response, [{ active: true }]), 'no JSON object'],
    ['HTML', (response) => response.end('<html>active: true</html>'), 'no JSON'],
    ['nothing', (response) => response.end(), 'no JSON'],
    ['a redirect', (response) => void response.writeHead(307, { location: '/x' }).end(), 'answered 307'],
    ['an error', (response) => json(response, { active: true }, 500), 'answered 500'],
    ['our own client is refused', (response) => json(response, {}, 401), 'does not take clientId'],
    ['too much', (response) => json(response, { active: true, x: 'x'.repeat(2_000_000) }), 'longer than'],
    ['a hang-up', (response) => void response.destroy(), 'does not tell'],
    ['silence', () => {}, 'no whole answer within 300 ms'],
    [
      'a drip',
      (response) => {
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drip));
      },
      'no whole answer within 300 ms',
    ],
    ['a bottomless pit', (response) => response.end(`{"active":true,"x":${'['.repeat(9000)}`), 'nested'],
  ])('%s', async ([, answer, why]) => {
    const endpoint = await startEndpoint();
    endpoint.answer = (_, response) => answer(response);
    const { outcome } = identityOf([issuerAt(endpoint.url)], { timeoutMs: 300 });
    const { refusal, detail } = await outcome('good-canary-token');
    expect({ refusal, detail }).toEqual({
      refusal: 'IDENTITY_UNAVAILABLE',
      detail: expect.stringContaining(why) as string,
    });
    expect(detail).not.toContain('canary');
  });
});

test('one token that the issuer stumbles over keeps nobody else out, and costs a bounded number of questions', async () => {
  const endpoint = await startEndpoint();
  const { outcome } = identityOf([issuerAt(endpoint.url)]);
  const { answer } = endpoint;
  endpoint.answer = (token, response) => {
    if (token.startsWith('poison')) json(response, { error: 'invalid_request' }, 400);
    else answer(token, response);
  };
  expect((await outcome('poison')).refusal).toBe('IDENTITY_UNAVAILABLE');
  expect((await outcome('good-token')).proof).toBeDefined();
  for (let round = 0; round < 6; round += 1) {
    const poison = Array.from({ length: 100 }, (_, index) => `poison-${round}-${index}`);
    await Promise.all(poison.map((token) => outcome(token)));
  }
  expect(endpoint.asked.length).toBe(502);
});

test('an issuer that is busy or away is left alone for a second', async () => {
  const endpoint = await startEndpoint();
  const { outcome, advance } = identityOf([issuerAt(endpoint.url)]);
  const { answer } = endpoint;
  endpoint.answer = (_, response) => json(response, {}, 503);
  for (const token of ['good-1', 'good-2']) {
    expect((await outcome(token)).refusal).toBe('IDENTITY_UNAVAILABLE');
  }
  expect(endpoint.asked).toHaveLength(1);
  endpoint.answer = answer;
  advance(1_000);
  expect((await outcome('good-1')).proof).toBeDefined();
});

describe('an answer is believed', () => {
  test('for so many seconds, and asked for once by all that come at the same time', async () => {
    const endpoint = await startEndpoint();
    const { identify, advance } = identityOf([issuerAt(endpoint.url, { cacheSeconds: 30 })]);
    const [first, second] = await Promise.all([identify('good-token'), identify('good-token')]);
    expect(second).toBe(first);
    advance(29_999);
    expect(identify('good-token')).toBe(first);
    advance(1);
    const renewed = await identify('good-token');
    expect(renewed.principal).toBe(first.principal);
    expect(endpoint.asked).toHaveLength(2);
  });

  test('never beyond the end of the token', async () => {
    const endpoint = await startEndpoint();
    endpoint.answer = (_, response) =>
      json(response, active(endpoint.url, { exp: SECONDS - 50, iat: undefined }));
    const { outcome, advance } = identityOf([issuerAt(endpoint.url, { cacheSeconds: 3600 })]);
    expect((await outcome('good-token')).proof).toBeDefined();
    advance(10_000);
    expect((await outcome('good-token')).refusal).toBe('UNAUTHENTICATED expired');
  });

  test('for ten seconds at most where it is a no', async () => {
    const endpoint = await startEndpoint();
    const { outcome, advance } = identityOf([issuerAt(endpoint.url)]);
    for (const ms of [0, 9_999, 1]) {
      advance(ms);
      expect((await outcome('bad-token')).refusal).toBe('UNAUTHENTICATED inactive');
    }
    expect(endpoint.asked).toHaveLength(2);
  });

  test('no more once the issuer says otherwise: what was opened with the token is lost', async () => {
    const endpoint = await startEndpoint();
    const { identity, identify, outcome, advance, losses } = identityOf([issuerAt(endpoint.url)]);
    const proof = await identify('good-token');
    endpoint.answer = (_, response) => json(response, { active: false });
    advance(30_000);
    expect(identity.holds(proof)).toBe(true);
    expect((await outcome('good-token')).refusal).toBe('UNAUTHENTICATED inactive');
    expect([identity.holds(proof), losses()]).toEqual([false, 1]);
  });

  test('no more where the issuer is away: 503, and what is open stays open', async () => {
    const endpoint = await startEndpoint();
    const { identity, identify, outcome, advance } = identityOf([issuerAt(endpoint.url)]);
    const proof = await identify('good-token');
    endpoint.answer = (_, response) => void response.destroy();
    advance(30_000);
    expect((await outcome('good-token')).refusal).toBe('IDENTITY_UNAVAILABLE');
    expect(identity.holds(proof)).toBe(true);
  });

  test('no more with other settings', async () => {
    const endpoint = await startEndpoint();
    const { identity, identify, use } = identityOf([issuerAt(endpoint.url)]);
    const proof = await identify('good-token');
    use([issuerAt(endpoint.url)]);
    expect(identity.holds(proof)).toBe(true);
    use([issuerAt(endpoint.url, { cacheSeconds: 1 })]);
    expect(identity.holds(proof)).toBe(false);
  });
});

describe('of several issuers', () => {
  test('one after another is asked, until one says yes', async () => {
    const [one, other] = [await startEndpoint(), await startEndpoint()];
    one.answer = (_, response) => json(response, { active: false });
    const { outcome } = identityOf([issuerAt(one.url), issuerAt(other.url)]);
    expect((await outcome('good-token')).proof?.principal.issuer).toBe(other.url);
    one.answer = (_, response) => json(response, {}, 500);
    expect((await outcome('good-other')).proof?.principal.issuer).toBe(other.url);
    expect((await outcome('bad-other')).refusal).toBe('IDENTITY_UNAVAILABLE');
  });

  test('the one is asked whose prefix the token has, and no other one', async () => {
    const [one, other] = [await startEndpoint(), await startEndpoint()];
    const { outcome } = identityOf([issuerAt(one.url), issuerAt(other.url, { tokenPrefix: 'good_' })]);
    await outcome('good_token');
    await outcome('good-token');
    expect([one, other].map(({ asked }) => asked.map(({ form }) => form.get('token')))).toEqual([
      ['good-token'],
      ['good_token'],
    ]);
  });
});

test('no issuer is shown the keys of Bailiwick itself', async () => {
  const endpoint = await startEndpoint();
  const { outcome } = identityOf([issuerAt(endpoint.url)]);
  expect((await outcome('bw_canary')).refusal).toBe('UNAUTHENTICATED unknown-key');
  expect((await outcome('bwk_canary')).refusal).toBe('UNAUTHENTICATED unknown-key');
  expect(endpoint.asked).toEqual([]);
});

test('a flood of unknown tokens stops at a number of questions; who is known goes on', async () => {
  const endpoint = await startEndpoint();
  const { outcome, advance } = identityOf([issuerAt(endpoint.url)]);
  await outcome('good-token');
  const refusals = new Map<string, number>();
  for (let round = 0; round < 6; round += 1) {
    const tokens = Array.from({ length: 100 }, (_, index) => `bad-${round}-${index}`);
    for (const { refusal = '' } of await Promise.all(tokens.map((token) => outcome(token)))) {
      refusals.set(refusal, (refusals.get(refusal) ?? 0) + 1);
    }
  }
  expect(Object.fromEntries(refusals)).toEqual({
    'UNAUTHENTICATED inactive': 500,
    'IDENTITY_UNAVAILABLE too-many': 100,
  });
  expect(endpoint.asked).toHaveLength(501);
  expect((await outcome('good-token')).proof).toBeDefined();
  advance(10_000);
  expect((await outcome('good-new')).proof).toBeDefined();
});

test('more tokens than wait for an answer are told to come again', async () => {
  const endpoint = await startEndpoint();
  endpoint.answer = () => {};
  const { outcome } = identityOf([issuerAt(endpoint.url)], { timeoutMs: 200 });
  const outcomes = await Promise.all(Array.from({ length: 220 }, (_, index) => outcome(`token-${index}`)));
  const refused = outcomes.filter(({ refusal }) => refusal === 'IDENTITY_UNAVAILABLE too-many');
  expect(refused).toHaveLength(4);
});

test('each step is told, of a token that is good and of one that is not', async () => {
  const endpoint = await startEndpoint();
  const { identify } = identityOf([issuerAt(endpoint.url)]);
  const stepsOf = async (token: string): Promise<string[]> => {
    const steps: Step[] = [];
    await Promise.resolve(identify(token, (step) => steps.push(step))).catch(() => {});
    const own = steps.filter(({ name }) => name !== 'revocations');
    return own.map(({ name, ok, detail }) => `${ok ? 'yes' : 'no'}: ${name}: ${detail}`);
  };
  expect(await stepsOf('good-token')).toEqual([
    `yes: introspection: "${endpoint.url}" says that it is active`,
    'yes: type: "Bearer"',
    `yes: issuer: the token is one of "${endpoint.url}"`,
    'yes: audience: for "https://tools.example.com/mcp"',
    'yes: time: it counts until 2026-11-20T12:11:00.000Z, and it is 2026-11-20T12:00:00.000Z',
    'yes: binding: whoever holds the token may use it',
    'yes: claims: subject "ann", 1 scopes, 0 groups, client "desk"',
  ]);
  expect(await stepsOf('bad-token')).toEqual([
    `no: introspection: "${endpoint.url}" says that it is not active, or none of its tokens`,
  ]);
});
