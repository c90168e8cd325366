import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newTestKey, sign, startIssuer, type TestIssuer, type TestKey } from './support/issuer.ts';
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

describe('a token of an issuer', () => {
  test('is its subject, with what its claims say', async () => {
    const { proof } = await world.outcome(await sign(key, { ...good, jti: 'one' }));
    expect(proof).toMatchObject({
      kind: 'jwt',
      principal: { issuer: issuer.url, subject: 'dana', scopes: ['read', 'write'] },
      expiresAt: (SECONDS + 660) * 1000,
      issuedAt: SECONDS * 1000,
      tokenId: 'one',
    });
  });

  test.each([
    ['with an audience among others', () => sign(key, { ...good, aud: ['api://x', RESOURCE] })],
    ['of an RSA key', () => sign(rsa, good)],
    ['that says nothing of its type', () => sign(key, good, { typ: undefined })],
    ['of type JWT', () => sign(key, good, { typ: 'JWT' })],
    ['of type application/at+jwt', () => sign(key, good, { typ: 'application/at+JWT' })],
    [
      'that expired within the allowance for clocks',
      () => sign(key, { ...good, exp: SECONDS - 59, iat: SECONDS - 600 }),
    ],
    ['that is valid soon enough', () => sign(key, { ...good, nbf: SECONDS + 60, iat: SECONDS + 60 })],
    [
      'of another issuer, for its own audience',
      () => sign(stranger, { ...good, iss: other.url, aud: 'api://two' }),
    ],
  ])('is taken: one %s', async (_, make) => {
    const token = await make();
    expect(await world.outcome(token)).toHaveProperty('proof');
    expect((await world.steps(token)).slice(0, 11).map(({ name, ok }) => [name, ok])).toEqual(
      [
        'format',
        'issuer',
        'algorithm',
        'type',
        'audience',
        'time',
        'subject',
        'binding',
        'key set',
        'signature',
        'claims',
      ].map((name) => [name, true]),
    );
  });

  test('is known at once when it comes again, until it expires', async () => {
    const own = identityOf([{ issuer: issuer.url }]);
    const token = await sign(key, good);
    const { proof } = await own.outcome(token);
    expect(own.atOnce(token)).toBe(proof);
    own.advance(659_999);
    expect(own.atOnce(token)).toBe(proof);
    own.advance(1);
    expect(await own.outcome(token)).toMatchObject({ fault: 'expired' });
    expect(own.identity.holds(proof!)).toBe(false);
    await own.verifier.close();
  });

  test('has the principal of the token before it, the same object', async () => {
    const one = await world.outcome(
      await sign(key, { ...good, jti: 'a', exp: SECONDS + 500, iat: SECONDS - 5 }),
    );
    const two = await world.outcome(await sign(key, { ...good, jti: 'b', exp: SECONDS + 900 }));
    expect(two.proof!.principal).toBe(one.proof!.principal);
    expect(two.proof).not.toBe(one.proof);
  });

  test.each([
    [{ jkt: 'x'.repeat(43) }, { jkt: 'x'.repeat(43) }],
    [{ 'x5t#S256': 'abc' }, { other: ['x5t#S256'] }],
    [{ jkt: 'x'.repeat(43), 'x5t#S256': 'abc' }, { other: ['jkt', 'x5t#S256'] }],
    [{ jkt: 'short' }, { other: ['jkt'] }],
    [{}, { other: [] }],
  ])('that is bound to %j is bound to %j', async (cnf, confirmation) => {
    const { proof } = await world.outcome(await sign(key, { ...good, cnf }));
    expect(proof?.confirmation).toEqual(confirmation);
  });
});

test('a good token with another byte anywhere is a bad one', async () => {
  const tokens = await Promise.all([sign(key, good), sign(rsa, good)]);
  for (const token of tokens) expect(await world.outcome(token)).toHaveProperty('proof');
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~+/='.split('');
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...tokens),
      fc.nat(2000),
      fc.constantFrom(...alphabet),
      fc.constantFrom('replace', 'insert', 'remove'),
      async (token, place, letter, how) => {
        const at = place % token.length;
        const changed =
          token.slice(0, at) + (how === 'remove' ? '' : letter) + token.slice(how === 'insert' ? at : at + 1);
        if (changed === token) return;
        expect((await world.outcome(changed)).code).toBe('UNAUTHENTICATED');
      },
    ),
    { numRuns: 500 },
  );
  // The last letter of a signature holds bits that stand for nothing: another spelling is another token.
  for (const token of tokens) {
    for (const letter of alphabet) {
      const changed = token.slice(0, -1) + letter;
      if (changed !== token) expect((await world.outcome(changed)).code).toBe('UNAUTHENTICATED');
    }
  }
});
