import { exportJWK, generateKeyPair, generateSecret } from 'jose';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readKeySet } from '../../src/identity/issuers/key-set.ts';
import { freshFor } from '../../src/identity/issuers/key-source.ts';
import { newTestKey, sign, startIssuer, type TestIssuer, type TestKey } from './support/issuer.ts';
import { identityOf, RESOURCE, SECONDS } from './support/verifier.ts';

let first: TestKey;
let issuer: TestIssuer;
beforeAll(async () => {
  first = await newTestKey('first');
});
beforeEach(async () => {
  issuer = await startIssuer({ keys: [first.jwk] });
});
afterEach(() => issuer.close());

const token = (key: TestKey): Promise<string> =>
  sign(key, { iss: issuer.url, sub: 'dana', aud: RESOURCE, exp: SECONDS + 600 });

const TEN_MEGABYTES = Buffer.from(`{"keys":[${'{"kty":"oct"},'.repeat(750_000)}{}]}`);

const HOSTILE: readonly (readonly [what: string, answer: TestIssuer['answer'], said: RegExp])[] = [
  ['10 MB long', (_, response) => response.end(TEN_MEGABYTES), /longer than 1048576 bytes/],
  [
    'endless',
    (_, response) => {
      const chunk = Buffer.alloc(65_536, ' ');
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    },
    /longer than 1048576 bytes/,
  ],
  ['never begun', () => {}, /no whole answer within 400 ms/],
  [
    'dripping',
    (_, response) => {
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    },
    /no whole answer within 400 ms/,
  ],
  ['a redirect', (_, response) => response.writeHead(302, { location: '/elsewhere' }).end(), /answered 302/],
  ['an error', (_, response) => response.writeHead(500).end(), /answered 500/],
  ['no JSON', (_, response) => response.end('<html>'), /no JSON/],
  ['no key set', (_, response) => response.end('{"keys":{}}'), /no list "keys"/],
  [
    'a thousand keys',
    (_, response) => response.end(JSON.stringify({ keys: Array.from({ length: 1000 }, () => ({})) })),
    /1000 keys; the limit is 100/,
  ],
];

test.each(HOSTILE)('an answer that is %s gives no keys, and says so', async (_, answer, said) => {
  const own = identityOf([{ issuer: issuer.url, jwks: { url: `${issuer.url}/jwks` } }], { timeoutMs: 400 });
  issuer.answer = answer;
  const outcome = await own.outcome(await token(first));
  expect(outcome.code).toBe('IDENTITY_UNAVAILABLE');
  expect(outcome.detail).toMatch(said);
  expect(issuer.asked).toEqual(['/jwks']);
  await own.verifier.close();
});

describe('of the keys that an issuer publishes', () => {
  test('only those that can check a signature are used', async () => {
    const { publicKey } = await generateKeyPair('ES256', { extractable: true });
    const [ec, small] = await Promise.all([exportJWK(publicKey), weakRsa()]);
    const secret = await exportJWK(await generateSecret('HS256', { extractable: true }));
    const secretHalf = await exportJWK(first.privateKey);
    const { keys, ignored } = readKeySet({
      keys: [
        { ...ec, kid: 'good' },
        { ...ec, kid: 'enc', use: 'enc' },
        { ...ec, kid: 'ops', key_ops: ['sign'] },
        { ...ec, kid: 'alg', alg: 'RS256' },
        { ...ec, kid: 'hs', alg: 'HS256' },
        { ...ec, kid: 7 },
        { ...ec, x: 'AAAA', kid: 'off the curve' },
        { ...secret, kid: 'oct' },
        { ...secretHalf, kid: 'secret' },
        { ...small, kid: 'small' },
        { kty: 'EC', crv: 'secp256k1', x: 'AA', y: 'AA' },
        { kty: '__proto__' },
        'text',
        null,
      ],
    });
    expect(keys.map(({ kid }) => kid)).toEqual(['good']);
    expect(ignored).toHaveLength(13);
    expect(ignored.join('\n')).toMatch(/keys\[9\]: it has 1024 bits; 2048 to 8192 are taken/);
  });

  test('two of one name and kind are none, and one that is there twice is one', async () => {
    const second = (await newTestKey('second')).jwk;
    expect(readKeySet({ keys: [first.jwk, { ...second, kid: 'first' }] }).keys).toEqual([]);
    expect(readKeySet({ keys: [first.jwk, { ...first.jwk }] }).keys).toHaveLength(1);
  });

  test.each([undefined, null, 7, 'x', [], {}, { keys: null }, { keys: { length: 1 } }])(
    '%j is no set',
    (document) => {
      expect(() => readKeySet(document)).toThrow(/no JWK set/);
    },
  );
});

async function weakRsa() {
  const { publicKey } = await crypto.subtle.generateKey(
    {
      name: 'RSASSA-PKCS1-v1_5',
      modulusLength: 1024,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: 'SHA-256',
    },
    true,
    ['sign', 'verify'],
  );
  return crypto.subtle.exportKey('jwk', publicKey);
}

test.each([
  [undefined, 10],
  ['max-age=600', 10],
  ['public, max-age=3600, must-revalidate', 60],
  ['max-age=1', 5],
  ['max-age=99999999', 24 * 60],
  ['no-store', 5],
  ['no-cache, max-age=9999', 5],
  ['s-maxage=99999', 10],
  ['max-age=-1', 10],
  ['max-age=x', 10],
])('keys with Cache-Control %j are fresh for %i minutes', (header, minutes) => {
  expect(freshFor(header)).toBe(minutes * 60_000);
});
