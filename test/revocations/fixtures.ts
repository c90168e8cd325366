import type { Principal } from '../../src/identity/principal.ts';
import type { Proof } from '../../src/identity/proof.ts';
import type { Revocation } from '../../src/identity/revocations/revocation.ts';
import type { Store } from '../../src/state/store.ts';
import { BailiwickError } from '../../src/errors.ts';

export const NOW = Date.parse('2026-11-20T12:00:00Z');
export const ISSUER = 'https://login.example.com';
const DAY_MS = 86_400_000;

const DANA: Principal = { issuer: ISSUER, subject: 'dana', scopes: [], groups: [], claims: {} };

/** A token of dana's that was made a minute ago. */
export function proofOf(given: Partial<Proof> = {}, principal: Partial<Principal> = {}): Proof {
  return {
    principal: { ...DANA, ...principal },
    kind: 'jwt',
    expiresAt: NOW + DAY_MS,
    issuedAt: NOW - 60_000,
    ...given,
  };
}

export function revocationOf(given: Partial<Revocation> = {}): Revocation {
  return {
    issuer: ISSUER,
    subject: 'dana',
    before: NOW,
    skewMs: 0,
    at: NOW,
    until: NOW + DAY_MS,
    ...given,
  };
}

/** A store that can be away. */
export function createSwitch(store: Store): Store & { away: boolean } {
  const guard =
    <A extends unknown[], T>(work: (...given: A) => Promise<T>) =>
    async (...given: A): Promise<T> => {
      if (it.away) throw new BailiwickError('STATE_UNAVAILABLE', 'the store is away');
      return work(...given);
    };
  const it = {
    ...store,
    away: false,
    get: guard(store.get),
    list: guard(store.list),
    put: guard(store.put),
    take: guard(store.take),
    publish: guard(store.publish),
  };
  return it;
}
