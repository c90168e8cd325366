import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { HOMES } from './support/homes.ts';
import { openTwo } from './support/two-gateways.ts';
import { NOW, openKeys, OWN, stranger } from './support/world.ts';

describe.each(HOMES)('virtual keys in $name', (kind) => {
  test('that do not exist are remembered for some seconds, until one is made', async () => {
    await using world = await openTwo(kind);
    const { time, watched, here } = world;
    const key = stranger();
    expect([await here.outcome(key), await here.outcome(key)]).toEqual(['unknown-key', 'unknown-key']);
    expect(watched.gets()).toBe(1);
    time.go(5_000);
    await here.outcome(key);
    expect(watched.gets()).toBe(2);
  });

  test('that do not exist cost bounded work, however many are shown', async () => {
    await using world = await openTwo(kind);
    const { time, watched, here, desk } = world;
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
    // Who shows a key that is not in memory is not told that it is bad.
    const { key: other } = await desk.create(OWN);
    await expect(here.verify(other)).rejects.toMatchObject({
      code: 'IDENTITY_UNAVAILABLE',
      data: { retryAfterMs: 1000 },
    });
    // Who is known is not kept out by it, and who is new not for long.
    expect(await here.outcome(key)).toBe('ci');
    time.go(2_000);
    expect(await here.outcome((await desk.create(OWN)).key)).toBe('ci');
  });

  test('are kept in bounded memory', async () => {
    await using world = await openTwo(kind);
    const { time, store, desk } = world;
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
    await using world = await openTwo(kind);
    const { time, store, here, desk } = world;
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
