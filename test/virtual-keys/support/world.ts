import { hash, randomBytes } from 'node:crypto';
import { BailiwickError } from '../../../src/errors.ts';
import { createKeyDesk, type KeyRequest } from '../../../src/identity/keys/key-desk.ts';
import { createVirtualKey } from '../../../src/identity/keys/key-text.ts';
import { createVirtualKeyVerifier, type VirtualKeyOptions } from '../../../src/identity/keys/virtual-keys.ts';
import type { Proof } from '../../../src/identity/proof.ts';
import { IdentitySettings } from '../../../src/identity/settings.ts';
import type { Step } from '../../../src/identity/trace.ts';
import type { Store } from '../../../src/state/store.ts';
import { createLog } from '../../ledger/support.ts';
import { faultOf } from '../../../src/identity/unauthenticated.ts';

export const NOW = Date.parse('2026-11-21T12:00:00Z');
export const DAY_MS = 86_400_000;

export const OWN: KeyRequest = {
  principal: 'ci',
  issuer: 'keys',
  scopes: ['a', 'b'],
  groups: ['builders'],
  team: 'build',
  limits: [],
};

/** A clock, and the work that is repeated by it. */
export function createTime(start = NOW) {
  let time = start;
  const repeated = new Set<() => void>();
  return {
    now: () => time,
    go: (milliseconds: number) => void (time += milliseconds),
    repeat(work: () => void) {
      repeated.add(work);
      return () => void repeated.delete(work);
    },
    /** What is done every so often is done now. */
    tick() {
      for (const work of repeated) work();
    },
    repeating: () => repeated.size,
  };
}

export type Time = ReturnType<typeof createTime>;

/** A store that can be away, and counts what it is asked. */
export function watchStore(store: Store) {
  let isAway = false;
  let gets = 0;
  let gap: (() => void) | undefined;
  const watched: Store = {
    ...store,
    get(key, now) {
      gets += 1;
      if (isAway) return Promise.reject(new BailiwickError('STATE_UNAVAILABLE', 'the store is away'));
      return store.get(key, now);
    },
    subscribe(topic, listener, onGap) {
      gap = onGap;
      return store.subscribe(topic, (message) => void (isAway || listener(message)), onGap);
    },
  };
  return {
    store: watched,
    gets: () => gets,
    setAway: (away: boolean) => void (isAway = away),
    /** It is back, and what was published meanwhile is lost. */
    back() {
      isAway = false;
      gap?.();
    },
  };
}

export function openDesk(store: Store, time: Time) {
  return createKeyDesk({ store, now: time.now, random: randomBytes });
}

/** A verifier as a gateway has it. */
export function openKeys(store: Store, time: Time, options: Partial<VirtualKeyOptions> = {}) {
  let losses = 0;
  const keys = createVirtualKeyVerifier({
    store,
    now: time.now,
    logger: createLog().logger,
    onLoss: () => void (losses += 1),
    repeat: time.repeat,
    ...options,
  });
  const verifyNow = (token: string, steps?: Step[]): Proof | undefined | Promise<Proof | undefined> =>
    keys.verify(
      { scheme: 'Bearer', token, digest: hash('sha256', token, 'buffer') },
      time.now(),
      steps && ((step) => void steps.push(step)),
    );
  return {
    ...keys,
    losses: () => losses,
    verifyNow,
    verify: async (token: string, steps?: Step[]) => verifyNow(token, steps),
    /** The fault, or the code, of a refusal; the subject of a proof. */
    async outcome(token: string): Promise<string | undefined> {
      try {
        return (await verifyNow(token))?.principal.subject;
      } catch (error) {
        return faultOf(error) ?? (error as BailiwickError).code;
      }
    },
  };
}

export function settingsOf(principals: object): IdentitySettings {
  return IdentitySettings.parse({ principals });
}

/** A key that nobody made. */
export function stranger(): string {
  return createVirtualKey(randomBytes);
}
