import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configuredPrincipal } from '../../src/identity/configured-principal.ts';
import { createKey, hashKey } from '../../src/identity/static-keys.ts';
import { readCredential } from '../../src/identity/credential.ts';
import { IdentitySettings } from '../../src/identity/settings.ts';
import {
  AGENT,
  causeOf,
  createKeyVerifier,
  errorOf,
  everythingPrintable,
  newKey,
  NOW,
  staticKeys,
} from './fixtures.ts';

const HOUR = 3_600_000;

describe('a configured key', () => {
  test('speaks for the principal that configuration names, with its settings', () => {
    const { key, hash } = newKey();
    const verify = createKeyVerifier({ keys: [{ principal: 'agent', hash }], principals: { agent: AGENT } });
    expect(verify(key, NOW)).toEqual({
      issuer: 'config',
      subject: 'agent',
      scopes: ['helpdesk:read'],
      groups: ['support'],
      team: 'care',
      claims: { region: 'eu' },
      key: hash.slice('sha256:'.length, 'sha256:'.length + 12),
    });
    expect(verify(key, NOW)).toMatchObject(configuredPrincipal('agent', AGENT));
  });

  test('finds its own principal among a thousand others', () => {
    const entries = Array.from({ length: 1000 }, (_, index) => ({ name: `p${index}`, ...newKey() }));
    const verify = createKeyVerifier({
      keys: entries.map(({ name, hash }) => ({ principal: name, hash })),
      principals: Object.fromEntries(entries.map(({ name }) => [name, AGENT])),
    });
    for (const { name, key } of entries) expect(verify(key, NOW).subject).toBe(name);
  });

  test('may be written with an upper-case hash', () => {
    const { key, hash } = newKey();
    const upper = `sha256:${hash.slice(7).toUpperCase()}`;
    const verify = createKeyVerifier({
      keys: [{ principal: 'agent', hash: upper }],
      principals: { agent: AGENT },
    });
    expect(verify(key, NOW).subject).toBe('agent');
  });

  test('works until the instant it expires and not at it', () => {
    const { key, hash } = newKey();
    const verify = createKeyVerifier({
      keys: [{ principal: 'agent', hash, expires: '2026-11-20T14:00:00+01:00' }],
      principals: { agent: AGENT },
    });
    expect(verify(key, NOW + HOUR - 1).subject).toBe('agent');
    expect(errorOf(() => verify(key, NOW + HOUR)).code).toBe('UNAUTHENTICATED');
  });

  test('that expires on a date expires at midnight UTC, as that day begins', () => {
    const { key, hash } = newKey();
    const verify = createKeyVerifier({
      keys: [{ principal: 'agent', hash, expires: '2026-11-21' }],
      principals: { agent: AGENT },
    });
    expect(verify(key, Date.parse('2026-11-20T23:59:59.999Z')).subject).toBe('agent');
    expect(errorOf(() => verify(key, Date.parse('2026-11-21T00:00:00Z'))).code).toBe('UNAUTHENTICATED');
  });
});

test('what was proven with a key holds as long as the key is to last no shorter than was said then', async () => {
  const { key, hash } = newKey();
  const settings = (expires?: string): { keys: object[]; principals: object } => ({
    keys: [{ principal: 'agent', hash, ...(expires !== undefined && { expires }) }],
    principals: { agent: AGENT },
  });
  const verifier = staticKeys(settings('2027-01-01'));
  const use = (next: object): void => verifier.use({ ...IdentitySettings.parse({}), ...next });
  const proof = (await verifier.verify(readCredential(`Bearer ${key}`), NOW))!;
  use(settings());
  expect(verifier.holds(proof)).toBe(true);
  use(settings('2026-12-31'));
  expect(verifier.holds(proof)).toBe(false);
});

describe('a bad key', () => {
  const { key, hash } = newKey();
  const expired = newKey();
  const verify = createKeyVerifier({
    keys: [
      { principal: 'agent', hash },
      { principal: 'agent', hash: expired.hash, expires: '2020-01-01' },
    ],
    principals: { agent: AGENT },
  });

  test.each([
    ['an unknown key', newKey().key, 'unknown-key'],
    ['an expired key', expired.key, 'expired-key'],
    ['an empty key', '', 'unknown-key'],
    ['a key cut short by one character', key.slice(0, -1), 'unknown-key'],
    ['a key with one character more', `${key}A`, 'unknown-key'],
    ['a key in another case', key.toUpperCase(), 'unknown-key'],
    ['a key with a space around it', ` ${key}`, 'unknown-key'],
    ['the hash itself, as someone who read the configuration would present it', hash, 'unknown-key'],
    ['the bare digits of the hash', hash.slice(7), 'unknown-key'],
  ])('is refused with the one message for all causes: %s', (_, presented, fault) => {
    const error = errorOf(() => verify(presented, NOW));
    expect(error.code).toBe('UNAUTHENTICATED');
    expect(error.message).toBe(
      'authentication required: send a valid key or token as "Authorization: Bearer <token>"',
    );
    expect(error.data).toEqual({});
    expect(causeOf(error).fault).toBe(fault);
  });

  test('is never accepted, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (presented) => {
        expect(errorOf(() => verify(presented, NOW)).code).toBe('UNAUTHENTICATED');
      }),
    );
  });

  test('appears in nothing that an error carries, and neither does its hash', () => {
    const canary = newKey();
    for (const presented of [canary.key, expired.key]) {
      const text = everythingPrintable(errorOf(() => verify(presented, NOW)));
      expect(text).not.toContain(presented);
      expect(text).not.toContain(presented.slice(3));
      expect(text).not.toContain(hashKey(presented).slice(7));
    }
  });

  test('tells the operator, in the cause alone, whose key expired and when', () => {
    const error = errorOf(() => verify(expired.key, NOW));
    expect(causeOf(error).message).toBe(
      'the key of principal "agent" (identity.keys[1]) expired at 2020-01-01T00:00:00.000Z',
    );
  });
});

describe('configuration of keys', () => {
  const { key, hash } = newKey();

  test('that contains the key instead of its hash is refused without repeating it', () => {
    const error = errorOf(() =>
      createKeyVerifier({ keys: [{ principal: 'agent', hash: key }], principals: { agent: AGENT } }),
    );
    expect(error.code).toBe('CONFIGURATION');
    expect(error.message).toContain('identity.keys[0].hash');
    expect(everythingPrintable(error)).not.toContain(key.slice(3));
  });

  test.each(['nobody', 'constructor', '__proto__', 'toString'])(
    'that names a principal which does not exist is refused: %s',
    (principal) => {
      const error = errorOf(() =>
        createKeyVerifier({ keys: [{ principal, hash }], principals: { agent: AGENT } }),
      );
      expect(error.code).toBe('CONFIGURATION');
      expect(error.message).toContain(
        `identity.keys[0].principal: identity.principals has no "${principal}"`,
      );
    },
  );

  test('that gives one key to two principals is refused', () => {
    const keys = [
      { principal: 'agent', hash },
      { principal: 'other', hash: hash.toUpperCase().replace('SHA', 'sha') },
    ];
    const error = errorOf(() => createKeyVerifier({ keys, principals: { agent: AGENT, other: AGENT } }));
    expect(error.code).toBe('CONFIGURATION');
    expect(error.message).toContain('identity.keys[1]');
  });

  test.each(['2026-02-30', 'tomorrow', '2026-11-20T12:00:00', '2026-11-20T25:00:00Z', '', '20261120', '1e9'])(
    'with an expiry that is no instant is refused: "%s"',
    (expires) => {
      const error = errorOf(() =>
        createKeyVerifier({ keys: [{ principal: 'agent', hash, expires }], principals: { agent: AGENT } }),
      );
      expect(error.code).toBe('CONFIGURATION');
      expect(error.message).toContain('identity.keys[0].expires');
    },
  );
});

describe('making a key', () => {
  test('is a function of the 32 random bytes it is given', () => {
    expect(createKey(new Uint8Array(32))).toBe(`bw_${'A'.repeat(43)}`);
    expect(createKey(new Uint8Array(32).fill(255))).toBe(`bw_${'_'.repeat(42)}8`);
  });

  test('refuses fewer or more random bytes', () => {
    expect(() => createKey(new Uint8Array(31))).toThrow('32 random bytes, not 31');
    expect(() => createKey(new Uint8Array(33))).toThrow(RangeError);
  });

  test('yields text that a Bearer header carries as it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (random) => {
        expect(createKey(random)).toMatch(/^bw_[A-Za-z0-9_-]{43}$/);
      }),
    );
  });

  test('is hashed with SHA-256 over its text, so that sha256sum gives the same', () => {
    expect(hashKey('bw_example')).toBe(`sha256:${createHash('sha256').update('bw_example').digest('hex')}`);
  });
});
