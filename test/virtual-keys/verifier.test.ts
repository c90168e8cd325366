import { hash } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { KeyRequest, MadeKey } from '../../src/identity/keys/key-desk.ts';
import { KEYS_TOPIC } from '../../src/identity/keys/key-shelf.ts';
import { createVirtualKey } from '../../src/identity/keys/key-text.ts';
import type { Proof } from '../../src/identity/proof.ts';
import type { Step } from '../../src/identity/trace.ts';
import type { Store } from '../../src/state/store.ts';
import { HOMES, type Home } from './support/homes.ts';
import {
  createTime,
  DAY_MS,
  NOW,
  openDesk,
  openKeys,
  OWN,
  settingsOf,
  watchStore,
  type Time,
} from './support/world.ts';

const AGENT: KeyRequest = { principal: 'agent', issuer: 'config', limits: [] };

let number = 0;
/** A key that nobody made. */
const stranger = (): string => {
  number += 1;
  return createVirtualKey(() => Buffer.from(hash('sha256', `stranger ${number}`, 'buffer')));
};

describe.each(HOMES)('virtual keys in $name', (kind) => {
  let home: Awaited<ReturnType<Home['open']>>;
  let time: Time;
  let watched: ReturnType<typeof watchStore>;
  let here: ReturnType<typeof openKeys>;
  let there: ReturnType<typeof openKeys>;
  let desk: ReturnType<typeof openDesk>;
  let store: Store;

  beforeEach(async () => {
    home = await kind.open();
    time = createTime();
    store = await home.connect();
    watched = watchStore(await home.connect());
    desk = openDesk(store, time);
    here = openKeys(watched.store, time);
    there = openKeys(await home.connect(), time);
    for (const keys of [here, there]) keys.use(settingsOf({ agent: { scopes: ['a', 'b'], groups: ['g'] } }));
  });
  afterEach(async () => {
    await Promise.all([here.close(), there.close()]);
    await home.close();
  });

  /** What a key is at both gateways once all is told. */
  const untilBoth = (made: MadeKey, outcome: string): Promise<void> =>
    vi.waitFor(async () => {
      home.deliver();
      expect([await here.outcome(made.key), await there.outcome(made.key)]).toEqual([outcome, outcome]);
    });

  test('prove a principal of their own, or one of the configuration as it is at that moment', async () => {
    const own = await desk.create({
      ...OWN,
      client: 'runner',
      claims: { region: 'eu' },
      expiresAt: NOW + DAY_MS,
    });
    expect(await here.verify(own.key)).toEqual({
      principal: {
        issuer: 'keys',
        subject: 'ci',
        scopes: ['a', 'b'],
        groups: ['builders'],
        team: 'build',
        client: 'runner',
        claims: { region: 'eu' },
        key: own.record.name,
      },
      kind: 'virtual-key',
      issuedAt: NOW,
      expiresAt: NOW + DAY_MS,
    });

    const agent = await desk.create({ ...AGENT, scopes: ['b', 'c'] });
    const proof = (await here.verify(agent.key)) as Proof;
    expect(proof).toMatchObject({
      principal: { issuer: 'config', subject: 'agent', scopes: ['b'], groups: ['g'] },
      expiresAt: Infinity,
    });
    here.use(settingsOf({ agent: { scopes: ['a', 'c'], team: 'new' } }));
    expect(here.holds(proof)).toBe(false);
    // What it was narrowed to when it was made is never passed, and what the principal lost is lost.
    expect(here.verifyNow(agent.key)).toMatchObject({
      principal: { scopes: ['c'], groups: [], team: 'new' },
    });
    here.use(settingsOf({ other: {} }));
    expect(await here.outcome(agent.key)).toBe('unknown-key');
    here.use(settingsOf({ ci: { scopes: ['everything'] } }));
    expect(here.verifyNow(own.key)).toMatchObject({ principal: { issuer: 'keys', scopes: ['a', 'b'] } });
  });

  test('are looked up once, and known without waiting from then on, as the same proof', async () => {
    const { key } = await desk.create(OWN);
    const many = await Promise.all(Array.from({ length: 20 }, () => here.verify(key)));
    expect(new Set(many).size).toBe(1);
    expect(watched.gets()).toBe(1);
    expect(here.verifyNow(key)).toBe(many[0]);
    expect(here.holds(many[0]!)).toBe(true);
    expect(watched.gets()).toBe(1);
  });

  test('are stored without the key, and appear whole in nothing that is said', async () => {
    const made = await desk.create({ ...OWN, expiresAt: NOW + 1_000 });
    const digest = hash('sha256', made.key);
    const { keys } = await store.list('identity/', { now: NOW });
    const values = await Promise.all(keys.map((name) => store.get(name, NOW)));
    expect(JSON.stringify([keys, values])).not.toContain(made.key.slice(4, 20));
    const steps: Step[] = [];
    await here.verify(made.key, steps);
    time.go(1_000);
    const expired = await here.verify(made.key, steps).catch((error: unknown) => error);
    await desk.revoke(made.record.name);
    home.deliver();
    const revoked = await here.verify(made.key, steps).catch((error: unknown) => error);
    const unknown = await here.verify(stranger(), steps).catch((error: unknown) => error);
    const broken = await here.verify(`${made.key}x`, steps).catch((error: unknown) => error);
    const said = inspect([steps, expired, revoked, unknown, broken], { depth: 20, showHidden: true });
    expect(said).toContain(made.record.name);
    expect(said).not.toContain(made.key.slice(4, 20));
    expect(said).not.toContain(digest);
    const messages = [expired, revoked, unknown, broken].map((error) => (error as Error).message);
    expect(new Set(messages).size).toBe(1);
  });

  test('are refused without a question where a digit is wrong, and are nobody else’s matter', async () => {
    const { key } = await desk.create(OWN);
    const wrong = key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');
    for (const text of [wrong, key.slice(0, -1), `${key}0`, 'bwk_', 'bwk_../../x'])
      expect(await here.outcome(text)).toBe('malformed'); // oxlint-disable-line no-await-in-loop -- one after the other
    for (const text of ['bw_static', 'eyJ.a.b', '', key.toUpperCase()])
      expect(here.verifyNow(text)).toBeUndefined();
    expect(watched.gets()).toBe(0);
  });

  test('end at their very instant, without a question to the store', async () => {
    const { key } = await desk.create({ ...OWN, expiresAt: NOW + 10_000 });
    const proof = (await here.verify(key)) as Proof;
    time.go(9_999);
    expect(await here.outcome(key)).toBe('ci');
    time.go(1);
    expect([await here.outcome(key), await there.outcome(key)]).toEqual(['expired-key', 'expired-key']);
    expect(watched.gets()).toBe(1);
    // Nobody withdrew it.
    time.go(60_000);
    expect(await here.outcome(key)).toBe('expired-key');
    expect([here.holds(proof), here.losses()]).toEqual([true, 0]);
  });

  test('are revoked at every gateway at once, and what is open is told', async () => {
    const made = await desk.create(OWN);
    const proof = (await here.verify(made.key)) as Proof;
    await untilBoth(made, 'ci');
    expect(await desk.revoke(made.record.name)).toMatchObject({ changed: true, record: { revokedAt: NOW } });
    home.deliver();
    await vi.waitFor(() => expect(here.losses()).toBe(1));
    expect(here.holds(proof)).toBe(false);
    expect(() => here.limitsOf(proof.principal)).toThrow(/not known any more/);
    await untilBoth(made, 'revoked');
    expect(await desk.revoke(made.record.name)).toMatchObject({ changed: false });
    expect(await desk.revoke('k000000000000')).toBeUndefined();
  });

  test('are followed by another in a rotation, and end when the grace is over', async () => {
    const old = await desk.create({
      ...OWN,
      expiresAt: NOW + 90 * DAY_MS,
      limits: [{ kind: 'concurrency', calls: 2 }],
    });
    const proof = (await here.verify(old.key)) as Proof;
    await untilBoth(old, 'ci');
    const next = await desk.create({ ...OWN, lineage: old.record.lineage, rotatedFrom: old.record.name });
    const retired = await desk.retire(old.record.name, { at: NOW + 5_000, rotatedTo: next.record.name });
    expect(retired).toMatchObject({ expiresAt: NOW + 5_000, rotatedTo: next.record.name });
    expect(await desk.retire(old.record.name, { at: NOW, rotatedTo: 'k000000000000' })).toBeUndefined();
    await untilBoth(next, 'ci');
    await vi.waitFor(() => {
      home.deliver();
      expect(here.verifyNow(old.key)).toMatchObject({ expiresAt: NOW + 5_000 });
    });
    expect(here.holds(proof)).toBe(true);
    const { losses } = here;
    const before = losses();
    time.go(5_000);
    expect(here.holds(proof)).toBe(false);
    time.tick();
    await vi.waitFor(() => expect(losses()).toBe(before + 1));
    await untilBoth(old, 'expired-key');
    await untilBoth(next, 'ci');
  });

  test('count for a minute while the store is away; one that is not in memory is neither let in nor refused', async () => {
    const [known, other] = [await desk.create(OWN), await desk.create(OWN)];
    const proof = (await here.verify(known.key)) as Proof;
    watched.setAway(true);
    expect(await here.outcome(other.key)).toBe('IDENTITY_UNAVAILABLE');
    time.go(59_999);
    time.tick();
    expect(here.verifyNow(known.key)).toBe(proof);
    time.go(1);
    expect(await here.outcome(known.key)).toBe('IDENTITY_UNAVAILABLE');
    expect(here.losses()).toBe(0);
    watched.back();
    await vi.waitFor(() => expect(here.verifyNow(known.key)).toBe(proof));
    expect(await here.outcome(other.key)).toBe('ci');
  });

  test('are looked at again after a gap, so that a revocation that nobody heard counts', async () => {
    const made = await desk.create(OWN);
    const proof = (await here.verify(made.key)) as Proof;
    watched.setAway(true);
    await desk.revoke(made.record.name);
    home.deliver();
    expect(here.verifyNow(made.key)).toBe(proof);
    watched.back();
    // Not from memory: it waits for the store.
    expect(await here.outcome(made.key)).toBe('revoked');
    expect([here.holds(proof), here.losses()]).toEqual([false, 1]);
  });

  test('are looked at every half minute, whether or not anything was told', async () => {
    const made = await desk.create(OWN);
    const silent = openKeys({ ...store, subscribe: () => Promise.resolve(() => Promise.resolve()) }, time);
    const proof = (await silent.verify(made.key)) as Proof;
    await desk.revoke(made.record.name);
    expect(silent.holds(proof)).toBe(true);
    time.tick();
    await vi.waitFor(() => expect([silent.holds(proof), silent.losses()]).toEqual([false, 1]));
    await silent.close();
  });

  test('revoked while they are read are not let in by what was read before', async () => {
    const made = await desk.create(OWN);
    const { promise: heard, resolve: hear } = Promise.withResolvers<void>();
    await store.subscribe(KEYS_TOPIC, () => hear());
    let revoke: (() => Promise<unknown>) | undefined = () => desk.revoke(made.record.name);
    const racing = openKeys(
      {
        ...store,
        async get(key, now) {
          const found = await store.get(key, now);
          const once = revoke;
          revoke = undefined;
          await once?.();
          home.deliver();
          await heard;
          return found;
        },
      },
      time,
    );
    expect(await racing.outcome(made.key)).toBe('revoked');
    await racing.close();
  });

  test('that do not exist are remembered for some seconds, until one is made', async () => {
    const key = stranger();
    expect([await here.outcome(key), await here.outcome(key)]).toEqual(['unknown-key', 'unknown-key']);
    expect(watched.gets()).toBe(1);
    time.go(5_000);
    await here.outcome(key);
    expect(watched.gets()).toBe(2);
  });

  test('that do not exist cost bounded work, however many are shown', async () => {
    const { key } = await desk.create(OWN);
    await here.verify(key);
    const outcomes: Record<string, number> = {};
    const show = async (): Promise<void> => {
      const outcome = (await here.outcome(stranger())) ?? '';
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    };
    for (let wave = 0; wave < 20; wave += 1) await Promise.all(Array.from({ length: 100 }, show)); // oxlint-disable-line no-await-in-loop -- wave after wave
    expect(outcomes['too-many']! + outcomes['unknown-key']!).toBe(2_000);
    expect(watched.gets()).toBeLessThan(300);
    // Who is known is not kept out by it, and who is new not for long.
    expect(await here.outcome(key)).toBe('ci');
    time.go(2_000);
    expect(await here.outcome((await desk.create(OWN)).key)).toBe('ci');
  });

  test('are kept in bounded memory', async () => {
    const small = openKeys(store, time, { capacity: 2 });
    const made = [await desk.create(OWN), await desk.create(OWN), await desk.create(OWN)];
    for (const { key } of made) await small.verify(key); // oxlint-disable-line no-await-in-loop -- one after the other
    expect(small.verifyNow(made[2]!.key)).toMatchObject({ principal: { subject: 'ci' } });
    const forgotten = small.verifyNow(made[0]!.key);
    expect(forgotten).toBeInstanceOf(Promise);
    await forgotten;
    expect(await small.outcome(made[0]!.key)).toBe('ci');
    await small.close();
    expect(time.repeating()).toBe(0);
  });

  test('of a later version, or that are broken in the store, open nothing', async () => {
    const { key, record } = await desk.create(OWN);
    const place = `identity/keys/${hash('sha256', key)}`;
    for (const value of [
      { ...record, version: 2 },
      { ...record, name: 'k000000000000' },
      'x',
      7,
      {},
      { ...record, scopes: 'a' },
    ]) {
      await store.put(place, JSON.parse(JSON.stringify(value)), { now: NOW }); // oxlint-disable-line no-await-in-loop -- one after the other
      time.go(60_000);
      expect(await here.outcome(key)).toBe('unknown-key'); // oxlint-disable-line no-await-in-loop
    }
  });
});
