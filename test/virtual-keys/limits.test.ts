import { expect, test } from 'vitest';
import { createKeyLimits } from '../../src/gateway/ledger/key-limits.ts';
import { NO_COST } from '../../src/gateway/ledger/ledger.ts';
import type { KeyLimit } from '../../src/identity/keys/key-record.ts';
import { openMemory } from '../../src/state/memory/open-memory.ts';
import { BailiwickError } from '../../src/errors.ts';
import { call, createClock, createLog, limits, openLedger, refusal, usd } from '../ledger/support.ts';

/** A Ledger over memory, and the limits of keys by their names. */
function open(keys: Record<string, { lineage?: string; limits: readonly KeyLimit[] } | 'forgotten'>) {
  const clock = createClock();
  return openLedger(openMemory({ logger: createLog().logger }), {
    clock,
    keyLimits: createKeyLimits(({ key = '' }) => {
      const found = keys[key];
      if (found === 'forgotten') throw new BailiwickError('IDENTITY_UNAVAILABLE', 'not known any more');
      return found && { lineage: found.lineage ?? key, limits: found.limits };
    }),
  });
}

const NOTHING = limits('{ id: far, budget: { calls: 1000, per: day } }');

test.each<[string, KeyLimit, string]>([
  ['calls', { kind: 'budget', unit: 'calls', amount: 3, per: 'day' }, '3 calls per day'],
  ['money', { kind: 'budget', unit: 'usd', amount: 300_000_000, per: 'month' }, '0.3 USD per month'],
  ['tokens', { kind: 'budget', unit: 'tokens', amount: 30, per: 'hour' }, '30 tokens per hour'],
  ['a rate', { kind: 'rate', calls: 3, per: 'minute' }, '3 calls per minute'],
  ['concurrency', { kind: 'concurrency', calls: 3 }, '3 calls at one time'],
])(
  '%s: a key passes its own limit no more than any other, and the refusal names it',
  async (_, limit, words) => {
    const { ledger } = open({ kaa: { limits: [limit] } });
    const bound = { ...usd(0.1), outputTokens: 10 };
    const mine = () => refusal(ledger.reserve(call(NOTHING, { as: { key: 'kaa' }, bound })));
    const outcomes = await Promise.all(Array.from({ length: 20 }, mine));
    const refused = outcomes.filter((error) => error !== undefined);
    expect(outcomes.length - refused.length).toBe(3);
    for (const error of refused) {
      expect([error.code, error.data['rules']]).toEqual(['LIMIT_EXCEEDED', ['key/kaa/1']]);
      expect(error.message).toContain(`limit key/kaa/1: ${words}`);
    }
    // Nobody else's calls are counted, the same principal's with another key included.
    for (const as of [{}, { key: 'kbb' }])
      expect(await refusal(ledger.reserve(call(NOTHING, { as, bound })))).toBeUndefined(); // oxlint-disable-line no-await-in-loop -- one after the other
    await ledger.close();
  },
);

test('a call that one of both refuses takes nothing of the other: the policy and the key are asked in one step', async () => {
  const { ledger } = open({
    kaa: { limits: [{ kind: 'budget', unit: 'calls', amount: 1, per: 'day' }] },
    kbb: { limits: [{ kind: 'budget', unit: 'calls', amount: 100, per: 'day' }] },
  });
  const set = limits('{ id: two, budget: { calls: 2, per: day } }');
  const as = (key: string) => refusal(ledger.reserve(call(set, { as: { key }, bound: NO_COST })));
  expect([await as('kaa'), (await as('kaa'))?.data['rules']]).toEqual([undefined, ['key/kaa/1']]);
  expect([await as('kbb'), (await as('kbb'))?.data['rules']]).toEqual([undefined, ['team/two']]);
  expect((await as('kaa'))?.data['rules']).toEqual(['team/two', 'key/kaa/1']);
  await ledger.close();
});

test('a key counts on where the one stood that it took the place of', async () => {
  const day: KeyLimit = { kind: 'budget', unit: 'calls', amount: 2, per: 'day' };
  const { ledger } = open({ kaa: { limits: [day] }, kbb: { lineage: 'kaa', limits: [day] } });
  const as = (key: string) => refusal(ledger.reserve(call(NOTHING, { as: { key } })));
  expect([await as('kaa'), await as('kbb')]).toEqual([undefined, undefined]);
  expect([(await as('kbb'))?.data['rules'], (await as('kaa'))?.data['rules']]).toEqual([
    ['key/kaa/1'],
    ['key/kaa/1'],
  ]);
  await ledger.close();
});

test('a key whose limits are not known any more makes no call', async () => {
  const { ledger } = open({ kaa: 'forgotten' });
  expect((await refusal(ledger.reserve(call(NOTHING, { as: { key: 'kaa' } }))))?.code).toBe(
    'IDENTITY_UNAVAILABLE',
  );
  await ledger.close();
});
