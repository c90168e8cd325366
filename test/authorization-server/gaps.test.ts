import { expect, test } from 'vitest';
import { readCredential } from '../../src/identity/credential.ts';
import type { Proof } from '../../src/identity/proof.ts';
import { createIssuedTokenVerifier } from '../../src/identity/server/issued-tokens.ts';
import { ENDED_TOPIC } from '../../src/identity/server/prefix.ts';
import { AuthorizationServerSettings } from '../../src/identity/server/settings.ts';
import type { SignIn } from '../../src/identity/server/sign-ins.ts';
import { keyOf } from '../../src/identity/server/store-adapter.ts';
import { openMemory } from '../../src/state/memory/open-memory.ts';
import { createLog } from '../ledger/support.ts';

const NOW = 1_800_000_000_000;
const BEARER = readCredential(`Bearer ${'t'.repeat(43)}`);

/** A verifier over a store in which one token lies, and what its subscription hears. */
async function open() {
  const store = openMemory({ logger: createLog().logger });
  const put = (model: string, id: string, value: object) =>
    store.put(keyOf(model, id), { ...value }, { now: NOW, expiresAt: NOW + 3_600_000 });
  const exp = NOW / 1000 + 3600;
  const token = { grantId: 'the grant', accountId: 'ann', clientId: 'desk', exp, aud: 'the resource' };
  await put('AccessToken', BEARER.token, token);
  await put('Grant', 'the grant', {});
  const heard: {
    gap?: (() => void) | undefined;
    ended?: (grantId: string) => void;
    losses: number;
    afterRead?: () => void;
  } = { losses: 0 };
  const principal = {
    issuer: 'https://issuer.example',
    subject: 'ann',
    scopes: [],
    groups: [],
    claims: {},
  };
  const signIn: SignIn = { login: 'provider', issuer: principal.issuer, principal, at: NOW };
  const standing = { principal, expiresAt: Infinity };
  const get: typeof store.get = async (key, now) => {
    const found = await store.get(key, now);
    if (key === keyOf('Grant', 'the grant')) heard.afterRead?.();
    return found;
  };
  const verifier = createIssuedTokenVerifier({
    world: {
      store: {
        ...store,
        subscribe(topic, listener, onGap) {
          expect(topic).toBe(ENDED_TOPIC);
          heard.ended = listener;
          heard.gap = onGap;
          return Promise.resolve(() => Promise.resolve());
        },
      },
      sealed: { ...store, get },
      now: () => NOW,
      onGrantEnded() {},
    },
    audience: () => 'the resource',
    settings: () => SETTINGS,
    signIns: {
      keep: () => Promise.resolve('ann'),
      find: () => Promise.resolve(signIn),
      standing: () => standing,
    },
    keys: { verify: () => Promise.reject(new Error('unused')), holds: () => false },
    onLoss: () => (heard.losses += 1),
  });
  return { store, verifier, heard, verify: async () => verifier.verify(BEARER, NOW) };
}

const SETTINGS = AuthorizationServerSettings.parse({ login: { keys: true } });

test('what is open for a grant that ended while nobody heard of it ends when it is heard that something was missed', async () => {
  const { store, verifier, heard, verify } = await open();
  const proof = (await verify()) as Proof;
  heard.gap?.();
  await expect.poll(() => verify()).toBe(proof);
  expect([verifier.holds(proof), heard.losses]).toEqual([true, 0]);
  await store.take(keyOf('Grant', 'the grant'), NOW);
  expect(verifier.holds(proof)).toBe(true);
  heard.gap?.();
  await expect.poll(() => heard.losses).toBe(1);
  expect(verifier.holds(proof)).toBe(false);
  await expect(verify()).rejects.toThrow();
});

test('a grant that ends while its token is read lets nobody in', async () => {
  const { heard, verify } = await open();
  heard.afterRead = () => heard.ended?.('the grant');
  await expect(verify()).rejects.toThrow();
});
