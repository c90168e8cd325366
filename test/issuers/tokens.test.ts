import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newTestKey, sign, startIssuer, type TestIssuer, type TestKey } from './support/issuer.ts';
import { identityOf, RESOURCE, SECONDS } from './support/verifier.ts';

let issuer: TestIssuer;
let key: TestKey;
let good: Record<string, unknown>;
let world: ReturnType<typeof identityOf>;

beforeAll(async () => {
  key = await newTestKey('first');
  issuer = await startIssuer({ keys: [key.jwk] });
  good = {
    iss: issuer.url,
    sub: 'dana',
    aud: RESOURCE,
    exp: SECONDS + 600,
    iat: SECONDS,
    scope: 'read write',
  };
  world = identityOf([{ issuer: issuer.url }]);
});
afterAll(async () => {
  await world.verifier.close();
  await issuer.close();
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

  test('is known at once when it comes again', async () => {
    const token = await sign(key, good);
    const { proof } = await world.outcome(token);
    expect(world.atOnce(token)).toBe(proof);
  });

  test('for another audience is refused, and the operator is told what to do', async () => {
    const token = await sign(key, { ...good, aud: 'api://other' });
    expect(await world.outcome(token)).toMatchObject({
      code: 'UNAUTHENTICATED',
      fault: 'audience',
      detail: `the token is for "api://other"; this server takes "${RESOURCE}" (identity.issuers[0].audience)`,
    });
    expect((await world.steps(token)).at(-1)).toMatchObject({ name: 'audience', ok: false });
  });
});
