import { createHmac } from 'node:crypto';
import { exportSPKI, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newTestKey, sign, signText, startIssuer, type TestIssuer, type TestKey } from './support/issuer.ts';
import { identityOf, RESOURCE, SECONDS } from './support/verifier.ts';

let issuer: TestIssuer;
let other: TestIssuer;
let key: TestKey;
let rsa: TestKey;
let stranger: TestKey;
let good: Record<string, unknown>;
let world: ReturnType<typeof identityOf>;

beforeAll(async () => {
  [key, rsa, stranger] = await Promise.all([
    newTestKey('first'),
    newTestKey('rsa', 'RS256'),
    newTestKey('first'),
  ]);
  issuer = await startIssuer({ keys: [key.jwk, rsa.jwk] });
  other = await startIssuer({ keys: [stranger.jwk] });
  good = {
    iss: issuer.url,
    sub: 'dana',
    aud: RESOURCE,
    exp: SECONDS + 600,
    iat: SECONDS,
    scope: 'read write',
  };
  world = identityOf([{ issuer: issuer.url }, { issuer: other.url, audience: ['api://one', 'api://two'] }]);
});
afterAll(async () => {
  await world.verifier.close();
  await Promise.all([issuer.close(), other.close()]);
});

const text = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const BAD: readonly (readonly [
  what: string,
  fault: string,
  detail: RegExp,
  make: () => Promise<string> | string,
])[] = [
  ['expired', 'expired', /expired at .* it is/, () => sign(key, { ...good, exp: SECONDS - 60 })],
  ['not valid yet', 'not-yet-valid', /valid from/, () => sign(key, { ...good, nbf: SECONDS + 61 })],
  ['issued in the future', 'not-yet-valid', /issued at/, () => sign(key, { ...good, iat: SECONDS + 61 })],
  [
    'issued after it expired',
    'claims',
    /after it expired/,
    () => sign(key, { ...good, iat: SECONDS, exp: SECONDS - 1 }),
  ],
  ['without an expiry', 'claims', /no "exp"/, () => sign(key, { ...good, exp: undefined })],
  [
    'with an expiry in milliseconds',
    'claims',
    /seconds since 1970/,
    () => sign(key, { ...good, exp: SECONDS * 1000 }),
  ],
  [
    'with an expiry that is a text',
    'claims',
    /"exp" is "later"/,
    () => signText(key, JSON.stringify({ ...good, exp: 'later' })),
  ],
  [
    'for another audience',
    'audience',
    /^the token is for "api:\/\/other"; this server takes "https:\/\/tools.example.com\/mcp" \(identity\.issuers\[0\]\.audience\)$/,
    () => sign(key, { ...good, aud: 'api://other' }),
  ],
  ['for an audience that is longer', 'audience', /is for/, () => sign(key, { ...good, aud: `${RESOURCE}/` })],
  ['for nobody', 'audience', /nobody in particular/, () => sign(key, { ...good, aud: undefined })],
  [
    'for the audience of another issuer',
    'audience',
    /"api:\/\/one" or "api:\/\/two"/,
    () => sign(stranger, { ...good, iss: other.url }),
  ],
  [
    'from another issuer',
    'unknown-issuer',
    /is from "https:\/\/evil.example"/,
    () => sign(key, { ...good, iss: 'https://evil.example' }),
  ],
  [
    'from an issuer with a slash more',
    'unknown-issuer',
    /a slash at the end counts/,
    () => sign(key, { ...good, iss: `${issuer.url}/` }),
  ],
  ['from nobody', 'unknown-issuer', /says of no issuer/, () => sign(key, { ...good, iss: undefined })],
  [
    'signed by another key of that name',
    'signature',
    /not made with key "first"/,
    () => sign(stranger, good),
  ],
  [
    'signed by another issuer',
    'signature',
    /not made with/,
    () => sign(key, { ...good, iss: other.url, aud: 'api://one' }),
  ],
  ['that names an unknown key', 'signing-key', /names key "gone"/, () => sign(key, good, { kid: 'gone' })],
  ['that names no key', 'signature', /./, () => sign(stranger, good, { kid: undefined })],
  [
    'whose key is a path',
    'signing-key',
    /not exactly one/,
    () => sign(key, good, { kid: '../../../dev/null' }),
  ],
  [
    'whose key is a URL',
    'signing-key',
    /not exactly one/,
    () => sign(key, good, { kid: 'http://127.0.0.1:1/keys' }),
  ],
  [
    'whose key is a name of JavaScript',
    'signing-key',
    /not exactly one/,
    () => sign(key, good, { kid: '__proto__' }),
  ],
  [
    'whose key is a number',
    'malformed',
    /has to be a text/,
    () => signText(key, JSON.stringify(good), `{"alg":"ES256","kid":7}`),
  ],
  [
    'with a key of its own',
    'signature',
    /not made with/,
    () => sign(stranger, good, { jwk: stranger.jwk, jku: `${other.url}/jwks`, x5u: other.url }),
  ],
  ['without a signature', 'algorithm', /signed with "none"/, () => new UnsecuredJWT(good).encode()],
  [
    'without a signature, in other letters',
    'algorithm',
    /"nOnE"/,
    () => `${text({ alg: 'nOnE' })}.${text(good)}.`,
  ],
  [
    'with its signature cut off',
    'signature',
    /./,
    async () => `${(await sign(key, good)).split('.').slice(0, 2).join('.')}.`,
  ],
  [
    'signed with the public key as a secret',
    'algorithm',
    /"HS256"/,
    async () => {
      const input = `${text({ alg: 'HS256', typ: 'JWT', kid: 'rsa' })}.${text(good)}`;
      return `${input}.${createHmac('sha256', await exportSPKI(rsa.publicKey))
        .update(input)
        .digest('base64url')}`;
    },
  ],
  [
    'whose algorithm is not for its key',
    'signing-key',
    /with ES384/,
    () =>
      sign(key, good).then(
        (token) => `${text({ alg: 'ES384', kid: 'first' })}.${token.split('.').slice(1).join('.')}`,
      ),
  ],
  [
    'whose algorithm is for another use of its key',
    'signing-key',
    /with PS256/,
    () =>
      sign(rsa, good).then(
        (token) => `${text({ alg: 'PS256', kid: 'rsa' })}.${token.split('.').slice(1).join('.')}`,
      ),
  ],
  ['of another type', 'token-type', /"logout\+jwt"/, () => sign(key, good, { typ: 'logout+jwt' })],
  ['about a security event', 'token-type', /"secevent\+jwt"/, () => sign(key, good, { typ: 'secevent+jwt' })],
  ['that is a proof of a key', 'token-type', /"dpop\+jwt"/, () => sign(key, good, { typ: 'dpop+jwt' })],
  ...['ID', 'Refresh', 'Offline', 'Logout'].map(
    (typ) =>
      [
        `of Keycloak, of type ${typ}`,
        'token-type',
        new RegExp(`the issuer says "${typ}"`),
        () => sign(key, { ...good, typ }),
      ] as const,
  ),
  ['with a token inside', 'token-type', /inside of tokens/, () => sign(key, good, { cty: 'JWT' })],
  [
    'with an extension that has to be understood',
    'token-type',
    /extension/,
    () => signText(key, JSON.stringify(good), `{"alg":"ES256","kid":"first","crit":["x"],"x":1}`),
  ],
  ['without a subject', 'claims', /no "sub"/, () => sign(key, { ...good, sub: undefined })],
  ['with an empty subject', 'claims', /"sub" is ""/, () => sign(key, { ...good, sub: '' })],
  ['whose subject is not printable', 'claims', /"sub" is/, () => sign(key, { ...good, sub: 'dana\n' })],
  ['whose subject is too long', 'claims', /"sub" is/, () => sign(key, { ...good, sub: 'd'.repeat(513) })],
  ['whose binding is a text', 'claims', /"cnf"/, () => sign(key, { ...good, cnf: 'key' })],
  [
    'with a claim twice',
    'malformed',
    /named twice/,
    () => signText(key, JSON.stringify(good).replace('{', '{"sub":"root",')),
  ],
  [
    'with a claim twice, spelled otherwise',
    'malformed',
    /named twice/,
    () => signText(key, JSON.stringify(good).replace('{', String.raw`{"s\u0075b":"root",`)),
  ],
  [
    'with a member twice inside a claim',
    'malformed',
    /named twice/,
    () => signText(key, JSON.stringify(good).replace('{', '{"act":{"sub":"a","sub":"b"},')),
  ],
  [
    'with a member of its header twice',
    'malformed',
    /of its header: a member is named twice/,
    () => signText(key, JSON.stringify(good), `{"alg":"ES256","kid":"first","alg":"none"}`),
  ],
  [
    'whose claims are nested deeply',
    'malformed',
    /nested deeper/,
    () => signText(key, `${JSON.stringify(good).slice(0, -1)},"x":${'['.repeat(2000)}${']'.repeat(2000)}}`),
  ],
  ['whose claims are a list', 'malformed', /no JSON object/, () => signText(key, '[]')],
  ['whose claims are no JSON', 'malformed', /no JSON/, () => signText(key, '{sub:1}')],
  ['whose claims are no UTF-8', 'malformed', /UTF-8/, () => signText(key, Buffer.from([0x7b, 0xff, 0x7d]))],
  ['that is oversized', 'oversized', /limit is 16384/, () => sign(key, { ...good, pad: 'x'.repeat(20_000) })],
  ['with four parts', 'unknown-key', /no token of an issuer/, async () => `${await sign(key, good)}.x`],
  [
    'that is encrypted',
    'unknown-key',
    /no token of an issuer/,
    () => `${text({ alg: 'dir', enc: 'A256GCM' })}..a.b.c`,
  ],
  ['that is opaque', 'unknown-key', /no token of an issuer/, () => 'an-opaque.token.with-dots'],
];

describe('a bad token is refused, and the operator is told why', () => {
  test.each(BAD)('one %s', async (_, fault, detail, make) => {
    const token = await make();
    const outcome = await world.outcome(token);
    expect(outcome).toMatchObject({ code: 'UNAUTHENTICATED', fault });
    expect(outcome.detail).toMatch(detail);
    expect(outcome.detail).not.toContain(token.slice(-20));
    // Again, and to somebody who wants to know the steps, it is the same.
    expect(await world.outcome(token)).toMatchObject({ code: 'UNAUTHENTICATED', fault });
    const steps = await world.steps(token);
    expect(steps.filter(({ ok }) => !ok)).toHaveLength(fault === 'oversized' ? 0 : 1);
  });

  test('where nobody knows what this server is called', async () => {
    const own = identityOf([{ issuer: issuer.url }], { resource: undefined });
    expect(await own.outcome(await sign(key, good))).toMatchObject({
      fault: 'audience',
      detail: expect.stringMatching(/set identity\.issuers\[0\]\.audience, or server\.publicUrl/),
    });
    await own.verifier.close();
  });

  test('that is not bound to a key, where tokens have to be', async () => {
    const own = identityOf([{ issuer: issuer.url, dpop: 'require' }]);
    expect(await own.outcome(await sign(key, good))).toMatchObject({ fault: 'binding' });
    const bound = await own.outcome(await sign(key, { ...good, cnf: { jkt: 'k'.repeat(43) } }));
    expect(bound.proof?.confirmation).toEqual({ jkt: 'k'.repeat(43) });
    await own.verifier.close();
  });

  test('that is signed in a way that configuration does not take', async () => {
    const own = identityOf([{ issuer: issuer.url, algorithms: ['RS256'] }]);
    expect(await own.outcome(await sign(key, good))).toMatchObject({ fault: 'algorithm' });
    expect(await own.outcome(await sign(rsa, good))).toHaveProperty('proof');
    await own.verifier.close();
  });
});
