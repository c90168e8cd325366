import { expect, test } from 'vitest';
import { NO_COST } from '../../src/gateway/ledger/ledger.ts';
import type { Principal } from '../../src/identity/principal.ts';
import { toNanoUsd } from '../../src/text/nano-usd.ts';
import { toolTarget } from '../policy/fixtures.ts';
import { homes, openInMemory } from './homes.ts';
import {
  call,
  createClock,
  limits,
  NOW,
  openLedger,
  refusal,
  settled,
  spend,
  tokens,
  usd,
} from './support.ts';

const FIVE_USD = limits('{ id: month, budget: { usd: 5, per: month } }');

test.each(homes)(
  '1,000 parallel calls of 0.10 USD against 5 USD: exactly 50 are let through (%s)',
  async (_, open) => {
    await using home = await open();
    const { ledger } = openLedger(home.store);

    const answers = await Promise.all(
      Array.from({ length: 1_000 }, () => refusal(ledger.reserve(call(FIVE_USD, { bound: usd(0.1) })))),
    );

    expect(answers.filter((answer) => answer === undefined)).toHaveLength(50);
    expect(new Set(answers.filter((answer) => answer).map((answer) => answer?.code))).toEqual(
      new Set(['LIMIT_EXCEEDED']),
    );
  },
);

test('what a call can cost is never reduced to what is left: it fits, or it is refused', async () => {
  await using home = await openInMemory();
  const { ledger } = openLedger(home.store);
  await (await ledger.reserve(call(FIVE_USD, { bound: usd(4.95) }))).settle(usd(4.95));

  const error = await refusal(ledger.reserve(call(FIVE_USD, { bound: usd(0.1) })));

  expect(error?.code).toBe('LIMIT_EXCEEDED');
  expect(await refusal(ledger.reserve(call(FIVE_USD, { bound: usd(0.05) })))).toBeUndefined();
});

test.each(homes)(
  'what a process held that is gone is given back, or charged, when its lease is over (%s)',
  async (_, open) => {
    await using home = await open();
    const clock = createClock();
    const set = limits(
      '{ id: soft, mode: soft, budget: { usd: 1, per: month } }',
      '{ id: hard, budget: { usd: 1, per: month, onLoss: release } }',
      '{ id: at-once, concurrency: 1 }',
    );
    const { ledger: gone } = openLedger(home.store, { clock: createClock() });
    await gone.reserve(call(set, { id: 'lost', bound: usd(1) }));

    const { ledger, lost, log } = openLedger(home.store, { clock });
    expect((await refusal(ledger.reserve(call(set, { bound: usd(1) }))))?.data['rules']).toEqual([
      'team/at-once',
      'team/hard',
    ]);
    clock.jump(61_000);
    expect(await refusal(ledger.reserve(call(set, { bound: usd(1) })))).toBeUndefined();
    expect(lost).toEqual(['lost']);
    expect(log.join('\n')).toContain('a call counts as lost');
  },
);

test.each(homes)(
  'what a lost call held of a hard budget is charged, and corrected when it ends after all (%s)',
  async (_, open) => {
    await using home = await open();
    const { ledger, clock } = openLedger(home.store);
    const other = openLedger(home.store, { clock });
    const hold = await ledger.reserve(call(FIVE_USD, { bound: usd(5) }));
    clock.jump(61_000);

    const refused = await refusal(other.ledger.reserve(call(FIVE_USD, { bound: usd(1) })));
    expect(refused?.code).toBe('LIMIT_EXCEEDED');
    expect(await spend(home.store, '2026-11-21', clock.now())).toMatchObject([
      { calls: 1, nanoUsd: toNanoUsd(5), bound: 1, lost: 1 },
    ]);

    await hold.settle(usd(4));
    expect(await refusal(other.ledger.reserve(call(FIVE_USD, { bound: usd(1) })))).toBeUndefined();
    expect(await spend(home.store, '2026-11-21', clock.now())).toMatchObject([
      { calls: 1, nanoUsd: toNanoUsd(4) },
    ]);
  },
);

test('a call that lasts keeps its reservation, however long it is under way', async () => {
  await using home = await openInMemory();
  const { ledger, clock, lost } = openLedger(home.store);
  const hold = await ledger.reserve(call(FIVE_USD, { bound: usd(5) }));

  await clock.pass(600_000);
  expect((await refusal(ledger.reserve(call(FIVE_USD, { bound: usd(1) }))))?.code).toBe('LIMIT_EXCEEDED');
  expect(lost).toEqual([]);
  await hold.settle(usd(0.5));
  expect(await refusal(ledger.reserve(call(FIVE_USD, { bound: usd(4.5) })))).toBeUndefined();
});

test('one refusal takes nothing: where one of several limits has no room, the others keep theirs', async () => {
  await using home = await openInMemory();
  const { ledger } = openLedger(home.store);
  const set = limits(
    '{ id: calls, rate: { calls: 3, per: minute } }',
    '{ id: month, budget: { usd: 1, per: month } }',
  );
  for (let attempt = 0; attempt < 10; attempt += 1) {
    expect((await refusal(ledger.reserve(call(set, { bound: usd(2) }))))?.data['rules']).toEqual([
      'team/month',
    ]);
  }
  for (let attempt = 0; attempt < 3; attempt += 1) {
    expect(await refusal(ledger.reserve(call(set)))).toBeUndefined();
  }
  expect((await refusal(ledger.reserve(call(set))))?.data['rules']).toEqual(['team/calls']);
});

test('the first call of somebody new is counted like any other', async () => {
  await using home = await openInMemory();
  const { ledger } = openLedger(home.store);
  const set = limits('{ id: each, by: principal, budget: { usd: 1, per: month } }');
  for (const subject of ['a', 'b', '', 'x'.repeat(1_000_000), '\ud800']) {
    expect((await refusal(ledger.reserve(call(set, { as: { subject }, bound: usd(2) }))))?.code).toBe(
      'LIMIT_EXCEEDED',
    );
    expect(await refusal(ledger.reserve(call(set, { as: { subject }, bound: usd(1) })))).toBeUndefined();
    expect((await refusal(ledger.reserve(call(set, { as: { subject }, bound: usd(0.1) }))))?.code).toBe(
      'LIMIT_EXCEEDED',
    );
  }
});

test('what a call did cost replaces what it could cost, and counts in full where it is more', async () => {
  await using home = await openInMemory();
  const { ledger } = openLedger(home.store);
  await (await ledger.reserve(call(FIVE_USD, { bound: usd(1) }))).settle(usd(0.25));
  expect(await refusal(ledger.reserve(call(FIVE_USD, { bound: usd(5) })))).toBeDefined();
  await (await ledger.reserve(call(FIVE_USD, { bound: usd(1) }))).settle(usd(4.75));
  expect(await refusal(ledger.reserve(call(FIVE_USD, { bound: usd(0.000000001) })))).toBeDefined();
  expect(await spend(home.store)).toMatchObject([{ calls: 2, nanoUsd: toNanoUsd(5) }]);
});

test('a cost that is not known is the most that the call could cost, and is marked', async () => {
  await using home = await openInMemory();
  const { ledger } = openLedger(home.store);
  await (await ledger.reserve(call(FIVE_USD, { bound: usd(3) }))).settle();
  expect(await refusal(ledger.reserve(call(FIVE_USD, { bound: usd(2.5) })))).toBeDefined();
  expect(await spend(home.store)).toMatchObject([{ calls: 1, nanoUsd: toNanoUsd(3), bound: 1 }]);
});

test('a call counts once, whatever is said about it and however often', async () => {
  await using home = await openInMemory();
  const { ledger } = openLedger(home.store);
  const hold = await ledger.reserve(call(FIVE_USD, { bound: usd(1) }));
  await Promise.all([hold.settle(usd(0.5)), hold.settle(usd(1)), hold.release(), hold.settle()]);
  expect(await spend(home.store)).toMatchObject([{ calls: 1, nanoUsd: toNanoUsd(0.5) }]);
});

test('a call that was not sent leaves nothing behind', async () => {
  await using home = await openInMemory();
  const { ledger } = openLedger(home.store);
  const set = limits('{ id: calls, rate: { calls: 1, per: day } }', '{ id: one, concurrency: 1 }');
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await (await ledger.reserve(call(set, { bound: usd(1) }))).release();
  }
  expect((await spend(home.store)).map(({ calls, nanoUsd }) => [calls, nanoUsd])).toEqual([
    [undefined, undefined],
  ]);
});

test('what was reserved in a period is settled in it', async () => {
  await using home = await openInMemory();
  const clock = createClock(Date.parse('2026-11-30T23:59:30Z'));
  const { ledger } = openLedger(home.store, { clock });
  const hold = await ledger.reserve(call(FIVE_USD, { bound: usd(5) }));
  clock.jump(40_000);
  expect(await refusal(ledger.reserve(call(FIVE_USD, { bound: usd(5) })))).toBeUndefined();
  await hold.settle(usd(2));
  expect((await refusal(ledger.reserve(call(FIVE_USD, { bound: usd(0.5) }))))?.code).toBe('LIMIT_EXCEEDED');
  expect(await spend(home.store, '2026-11-30', clock.now())).toMatchObject([
    { calls: 1, nanoUsd: toNanoUsd(2) },
  ]);
  clock.jump(-40_000);
  expect(await refusal(ledger.reserve(call(FIVE_USD, { bound: usd(3) })))).toBeUndefined();
});

test('calls are counted by whom they are, and those that are nobody together', async () => {
  await using home = await openInMemory();
  const { ledger } = openLedger(home.store);
  const ask = async (by: string, as: object, target = toolTarget('crm', 'lookup')) =>
    (await refusal(
      ledger.reserve(
        call(limits(`{ id: ${by}, by: ${by}, budget: { calls: 1, per: day } }`), { as, target }),
      ),
    )) === undefined;
  for (const by of ['team', 'key', 'client']) {
    expect([await ask(by, { [by]: 'a' }), await ask(by, { [by]: 'b' }), await ask(by, {})]).toEqual([
      true,
      true,
      true,
    ]);
    expect([await ask(by, { [by]: 'a' }), await ask(by, { [by]: 'b' }), await ask(by, {})]).toEqual([
      false,
      false,
      false,
    ]);
  }
  expect(await ask('principal', { issuer: 'config', subject: 'a' })).toBe(true);
  expect(await ask('principal', { issuer: 'local', subject: 'a' })).toBe(true);
  expect(await ask('principal', { issuer: 'local', subject: 'a' })).toBe(false);
  expect(await ask('tool', {}, toolTarget('crm', 'one'))).toBe(true);
  expect(await ask('tool', {}, toolTarget('crm', 'two'))).toBe(true);
  expect(await ask('tool', {}, toolTarget('crm', 'two'))).toBe(false);
  expect(await ask('source', {}, toolTarget('crm', 'one'))).toBe(true);
  expect(await ask('source', {}, toolTarget('erp', 'one'))).toBe(true);
  expect(await ask('source', {}, toolTarget('erp', 'two'))).toBe(false);
});

test('tokens and calls at one time are limited like money', async () => {
  await using home = await openInMemory();
  const { ledger } = openLedger(home.store);
  const set = limits('{ id: tokens, rate: { tokens: 100, per: minute } }', '{ id: two, concurrency: 2 }');
  const first = await ledger.reserve(call(set, { bound: tokens(60) }));
  expect((await refusal(ledger.reserve(call(set, { bound: tokens(60) }))))?.data['rules']).toEqual([
    'team/tokens',
  ]);
  await first.settle(tokens(10));
  const second = await ledger.reserve(call(set, { bound: tokens(60) }));
  await ledger.reserve(call(set, { bound: tokens(20) }));
  const third = await refusal(ledger.reserve(call(set)));
  expect(third?.message).toBe(
    'limit team/two: 2 calls at one time; try again when one of the calls under way has ended',
  );
  expect(third?.data).toEqual({ rules: ['team/two'] });
  await second.settle(tokens(60));
  expect(await refusal(ledger.reserve(call(set)))).toBeUndefined();
});

test('a refusal says which limit, for whom, and when to try again, and nothing about others', async () => {
  await using home = await openInMemory();
  const { ledger } = openLedger(home.store);
  const set = limits(
    '{ id: writes, by: principal, rate: { calls: 1, per: minute } }',
    '{ id: month, budget: { usd: 0.5, per: month } }',
  );
  await ledger.reserve(call(set, { bound: usd(0.4) }));
  const error = await refusal(ledger.reserve(call(set, { bound: usd(0.4) })));
  expect(error?.message).toMatch(
    /^limit team\/month: 0\.5 USD per month; this call can take 0\.4 USD; try again in 10 days\. limit team\/writes: 1 call per minute, for principal agent; try again in 6\d s$/,
  );
  expect(error?.data).toEqual({
    rules: ['team/month', 'team/writes'],
    retryAfterMs: Date.parse('2026-12-01T00:00:00Z') - NOW,
  });
  const never = await refusal(ledger.reserve(call(set, { as: { subject: 'other' }, bound: usd(0.6) })));
  expect(never?.message).toBe(
    'limit team/month: 0.5 USD per month; this call can take 0.6 USD, more than the whole limit',
  );
});

test('a caller without room is told what is left of its own budget or that of its team, and what the call can take', async () => {
  await using home = await openInMemory();
  const { ledger } = openLedger(home.store);
  const told = async (by: string, as: Partial<Principal>): Promise<string | undefined> => {
    const set = limits(`{ id: ${by}, by: ${by}, budget: { usd: 0.6, per: day } }`);
    await (await ledger.reserve(call(set, { as, bound: usd(0.57) }))).settle(usd(0.57));
    const error = await refusal(ledger.reserve(call(set, { as, bound: usd(0.05) })));
    return error?.message
      .replace(/^limit team\/\w+: 0\.6 USD per day, for /, '')
      .replace(/; try again in .*/, '');
  };
  expect(await told('principal', { subject: 'bot' })).toBe(
    'principal bot; 0.03 USD left, and this call can take 0.05 USD',
  );
  expect(await told('team', { team: 'care' })).toBe(
    'team care; 0.03 USD left, and this call can take 0.05 USD',
  );
  // Others may have spent of these.
  expect(await told('team', {})).toBe('calls without a team; this call can take 0.05 USD');
  expect(await told('tool', {})).toBe('tool crm/lookup; this call can take 0.05 USD');
});

test.each([
  ['usd: 1', usd(1), 'nano-USD'],
  ['calls: 1', NO_COST, 'calls'],
])('the log says of an alert in which unit its amounts are (%s)', async (budget, bound, unit) => {
  await using home = await openInMemory();
  const warned: object[] = [];
  const warn = (fields: object): void => void warned.push(fields);
  const { ledger } = openLedger(home.store, { logger: { debug() {}, info() {}, warn, error() {} } });
  const set = limits(`{ id: day, budget: { ${budget}, per: day, alertAt: [1] } }`);
  await ledger.reserve(call(set, { bound }));
  await ledger.close();
  expect(warned).toEqual([expect.objectContaining({ unit, total: unit === 'calls' ? 1 : 1_000_000_000 })]);
});

test('calls that nothing limits are counted without asking the store first', async () => {
  await using home = await openInMemory();
  const { ledger } = openLedger(home.store);
  const holds = await Promise.all(
    Array.from({ length: 100 }, () =>
      ledger.reserve(call(limits('{ id: other, who: { team: x }, concurrency: 1 }'))),
    ),
  );
  await Promise.all(holds.map((hold) => hold.settle(NO_COST)));
  await settled();
  expect(await spend(home.store)).toEqual([
    { issuer: 'config', subject: 'agent', kind: 'tool', source: 'crm', name: 'lookup', calls: 100 },
  ]);
});
