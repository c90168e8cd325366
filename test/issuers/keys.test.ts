import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { IssuerSettings } from '../../src/identity/issuers/settings.ts';
import { newTestKey, sign, startIssuer, type TestIssuer, type TestKey } from './support/issuer.ts';
import { identityOf, RESOURCE, SECONDS } from './support/verifier.ts';

let first: TestKey;
let second: TestKey;
let issuer: TestIssuer;
let world: ReturnType<typeof identityOf>;
const MINUTE = 60_000;

beforeAll(async () => {
  [first, second] = await Promise.all([newTestKey('first'), newTestKey('second')]);
});
beforeEach(async () => {
  issuer = await startIssuer({ keys: [first.jwk] });
  world = identityOf([{ issuer: issuer.url }]);
});
afterEach(async () => {
  await world.verifier.close();
  await issuer.close();
});

const token = (key: TestKey, more: object = {}, header: Record<string, unknown> = {}): Promise<string> =>
  sign(key, { iss: issuer.url, sub: 'dana', aud: RESOURCE, exp: SECONDS + 100_000, ...more }, header);
const nameless = (key: TestKey, jti: string): Promise<string> => token(key, { jti }, { kid: undefined });
const down = (): void => {
  issuer.answer = (request) => request.socket.destroy();
};
const fetched = (times: number): Promise<void> =>
  vi.waitFor(() => expect(issuer.fetches()).toBe(times), { interval: 2 });

describe('the keys of an issuer', () => {
  test('are fetched once for many tokens at the same time', async () => {
    const tokens = await Promise.all(
      Array.from({ length: 50 }, (_, index) => token(first, { jti: String(index) })),
    );
    const outcomes = await Promise.all(tokens.map(world.outcome));
    expect(outcomes.every(({ proof }) => proof)).toBe(true);
    expect(issuer.fetches()).toBe(1);
  });

  test('are not fetched before somebody is expected', async () => {
    await setImmediate();
    expect(issuer.asked).toEqual([]);
    world.verifier.serve();
    await fetched(1);
  });

  test('are renewed in the background before they are stale, and nobody waits', async () => {
    const good = await token(first);
    await world.outcome(good);
    world.advance(8 * MINUTE - 1);
    expect(issuer.fetches()).toBe(1);
    world.advance(1);
    world.atOnce(good);
    await fetched(2);
  });

  test('that are gone take what was verified with them with them', async () => {
    const good = await token(first);
    const { proof } = await world.outcome(good);
    issuer.keys = [second.jwk];
    world.advance(8 * MINUTE);
    await vi.waitFor(() => expect(world.losses()).toBe(1), { interval: 2 });
    expect(world.identity.holds(proof!)).toBe(false);
    expect(await world.outcome(good)).toMatchObject({ code: 'UNAUTHENTICATED', fault: 'signing-key' });
    expect(await world.outcome(await token(second))).toHaveProperty('proof');
  });

  test('that stay keep what was verified with them when others come and go', async () => {
    const good = await token(first);
    const { proof } = await world.outcome(good);
    issuer.keys = [second.jwk, first.jwk];
    expect(await world.outcome(await token(second))).toHaveProperty('proof');
    expect(issuer.fetches()).toBe(2);
    expect(world.atOnce(good)).toBe(proof);
    expect(world.losses()).toBe(0);
  });

  test('are asked for once where a token names one that is unknown, and then not again for a while', async () => {
    await world.outcome(await token(first));
    const unknown = await Promise.all(
      Array.from({ length: 30 }, () => token(second, { jti: crypto.randomUUID() })),
    );
    for (const one of unknown) expect(await world.outcome(one)).toMatchObject({ fault: 'signing-key' });
    expect(issuer.fetches()).toBe(2);
    issuer.keys = [first.jwk, second.jwk];
    world.advance(29_999);
    expect(await world.outcome(unknown[0]!)).toMatchObject({ fault: 'signing-key' });
    world.advance(1);
    expect(await world.outcome(unknown[0]!)).toHaveProperty('proof');
    expect(issuer.fetches()).toBe(3);
  });

  test('that tokens do not name are asked for where a signature is by none of them, and then not again for a while', async () => {
    expect(await world.outcome(await nameless(first, 'a'))).toHaveProperty('proof');
    issuer.keys = [second.jwk];
    expect(await world.outcome(await nameless(second, 'b'))).toHaveProperty('proof');
    expect(await world.outcome(await nameless(first, 'a'))).toMatchObject({ fault: 'signature' });
    for (const jti of 'cdef') {
      expect(await world.outcome(await nameless(first, jti))).toMatchObject({ fault: 'signature' });
    }
    expect(issuer.fetches()).toBe(2);
  });

  test('with the name of a former one are other keys', async () => {
    const impostor = await newTestKey('first');
    const forged = await token(impostor);
    expect(await world.outcome(forged)).toMatchObject({ fault: 'signature' });
    issuer.keys = [impostor.jwk];
    world.advance(8 * MINUTE);
    await vi.waitFor(() => expect(world.losses()).toBe(1), { interval: 2 });
    expect(await world.outcome(forged)).toHaveProperty('proof');
  });

  test('are used for an hour after they are due while the issuer is down, and then nothing counts', async () => {
    const good = await token(first);
    const { proof } = await world.outcome(good);
    down();
    world.advance(70 * MINUTE - 1);
    expect(await world.outcome(good)).toHaveProperty('proof');
    expect(await world.outcome(await token(first, { jti: 'new' }))).toHaveProperty('proof');
    expect(world.identity.holds(proof!)).toBe(true);
    world.advance(1);
    expect(await world.outcome(good)).toMatchObject({
      code: 'IDENTITY_UNAVAILABLE',
      data: { retryAfterMs: 5000 },
    });
    expect(world.identity.holds(proof!)).toBe(false);
    issuer.answer = undefined;
    world.advance(10_000);
    await vi.waitFor(async () => expect(await world.outcome(good)).toHaveProperty('proof'), { interval: 2 });
  });

  test('that are unknown while the issuer is down are no refusal: nobody knows', async () => {
    await world.outcome(await token(first));
    down();
    expect(await world.outcome(await token(second))).toMatchObject({ code: 'IDENTITY_UNAVAILABLE' });
    expect(await world.outcome(await token(second))).toMatchObject({ code: 'IDENTITY_UNAVAILABLE' });
    expect(await world.outcome(await token(first, { jti: 'x' }))).toHaveProperty('proof');
  });

  test('of an issuer that is down from the start are asked for again, but not by each token', async () => {
    down();
    for (let round = 0; round < 20; round += 1) {
      expect(await world.outcome(await token(first))).toMatchObject({ code: 'IDENTITY_UNAVAILABLE' });
    }
    expect(issuer.asked.length).toBeLessThanOrEqual(2);
    const [told, ...more] = world.logged.filter((line) => line.includes('cannot be fetched'));
    expect(more).toEqual([]);
    expect(told).not.toContain('    at ');
    issuer.answer = undefined;
    world.advance(10_000);
    await vi.waitFor(async () => expect(await world.outcome(await token(first))).toHaveProperty('proof'));
    expect(world.logged.filter((line) => line.includes('are there again'))).toHaveLength(1);
  });
});

describe('other settings', () => {
  test('that leave an issuer as it is leave what was verified', async () => {
    const good = await token(first);
    const { proof } = await world.outcome(good);
    world.use([{ issuer: issuer.url }, { issuer: 'https://login.example.com' }]);
    expect(world.atOnce(good)).toBe(proof);
    expect(world.identity.holds(proof!)).toBe(true);
  });

  test.each([
    ['take an issuer away', [], 'unknown-key'],
    ['change its audience', [{ audience: 'api://x' }], 'audience'],
    ['change what it has to sign with', [{ algorithms: ['RS256'] }], 'algorithm'],
    ['change what a claim has to be', [{ require: { hd: 'example.com' } }], 'claims'],
  ])('that %s void what was verified', async (_, next, fault) => {
    const good = await token(first);
    const { proof } = await world.outcome(good);
    world.use(next.map((settings) => ({ issuer: issuer.url, ...settings })));
    expect(world.identity.holds(proof!)).toBe(false);
    expect(await world.outcome(good)).toMatchObject({ fault });
    // Its keys are known already.
    expect(issuer.fetches()).toBe(1);
  });

  test('that are wrong are found before they are used', () => {
    expect(() => world.use([{ issuer: 'https://a.example' }, { issuer: 'https://a.example' }])).toThrow(
      /is the issuer of `identity.issuers\[0\]` again/,
    );
    expect(() => IssuerSettings.parse({ issuer: 'http://login.example.com' })).toThrow(/https/);
    expect(() =>
      IssuerSettings.parse({ issuer: 'https://a.example', jwks: { url: 'http://a.example' } }),
    ).toThrow(/https/);
    expect(() => IssuerSettings.parse({ issuer: 'https://a.example', algorithms: ['HS256'] })).toThrow(
      /algorithms/,
    );
  });
});
