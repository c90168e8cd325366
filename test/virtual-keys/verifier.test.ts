import { hash } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import type { KeyRequest } from '../../src/identity/keys/key-desk.ts';
import { KEYS_TOPIC } from '../../src/identity/keys/key-shelf.ts';
import type { Proof } from '../../src/identity/proof.ts';
import type { Step } from '../../src/identity/trace.ts';
import { HOMES } from './support/homes.ts';
import { openTwo } from './support/two-gateways.ts';
import { DAY_MS, NOW, openDesk, openKeys, OWN, settingsOf, stranger } from './support/world.ts';

const AGENT: KeyRequest = { principal: 'agent', issuer: 'config', limits: [] };

describe.each(HOMES)('virtual keys in $name', (kind) => {
  test('prove a principal of their own, or one of the configuration as it is at that moment', async () => {
    await using world = await openTwo(kind);
    const { here, desk } = world;
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
    await using world = await openTwo(kind);
    const { watched, here, desk } = world;
    const { key } = await desk.create(OWN);
    const many = await Promise.all(Array.from({ length: 20 }, () => here.verify(key)));
    expect(new Set(many).size).toBe(1);
    expect(watched.gets()).toBe(1);
    expect(here.verifyNow(key)).toBe(many[0]);
    expect(here.holds(many[0]!)).toBe(true);
    expect(watched.gets()).toBe(1);
  });

  test('are stored without the key, and appear whole in nothing that is said', async () => {
    await using world = await openTwo(kind);
    const { home, time, store, here, desk } = world;
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
    await using world = await openTwo(kind);
    const { watched, here, desk } = world;
    const { key } = await desk.create(OWN);
    const wrong = key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');
    for (const text of [wrong, key.slice(0, -1), `${key}0`, 'bwk_', 'bwk_../../x'])
      expect(await here.outcome(text)).toBe('malformed'); // oxlint-disable-line no-await-in-loop -- one after the other
    for (const text of ['bw_static', 'eyJ.a.b', '', key.toUpperCase()])
      expect(here.verifyNow(text)).toBeUndefined();
    expect(watched.gets()).toBe(0);
  });

  test('end at their very instant, without a question to the store', async () => {
    await using world = await openTwo(kind);
    const { time, watched, here, there, desk } = world;
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
    await using world = await openTwo(kind);
    const { home, here, desk, untilBoth } = world;
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
    await using world = await openTwo(kind);
    const { home, time, here, desk, untilBoth } = world;
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
    await using world = await openTwo(kind);
    const { time, watched, here, desk } = world;
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
    await using world = await openTwo(kind);
    const { home, watched, here, desk } = world;
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
    await using world = await openTwo(kind);
    const { time, store, desk } = world;
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
    await using world = await openTwo(kind);
    const { home, time, store, desk } = world;
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

  test('whose change was cut off in the middle are as they were, or as they should be, and the change can be made again', async () => {
    await using world = await openTwo(kind);
    const { home, time, store, here, desk, untilBoth } = world;
    const made = await desk.create(OWN);
    await untilBoth(made, 'ci');
    // The successor is there, and nobody was shown it: the old one goes on, and is rotated once more.
    await desk.create({ ...OWN, rotatedFrom: made.record.name });
    expect(await desk.find(made.record.name)).not.toHaveProperty('rotatedTo');
    const next = await desk.create({ ...OWN, rotatedFrom: made.record.name });
    expect(
      await desk.retire(made.record.name, { at: NOW + DAY_MS, rotatedTo: next.record.name }),
    ).toBeDefined();
    await untilBoth(made, 'ci');
    // It is revoked, and nobody was told: whoever asks for it again is told that it is done, and it is told.
    const mute = openDesk(
      { ...store, publish: () => Promise.reject(new Error('the process is gone')) },
      time,
    );
    await expect(mute.revoke(made.record.name)).rejects.toThrow('the process is gone');
    home.deliver();
    expect(await here.outcome(made.key)).toBe('ci');
    expect(await desk.revoke(made.record.name)).toMatchObject({ changed: false });
    await untilBoth(made, 'revoked');
  });
});
