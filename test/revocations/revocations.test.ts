import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { BailiwickError } from '../../src/errors.ts';
import type { Proof } from '../../src/identity/proof.ts';
import { followRevocations } from '../../src/identity/revocations/follow-revocations.ts';
import { keyOfRevocation, readRevocation, toStored } from '../../src/identity/revocations/revocation.ts';
import { createRevocationDesk } from '../../src/identity/revocations/stored-revocations.ts';
import { openMemory } from '../../src/state/memory/open-memory.ts';
import { createSwitch, ISSUER, NOW, proofOf, revocationOf } from './fixtures.ts';

const MAX_STALE_MS = 300_000;

/** A store, who writes to it, and any number of gateways that follow it, in one time. */
function createWorld() {
  let time = NOW;
  const now = () => time;
  const logged: string[] = [];
  const log = (_: object, message: string) => void logged.push(message);
  const logger = { debug() {}, info: log, warn: log, error: log };
  const store = createSwitch(openMemory({ logger }));
  const asks: (() => void)[] = [];
  const follow = () =>
    followRevocations({
      store,
      logger,
      now,
      maxStaleMs: () => MAX_STALE_MS,
      every(_, work) {
        asks.push(work);
        return () => {};
      },
    });
  return {
    store,
    logged,
    desk: createRevocationDesk(store, now),
    follow,
    pass: (ms: number) => (time += ms),
    /** Every gateway asks the store whether anything changed. */
    async ask() {
      for (const work of asks) work();
      await settle();
    },
  };
}

/** Lets what was begun come to its end: nothing here takes time of its own. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one turn after another
    await new Promise(setImmediate);
  }
}

let world: ReturnType<typeof createWorld>;
beforeEach(() => {
  world = createWorld();
});

const CASES: readonly [string, Parameters<typeof revocationOf>[0], Proof, boolean][] = [
  ['a token made before', {}, proofOf(), true],
  ['a token made at that instant', {}, proofOf({ issuedAt: NOW }), true],
  ['a token made afterwards', {}, proofOf({ issuedAt: NOW + 1 }), false],
  [
    'a token that may have been made before by another clock',
    { skewMs: 5 },
    proofOf({ issuedAt: NOW + 5 }),
    true,
  ],
  ['a token made after the clocks can differ', { skewMs: 5 }, proofOf({ issuedAt: NOW + 6 }), false],
  ['a token that does not say when it was made', { before: NOW - 9e8 }, unaged(), true],
  ['a token of another subject', {}, proofOf({}, { subject: 'dan' }), false],
  ['the same subject of another issuer', {}, proofOf({}, { issuer: `${ISSUER}/` }), false],
  ['with the client that is meant', { client: 'app' }, proofOf({}, { client: 'app' }), true],
  ['with another client', { client: 'app' }, proofOf({}, { client: 'other' }), false],
  ['without a client', { client: 'app' }, proofOf(), false],
  ['the token that is meant', { tokenId: 't1' }, proofOf({ tokenId: 't1' }), true],
  ['another token', { tokenId: 't1' }, proofOf({ tokenId: 't2' }), false],
  ['the key that is meant', { key: 'k1' }, proofOf({}, { key: 'k1' }), true],
  ['another key', { key: 'k1' }, proofOf({}, { key: 'k2' }), false],
  [
    'a token with which it acts for another',
    {},
    proofOf({}, { subject: 'erin', act: { subject: 'dana' } }),
    true,
  ],
  [
    'an actor of another issuer by the same name',
    {},
    proofOf({}, { subject: 'erin', act: { subject: 'dana', issuer: 'https://other.example' } }),
    false,
  ],
  [
    'one that only stands behind who acts',
    {},
    proofOf({}, { subject: 'erin', act: { subject: 'bot', act: { subject: 'dana' } } }),
    false,
  ],
];

function unaged(): Proof {
  const { issuedAt: _, ...rest } = proofOf();
  return rest;
}

describe('what was revoked', () => {
  test.each(CASES)('%s', async (_, revocation, proof, expected) => {
    await world.desk.revoke(revocationOf(revocation));
    const gateway = world.follow();
    await gateway.ready();
    expect(gateway.isRevoked(proof)).toBe(expected);
  });

  test('is known to every gateway as soon as it is decided, and each is told once', async () => {
    const gateways = [world.follow(), world.follow()];
    let told = 0;
    for (const gateway of gateways) gateway.onRevoked(() => (told += 1));
    await Promise.all(gateways.map(async (gateway) => gateway.ready()));
    expect(gateways.map((gateway) => gateway.isRevoked(proofOf()))).toEqual([false, false]);
    await world.desk.revoke(revocationOf());
    await settle();
    expect(gateways.map((gateway) => gateway.isRevoked(proofOf()))).toEqual([true, true]);
    expect(told).toBe(2);
    await world.ask();
    expect(told).toBe(2);
  });

  test('counts until it is forgotten, and then takes no room', async () => {
    const gateway = world.follow();
    await gateway.ready();
    await world.desk.revoke(revocationOf({ until: NOW + 1000 }));
    await settle();
    world.pass(999);
    expect(gateway.isRevoked(proofOf())).toBe(true);
    world.pass(1);
    expect(gateway.isRevoked(proofOf())).toBe(false);
    expect(await world.desk.list()).toEqual([]);
  });

  test('is not made less by a later one about less', async () => {
    await world.desk.revoke(revocationOf());
    await world.desk.revoke(revocationOf({ before: NOW - 3_600_000, at: NOW + 1 }));
    const gateway = world.follow();
    await gateway.ready();
    expect(gateway.isRevoked(proofOf())).toBe(true);
  });

  test('is taken back at every gateway, and only that', async () => {
    await world.desk.revoke(revocationOf());
    await world.desk.revoke(revocationOf({ client: 'app' }));
    const gateway = world.follow();
    await gateway.ready();
    expect(await world.desk.undo({ issuer: ISSUER, subject: 'dana' })).toHaveLength(1);
    await settle();
    expect(gateway.isRevoked(proofOf())).toBe(false);
    expect(gateway.isRevoked(proofOf({}, { client: 'app' }))).toBe(true);
    expect(await world.desk.undo({ issuer: ISSUER, subject: 'dana' })).toEqual([]);
  });

  test('is found by the next question where its news was lost', async () => {
    const gateway = world.follow();
    await gateway.ready();
    const { publish } = world.store;
    world.store.publish = () => Promise.resolve();
    await world.desk.revoke(revocationOf());
    await settle();
    expect(gateway.isRevoked(proofOf())).toBe(false);
    await world.ask();
    expect(gateway.isRevoked(proofOf())).toBe(true);
    await world.desk.undo({ issuer: ISSUER, subject: 'dana' });
    await world.ask();
    expect(gateway.isRevoked(proofOf())).toBe(false);
    world.store.publish = publish;
  });
});

describe('while the store cannot be read', () => {
  test('a gateway that never read it lets nobody in', async () => {
    world.store.away = true;
    const gateway = world.follow();
    const error: unknown = await gateway.ready()?.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BailiwickError);
    expect(error).toMatchObject({ code: 'IDENTITY_UNAVAILABLE' });
    world.store.away = false;
    await gateway.ready();
    expect(gateway.ready()).toBeUndefined();
  });

  test('what is known goes on counting, for a bounded time; then nobody is let in until it is back', async () => {
    await world.desk.revoke(revocationOf());
    const gateway = world.follow();
    await gateway.ready();
    world.store.away = true;
    await world.ask();
    expect(world.logged.filter((line) => line.startsWith('revocations cannot be read: the 1 '))).toHaveLength(
      1,
    );
    world.pass(MAX_STALE_MS);
    expect(gateway.ready()).toBeUndefined();
    expect(gateway.isRevoked(proofOf())).toBe(true);
    world.pass(1);
    await expect(gateway.ready()).rejects.toMatchObject({ code: 'IDENTITY_UNAVAILABLE' });
    world.store.away = false;
    await gateway.ready();
    expect(gateway.ready()).toBeUndefined();
    expect(world.logged.at(-1)).toBe('revocations can be read again');
  });

  test('it is asked once at a time, however many wait', async () => {
    let reads = 0;
    const { get } = world.store;
    world.store.get = (...given) => {
      reads += 1;
      return get(...given);
    };
    const gateway = world.follow();
    await Promise.all(Array.from({ length: 100 }, async () => gateway.ready()));
    expect(reads).toBe(1);
  });
});

describe('what the store holds', () => {
  test('of another form is told and hides nothing else', async () => {
    await world.store.put('identity/revocation/strange', { v: 2 }, { now: NOW });
    await world.desk.revoke(revocationOf());
    const gateway = world.follow();
    await gateway.ready();
    expect(gateway.isRevoked(proofOf())).toBe(true);
    expect(world.logged.some((line) => line.startsWith('a revocation in the store cannot be read'))).toBe(
      true,
    );
  });

  test('is read back as it was, under a key of its own, whatever the names', () => {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(name, name, fc.option(name, { nil: undefined }), (issuer, subject, client) => {
        const revocation = revocationOf({ issuer, subject, ...(client !== undefined && { client }) });
        expect(readRevocation(JSON.parse(JSON.stringify(toStored(revocation))))).toEqual(revocation);
        expect(keyOfRevocation(revocation)).toMatch(/^identity\/revocation\/[\w-]{43}$/);
        expect(keyOfRevocation(revocation)).not.toBe(keyOfRevocation({ ...revocation, tokenId: 'x' }));
      }),
      { numRuns: 30 },
    );
  });
});
