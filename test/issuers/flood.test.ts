import { hash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createRecent } from '../../src/identity/bounds/recent.ts';
import { createTokenCache } from '../../src/identity/issuers/token-cache.ts';
import type { Principal } from '../../src/identity/principal.ts';
import type { Proof } from '../../src/identity/proof.ts';
import { newTestKey, sign, startIssuer, type TestIssuer, type TestKey } from './support/issuer.ts';
import { identityOf, RESOURCE, SECONDS } from './support/verifier.ts';

let key: TestKey;
let issuer: TestIssuer;
let good: string;
beforeAll(async () => {
  key = await newTestKey('first');
  issuer = await startIssuer({ keys: [key.jwk] });
  good = await sign(key, claims());
});
afterAll(() => issuer.close());
afterEach(() => vi.restoreAllMocks());

const claims = (): object => ({ iss: issuer.url, sub: 'dana', aud: RESOURCE, exp: SECONDS + 600 });
/** As many tokens as are wanted, each with a signature that nobody made. */
const forged = (count: number): string[] => {
  const [head] = good.split('.');
  return Array.from({ length: count }, (_, index) => {
    const payload = Buffer.from(JSON.stringify({ ...claims(), jti: String(index) })).toString('base64url');
    return `${head}.${payload}.${Buffer.alloc(64, index).toString('base64url')}`;
  });
};
const count = (items: readonly (string | undefined)[], what: string): number =>
  items.filter((item) => item === what).length;

describe('a flood of bad tokens', () => {
  test('has so many signatures checked at a time, and the rest is told to come again', async () => {
    const world = identityOf([{ issuer: issuer.url }]);
    await world.outcome(good);
    let running = 0;
    let most = 0;
    const verify = crypto.subtle.verify.bind(crypto.subtle);
    vi.spyOn(crypto.subtle, 'verify').mockImplementation(async (...given) => {
      running += 1;
      most = Math.max(most, running);
      const answer = await verify(...given);
      running -= 1;
      return answer;
    });
    const outcomes = Promise.all(forged(1500).map(world.outcome));
    // Who was verified before does not wait in line.
    expect(world.atOnce(good).principal.subject).toBe('dana');
    const faults = (await outcomes).map(({ fault }) => fault);
    expect(count(faults, 'signature')).toBe(1016);
    expect(count(faults, 'too-many')).toBe(1500 - 1016);
    expect(most).toBeLessThanOrEqual(16);
    const refused = (await outcomes).find(({ fault }) => fault === 'too-many');
    expect(refused).toMatchObject({ code: 'IDENTITY_UNAVAILABLE', data: { retryAfterMs: 1000 } });
    expect(await world.outcome(await sign(key, { ...claims(), jti: 'later' }))).toHaveProperty('proof');
    await world.verifier.close();
  });

  test('of one token has its signature checked once', async () => {
    const world = identityOf([{ issuer: issuer.url }]);
    const [bad] = forged(1);
    const verify = vi.spyOn(crypto.subtle, 'verify');
    const together = await Promise.all(Array.from({ length: 100 }, () => world.outcome(bad!)));
    for (let round = 0; round < 100; round += 1) together.push(await world.outcome(bad!));
    expect(
      count(
        together.map(({ fault }) => fault),
        'signature',
      ),
    ).toBe(200);
    expect(verify).toHaveBeenCalledTimes(1);
    await world.verifier.close();
  });

  test('that is refused by what is cheap has no signature checked and no key asked for', async () => {
    const world = identityOf([{ issuer: issuer.url }]);
    const fetches = issuer.asked.length;
    const verify = vi.spyOn(crypto.subtle, 'verify');
    const late = await sign(key, { ...claims(), exp: SECONDS - 100 });
    verify.mockClear();
    for (const token of [
      late,
      await sign(key, { ...claims(), aud: 'x' }),
      await sign(key, { ...claims(), iss: 'x' }),
    ]) {
      expect(await world.outcome(token)).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    expect(verify).not.toHaveBeenCalled();
    expect(issuer.asked.length).toBe(fetches);
    await world.verifier.close();
  });

  test('for a slow issuer waits for its keys in bounded number, and other issuers are not held up', async () => {
    const slow = await startIssuer();
    const release = Promise.withResolvers<void>();
    slow.answer = (_, response) => void release.promise.then(() => response.writeHead(503).end());
    const world = identityOf([{ issuer: issuer.url }, { issuer: slow.url }]);
    const tokens = await Promise.all(
      Array.from({ length: 300 }, (_, index) =>
        sign(key, { ...claims(), iss: slow.url, jti: String(index) }),
      ),
    );
    const outcomes = tokens.map(world.outcome);
    expect(await world.outcome(good)).toHaveProperty('proof');
    release.resolve();
    const codes = (await Promise.all(outcomes)).map(({ code, fault }) => fault ?? code);
    expect(count(codes, 'too-many')).toBe(100);
    expect(count(codes, 'IDENTITY_UNAVAILABLE')).toBe(200);
    expect(slow.asked.length).toBeLessThanOrEqual(2);
    await world.verifier.close();
    await slow.close();
  });
});

const digest = (index: number): Buffer => hash('sha256', String(index), 'buffer');
const principal = (subject: string): Principal => ({
  issuer: 'i',
  subject,
  scopes: ['a'],
  groups: [],
  claims: {},
});
const toProof = (who: Principal): Proof => ({ principal: who, kind: 'jwt', expiresAt: Infinity });

describe('what is remembered of tokens', () => {
  test('has an end: those that nobody showed the longest make room', () => {
    const cache = createTokenCache(100);
    for (let index = 0; index < 1000; index += 1) {
      cache.put(digest(index), principal(String(index)), toProof);
      expect(cache.get(digest(0))?.principal.subject).toBe('0');
    }
    expect(cache.size).toBe(100);
    expect(cache.get(digest(900))).toBeUndefined();
    expect(cache.get(digest(901))).toBeDefined();
  });

  test('is one principal for one caller, for as long as a token of it is there', () => {
    const cache = createTokenCache(2);
    const first = cache.put(digest(1), principal('dana'), toProof).principal;
    expect(cache.put(digest(2), principal('dana'), toProof).principal).toBe(first);
    cache.delete(digest(1));
    expect(cache.put(digest(3), principal('dana'), toProof).principal).toBe(first);
    cache.sweep(() => true);
    expect(cache.size).toBe(0);
    expect(cache.put(digest(1), principal('dana'), toProof).principal).not.toBe(first);
  });

  test('keeps claims as they are, whatever they are called', () => {
    const said = JSON.parse(
      '{"__proto__":{"a":1},"list":["x",null,1.5,{"b":[true]}],"toString":"t"}',
    ) as Principal['claims'];
    const kept = createTokenCache().put(digest(1), { ...principal('dana'), claims: said }, toProof).principal
      .claims;
    expect(JSON.stringify(kept)).toBe(JSON.stringify(said));
    expect(Object.getPrototypeOf(kept)).toBe(Object.prototype);
  });

  test('of bad ones has an end as well', () => {
    const bad = createRecent<string>(10);
    for (let index = 0; index < 100; index += 1) bad.put(`${index}`, 'bad', 0, 10_000);
    expect(bad.size).toBe(10);
    expect(bad.get('99', 9_999)).toBe('bad');
    expect(bad.get('99', 10_000)).toBeUndefined();
    bad.put('99', 'bad', 50_000, 10_000);
    expect(bad.get('99', 10_000)).toBeUndefined();
    bad.clear();
    expect(bad.get('99', 50_000)).toBeUndefined();
  });
});
