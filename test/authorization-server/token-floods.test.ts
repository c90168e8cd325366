import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { openIdentity } from '../../src/identity/open-identity.ts';
import { IdentitySettings } from '../../src/identity/settings.ts';
import { faultOf } from '../../src/identity/unauthenticated.ts';
import { openMemory } from '../../src/state/memory/open-memory.ts';
import { createSealer } from '../../src/state/sealed.ts';
import type { BailiwickError } from '../../src/errors.ts';
import { NOW, REQUEST } from '../identity/fixtures.ts';

const strange = (): string => randomBytes(32).toString('base64url');
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

test('tokens that look like our own cost bounded work, and the same one none when it comes again', async () => {
  const store = openMemory({ logger: SILENT });
  let reads = 0;
  let time = NOW;
  const get: typeof store.get = (key, now) => {
    reads += key.startsWith('oauth-server/') ? 1 : 0;
    return store.get(key, now);
  };
  const identity = openIdentity({
    store,
    sealed: { ...store, get },
    sealer: createSealer(['a secret of this test']),
    publicUrl: () => 'https://tools.example.com',
    logger: SILENT,
    now: () => time,
  });
  identity.use(IdentitySettings.parse({ server: { login: { keys: true } } }));
  const outcome = async (token: string): Promise<string> => {
    try {
      await identity.identify({ ...REQUEST, authorization: `Bearer ${token}` });
      return 'taken';
    } catch (error) {
      return `${(error as BailiwickError).code} ${faultOf(error)}`;
    }
  };

  const one = strange();
  expect([await outcome(one), await outcome(one)]).toEqual(Array(2).fill('UNAUTHENTICATED unknown-key'));
  expect(reads).toBe(1);
  const counts: Record<string, number> = {};
  for (let wave = 0; wave < 20; wave += 1) {
    // oxlint-disable-next-line no-await-in-loop -- wave after wave
    for (const was of await Promise.all(Array.from({ length: 100 }, () => outcome(strange())))) {
      counts[was] = (counts[was] ?? 0) + 1;
    }
  }
  expect(Object.keys(counts).toSorted()).toEqual([
    'IDENTITY_UNAVAILABLE too-many',
    'UNAUTHENTICATED unknown-key',
  ]);
  expect(reads).toBeLessThan(400);
  // What was looked for is known to be strange, also while new ones are not looked for.
  expect(await outcome(one)).toBe('UNAUTHENTICATED unknown-key');
  time += 2_000;
  expect(await outcome(strange())).toBe('UNAUTHENTICATED unknown-key');
  await identity.close();
  await store.close();
});
