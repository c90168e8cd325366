import * as fc from 'fast-check';
import { exportJWK } from 'jose';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BailiwickError } from '../../src/errors.ts';
import { readProof } from '../../src/identity/dpop/read-proof.ts';
import { ProofFault } from '../../src/identity/dpop/proof-fault.ts';
import { targetUrls, toComparable } from '../../src/identity/dpop/target-url.ts';
import {
  BASE,
  createGateway,
  createHolder,
  openStore,
  proofBy,
  type Holder,
  type ProofParts,
  type ShowOptions,
} from './fixtures.ts';

let holder: Holder;
let thief: Holder;
let rsa: Holder;
let gateway: ReturnType<typeof createGateway>;
const seconds = (count: number) => Date.parse('2026-11-20T12:00:00Z') / 1000 + count;

beforeAll(async () => {
  [holder, thief, rsa] = await Promise.all([createHolder(), createHolder(), createHolder('RS256')]);
});
beforeEach(() => {
  gateway = createGateway();
});

const bound = (): ShowOptions => ({ bound: { jkt: holder.jkt } });

describe('a token that is bound to a key', () => {
  test('is taken with a proof of that key', async () => {
    const steps: string[] = [];
    const how: ShowOptions = { ...bound(), trace: ({ name, ok }) => void steps.push(`${name} ${ok}`) };
    expect(await gateway.show(await proofBy(holder), how)).toBe('ok');
    expect(steps).toEqual(['proof of possession true']);
  });

  test.each(['ES256', 'ES384', 'ES512', 'EdDSA', 'PS256', 'RS256'])('by a key of %s', async (algorithm) => {
    const other = algorithm === 'RS256' ? rsa : await createHolder(algorithm);
    expect(await gateway.show(await proofBy(other), { bound: { jkt: other.jkt } })).toBe('ok');
  });

  const URLS: readonly [string, string, string][] = [
    [`${BASE}/mcp?any=thing#there`, '/mcp', 'ok'],
    [`${BASE}/mcp`, '/mcp?cursor=1', 'ok'],
    ['HTTPS://TOOLS.example.com:443/gateway/./mcp', '/mcp', 'ok'],
    [`${BASE}/mcp/%68elpdesk`, '/mcp/helpdesk', 'ok'],
    [`${BASE}/mcp/a%2fb`, '/mcp/a%2Fb', 'ok'],
    [`${BASE}/mcp/helpdesk`, '/mcp', 'proof-of-possession'],
    [`${BASE}/mcp/`, '/mcp', 'proof-of-possession'],
    ['https://tools.example.com/mcp', '/mcp', 'proof-of-possession'],
    ['http://tools.example.com/gateway/mcp', '/mcp', 'proof-of-possession'],
    ['https://tools.example.com:8443/gateway/mcp', '/mcp', 'proof-of-possession'],
    ['https://dana@tools.example.com/gateway/mcp', '/mcp', 'proof-of-possession'],
    ['https://evil.example/gateway/mcp', '/mcp', 'proof-of-possession'],
    ['/gateway/mcp', '/mcp', 'proof-of-possession'],
  ];
  test.each(URLS)('a proof for %s at %s: %s', async (htu, target, expected) => {
    expect(await gateway.show(await proofBy(holder, { claims: { htu } }), { ...bound(), target })).toBe(
      expected,
    );
  });

  const BAD: readonly [string, () => ProofParts | Promise<ProofParts>][] = [
    ['of another type', () => ({ header: { typ: 'jwt' } })],
    ['without a type', () => ({ header: { typ: undefined } })],
    ['by another key, named as it is', () => ({ header: { jwk: thief.jwk }, signer: thief })],
    ['by another key, in the name of the right one', () => ({ signer: thief })],
    ['with the private key in it', async () => ({ header: { jwk: await exportJWK(holder.privateKey) } })],
    ['with a shared key', () => ({ header: { jwk: { kty: 'oct', k: 'AAAA' } } })],
    ['without a key', () => ({ header: { jwk: undefined } })],
    ['with a critical extension', () => ({ header: { crit: ['b64'], b64: true } })],
    ['for another method', () => ({ claims: { htm: 'GET' } })],
    ['for the method in lower case', () => ({ claims: { htm: 'post' } })],
    ['that is too old', () => ({ claims: { iat: seconds(-91) } })],
    ['of the future', () => ({ claims: { iat: seconds(31) } })],
    ['without a time', () => ({ claims: { iat: undefined } })],
    ['with a time that is a text', () => ({ claims: { iat: '1' } })],
    ['for another token', () => ({ claims: { ath: 'x'.repeat(43) } })],
    ['for no token', () => ({ claims: { ath: undefined } })],
    ['without an id', () => ({ claims: { jti: undefined } })],
    ['with an empty id', () => ({ claims: { jti: '' } })],
    ['with an id of 1 kB', () => ({ claims: { jti: 'x'.repeat(1024) } })],
  ];
  test.each(BAD)('is refused with a proof %s', async (_, parts) => {
    expect(await gateway.show(await proofBy(holder, await parts()), bound())).toBe('proof-of-possession');
  });

  test.each([
    ['no proof', undefined],
    ['an empty one', ''],
    ['no JWT', 'proof'],
    ['one of 10 kB', `${'a'.repeat(10_000)}.a.a`],
    ['a JWT without a signature', 'eyJhbGciOiJub25lIn0.e30.'],
  ])('is refused with %s', async (_, header) => {
    expect(await gateway.show(header, bound())).toBe('proof-of-possession');
  });

  test('is refused with two proofs, as Node joins headers and as a list', async () => {
    const [first, second] = await Promise.all([proofBy(holder), proofBy(holder)]);
    expect(await gateway.show(`${first}, ${second}`, bound())).toBe('proof-of-possession');
    expect(await gateway.show([first, second], bound())).toBe('proof-of-possession');
    // Neither was used up.
    expect(await gateway.show(first, bound())).toBe('ok');
  });

  test('is refused as Bearer, and so is a token that is bound to nothing as DPoP', async () => {
    const proof = await proofBy(holder);
    expect(await gateway.show(proof, { ...bound(), scheme: 'Bearer' })).toBe('binding');
    expect(await gateway.show(proof, { bound: undefined })).toBe('binding');
    expect(await gateway.show(undefined, { bound: undefined, scheme: 'Bearer' })).toBe('ok');
  });

  test('is refused where it is bound by something that cannot be checked, saying by what', async () => {
    const details: string[] = [];
    const how: ShowOptions = {
      bound: { other: ['x5t#S256'] },
      trace: ({ ok, detail }) => void details.push(`${ok} ${detail}`),
    };
    expect(await gateway.show(await proofBy(holder), how)).toBe('binding');
    expect(details).toEqual([expect.stringContaining('false the token is bound by x5t#S256')]);
  });
});

describe('a proof', () => {
  test('is taken once, at whichever replica', async () => {
    const other = createGateway({}, { store: gateway.store });
    const proof = await proofBy(holder);
    const outcomes = await Promise.all([gateway, other, gateway].map((one) => one.show(proof, bound())));
    expect(outcomes.toSorted()).toEqual(['ok', 'proof-of-possession', 'proof-of-possession']);
    gateway.pass(89_000);
    expect(await gateway.show(proof, bound())).toBe('proof-of-possession');
  });

  test('is taken once also where the clock of the store is most of a minute ahead', async () => {
    const store = openStore();
    const put: typeof store.put = (key, value, options) =>
      store.put(key, value, { ...options, now: options.now + 55_000 });
    const fast = createGateway({}, { store: { ...store, put } });
    const proof = await proofBy(holder);
    expect(await fast.show(proof, bound())).toBe('ok');
    fast.pass(89_000);
    expect(await fast.show(proof, bound())).toBe('proof-of-possession');
  });

  test('is not used up by a request that is refused for something else', async () => {
    const proof = await proofBy(holder);
    expect(await gateway.show(proof, { ...bound(), method: 'GET' })).toBe('proof-of-possession');
    expect(await gateway.show(proof, { ...bound(), target: '/mcp/other' })).toBe('proof-of-possession');
    expect(await gateway.show(proof, { bound: { jkt: thief.jkt } })).toBe('proof-of-possession');
    expect(await gateway.show(proof, bound())).toBe('ok');
  });

  test('of one key uses up no id of another', async () => {
    const claims = { jti: 'the-same-id' };
    const stolen = await proofBy(thief, { claims });
    expect(await gateway.show(stolen, { bound: { jkt: thief.jkt } })).toBe('ok');
    expect(await gateway.show(await proofBy(holder, { claims }), bound())).toBe('ok');
  });

  test('is taken by nobody while it cannot be known whether it was shown before', async () => {
    const store = openStore();
    const away = createGateway(
      {},
      {
        store: {
          ...store,
          put: () => Promise.reject(new BailiwickError('STATE_UNAVAILABLE', 'the store is away')),
        },
      },
    );
    expect(await away.show(await proofBy(holder), bound())).toBe('IDENTITY_UNAVAILABLE');
  });

  test('is looked at with bounded work however many come at once', async () => {
    const store = openStore();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const slow = createGateway({}, { store: { ...store, put: () => promise } });
    const proof = await proofBy(holder);
    const shown = Array.from({ length: 1001 }, () => slow.show(proof, bound()));
    expect(await shown.at(-1)).toBe('too-many');
    resolve(true);
    expect(new Set(await Promise.all(shown.slice(0, 1000)))).toEqual(new Set(['ok']));
  });

  test('of any text is refused, and breaks nothing', () => {
    const part = fc.oneof(
      fc.base64String().map((text) => text.replace(/[+/=]/g, '_')),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
      fc
        .record(
          {
            typ: fc.constant('dpop+jwt'),
            alg: fc.constantFrom('ES256', 'none', 'HS256'),
            jwk: fc.anything(),
          },
          { requiredKeys: [] },
        )
        .map((header) =>
          Buffer.from(
            JSON.stringify(header, (_, value: unknown) => (typeof value === 'bigint' ? 0 : value)),
          ).toString('base64url'),
        ),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.tuple(part, part, part).map((all) => all.join('.')),
        ),
        (text) => {
          expect(() => readProof(text)).toThrow(ProofFault);
        },
      ),
    );
  });
});

describe('with identity.dpop.nonce a proof', () => {
  test('has to hold a nonce of the last minutes, of any replica, and is not used up without one', async () => {
    const first = createGateway({ nonce: true });
    const second = createGateway({ nonce: true }, { store: first.store });
    let nonce: string | undefined;
    const onError = (error: BailiwickError) => void (nonce = first.nonceFor(error));
    const proof = await proofBy(holder);
    expect(await first.show(proof, { ...bound(), onError })).toBe('proof-nonce');
    expect(nonce).toMatch(/^[\w.-]{40,200}$/);
    const later = (change: object = {}) => proofBy(holder, { claims: { nonce, ...change } });
    expect(await second.show(await later(), bound())).toBe('ok');
    expect(await second.show(await later({ nonce: `${nonce}x` }), bound())).toBe('proof-nonce');
    expect(await second.show(await later({ nonce: 'a.b.c' }), bound())).toBe('proof-nonce');
    second.pass(360_000);
    expect(await second.show(await later({ iat: seconds(360) }), bound())).toBe('proof-nonce');
  });
});

describe('URLs', () => {
  test('of a listener on this machine may have any of its names', () => {
    expect(targetUrls('http://localhost:8808', '/mcp?x=1')).toEqual([
      'http://localhost:8808/mcp',
      'http://127.0.0.1:8808/mcp',
      'http://[::1]:8808/mcp',
    ]);
    expect(targetUrls('https://tools.example', 'https://other.example/mcp')).toEqual([
      'https://tools.example/mcp',
    ]);
  });

  test('compare as they did once they are normalised, whatever they are', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
        const comparable = toComparable(url);
        expect(comparable).not.toMatch(/[?#]/);
        expect(toComparable(comparable ?? '')).toBe(comparable);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (target) => {
        for (const url of targetUrls(BASE, target)) expect(url).toMatch(/^https:\/\/tools\.example\.com\//);
      }),
    );
  });
});
