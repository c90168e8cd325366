import { describe, expect, test } from 'vitest';
import { BailiwickError } from '../../src/errors.ts';
import { createLazyStore } from '../../src/state/lazy-store.ts';
import { openMemory } from '../../src/state/memory/open-memory.ts';
import { toNanoUsd } from '../../src/text/nano-usd.ts';
import {
  breakable,
  call,
  createClock,
  createLog,
  limits,
  NOW,
  openLedger,
  refusal,
  settled,
  spend,
  usd,
} from './support.ts';

const HARD = limits('{ id: month, budget: { usd: 5, per: month } }');
const SOFT = limits('{ id: soft, mode: soft, budget: { usd: 10, per: month, alertAt: [0.5, 1] } }');

function setUp(capacity = 1_000) {
  const home = openMemory({ logger: createLog().logger });
  const clock = createClock();
  const broken = breakable(home);
  return { home, broken, ...openLedger(broken.store, { clock, capacity }), clock };
}

/** What a budget holds, by how much of it is left. */
async function spentOf(home: Parameters<typeof openLedger>[0], set = HARD): Promise<number> {
  const counter = set === HARD ? 'month' : 'soft';
  const name = `limit/team/${counter}/budget.usd.month/rule/2026-11`;
  const [total] = await home.totals(
    [{ counter: name, window: { until: Date.parse('2026-12-01T00:00:00Z') } }],
    NOW,
  );
  return (total?.spent ?? 0) + (total?.held ?? 0);
}

describe.each([
  ['nothing is taken', 'before'],
  ['all is taken and nothing answered', 'after'],
] as const)('while the store is away, and %s', (_, mode) => {
  test.each([true, false])(
    'a call under a hard limit is refused, and holds nothing afterwards (known: %s)',
    async (known) => {
      const { home, broken, ledger, clock, log } = setUp();
      broken.goAway(mode, known);
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const error = await refusal(ledger.reserve(call(HARD, { bound: usd(5) })));
        expect(error?.code).toBe('STATE_UNAVAILABLE');
        expect(error?.message).toBe(
          'limit team/month cannot be looked at now; nothing was sent; try again in 5 s',
        );
        expect(error?.data).toEqual({ rules: ['team/month'], retryAfterMs: 5_000 });
      }
      broken.comeBack();
      await clock.pass(60_000);
      expect(await spentOf(home)).toBe(0);
      expect(await refusal(ledger.reserve(call(HARD, { bound: usd(5) })))).toBeUndefined();
      expect(log.filter((line) => /cannot be reached|is back/.test(line))).toEqual([
        expect.stringContaining('error: the store of limits and budgets cannot be reached'),
        expect.stringContaining('info: the store of limits and budgets is back'),
      ]);
    },
  );

  test.each([true, false])(
    'a call under soft limits goes on, and is counted once when the store is back (known: %s)',
    async (known) => {
      const { home, broken, ledger, clock, alerts } = setUp();
      await (await ledger.reserve(call(SOFT, { bound: usd(1) }))).settle(usd(1));
      broken.goAway(mode, known);
      for (let attempt = 0; attempt < 10; attempt += 1) {
        const hold = await ledger.reserve(call(SOFT, { bound: usd(0.2) }));
        await hold.settle(usd(0.1));
      }
      // A tenth of the budget is 1 USD.
      expect(alerts.map(({ part, local, amount }) => [part, local, amount])).toEqual([
        [0.5, true, toNanoUsd(1)],
        [1, true, toNanoUsd(1)],
      ]);
      broken.comeBack();
      await clock.pass(120_000);
      expect(await spentOf(home, SOFT)).toBe(toNanoUsd(2));
      expect(await spend(home, '2026-11-21', clock.now())).toMatchObject([
        { calls: 11, nanoUsd: toNanoUsd(2) },
      ]);
    },
  );

  test.each([true, false])(
    'what was reserved before is settled once when the store is back (known: %s)',
    async (known) => {
      const { home, broken, ledger, clock } = setUp();
      const holds = await Promise.all(
        Array.from({ length: 20 }, () => ledger.reserve(call(HARD, { bound: usd(0.2) }))),
      );
      broken.goAway(mode, known);
      await Promise.all(holds.map((hold) => hold.settle(usd(0.1))));
      await clock.pass(200_000);
      broken.comeBack();
      await clock.pass(60_000);
      expect(await spentOf(home)).toBe(toNanoUsd(2));
      expect(await spend(home, '2026-11-21', clock.now())).toMatchObject([
        { calls: 20, nanoUsd: toNanoUsd(2) },
      ]);
    },
  );

  test('calls that nothing limits go on, and are counted once when the store is back', async () => {
    const { home, broken, ledger, clock } = setUp();
    broken.goAway(mode, false);
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await (await ledger.reserve(call(limits('{ id: x, who: { team: x }, concurrency: 1 }')))).settle();
      await settled();
    }
    broken.comeBack();
    await clock.pass(60_000);
    expect(await spend(home, '2026-11-21', clock.now())).toMatchObject([{ calls: 10 }]);
  });
});

test('many principals are kept apart only up to a bound while the store is away, and the log says what was dropped', async () => {
  const { home, broken, ledger, clock, log } = setUp(100);
  const set = limits('{ id: each, by: principal, mode: soft, budget: { calls: 10, per: day } }');
  broken.goAway('before');
  for (let index = 0; index < 250; index += 1) {
    await (await ledger.reserve(call(set, { as: { subject: `p${index % 125}` } }))).settle();
  }
  broken.comeBack();
  await clock.pass(60_000);
  const rows = await spend(home, '2026-11-21', clock.now());
  expect(rows).toHaveLength(100);
  expect(rows.every(({ calls }) => calls === 2)).toBe(true);
  expect(log.filter((line) => line.includes('amounts could not be kept'))).toEqual([
    expect.stringMatching(/^error: 100 amounts/),
  ]);
});

test('a stop waits for what is under way, and says what a store that is away will never hear of', async () => {
  const { home, broken, ledger } = setUp();
  const holds = await Promise.all([1, 2].map(() => ledger.reserve(call(HARD, { bound: usd(1) }))));
  await Promise.all([holds[0]!.settle(usd(0.5)), ledger.close()]);
  expect(await spend(home)).toMatchObject([{ calls: 1, nanoUsd: toNanoUsd(0.5) }]);

  const other = openLedger(broken.store);
  const hold = await other.ledger.reserve(call(SOFT, { bound: usd(1) }));
  broken.goAway('before');
  await hold.settle();
  await (await other.ledger.reserve(call(SOFT, { bound: usd(1) }))).settle();
  await other.ledger.close();
  expect(other.log.at(-1)).toContain('the store of limits and budgets is away at the end');
});

test('where a store cannot even be opened, a refused call leaves nothing to be said at the end, and the log has one line', async () => {
  const store = createLazyStore(() =>
    Promise.reject(
      new BailiwickError('STATE_UNAVAILABLE', 'the state file cannot be opened', {
        cause: new Error('see its permissions'),
      }),
    ),
  );
  const written: object[] = [];
  const error = (fields: object, message: string): void => void written.push({ ...fields, message });
  const { ledger } = openLedger(store, { logger: { ...createLog().logger, error } });

  expect((await refusal(ledger.reserve(call(HARD, { bound: usd(1) }))))?.code).toBe('STATE_UNAVAILABLE');
  await ledger.close();

  expect(written).toEqual([
    {
      reason: 'the state file cannot be opened: see its permissions',
      message: expect.stringContaining('the store of limits and budgets cannot be reached'),
    },
  ]);
});

test('a store that comes and goes with every call is told of once in ten seconds', async () => {
  const { broken, ledger, clock, log } = setUp();
  for (let second = 0; second < 30; second += 1) {
    broken.goAway('before');
    await refusal(ledger.reserve(call(HARD, { bound: usd(1) })));
    broken.comeBack();
    await clock.pass(1_000);
  }
  expect(log.filter((line) => line.includes('cannot be reached'))).toHaveLength(3);
  expect(log.filter((line) => line.includes('is back'))).toHaveLength(3);
});

test('an alert is given once for each counter, period and part, whatever the number of gateways', async () => {
  const home = openMemory({ logger: createLog().logger });
  const clock = createClock(Date.parse('2026-11-30T23:00:00Z'));
  const set = limits('{ id: day, by: team, budget: { usd: 1, per: day, alertAt: [0.5, 0.8, 1] } }');
  const [one, two] = [openLedger(home, { clock }), openLedger(home, { clock })];
  const told = () => [...one.alerts, ...two.alerts].map(({ part, scope, period }) => [part, scope, period]);
  const ask = async (as: object, cents: number, { ledger } = one) => {
    await (await ledger.reserve(call(set, { as, bound: usd(cents / 100) }))).settle(usd(cents / 100));
    await settled();
  };

  await ask({ team: 'a' }, 49);
  expect(told()).toEqual([]);
  await ask({ team: 'a' }, 1);
  await ask({ team: 'a' }, 1, two);
  expect(told()).toEqual([[0.5, 'team a', '2026-11-30']]);
  await ask({ team: 'a' }, 49, two);
  await ask({}, 50);
  expect(told()).toEqual([
    [0.5, 'team a', '2026-11-30'],
    [0.5, 'calls without a team', '2026-11-30'],
    [0.8, 'team a', '2026-11-30'],
    [1, 'team a', '2026-11-30'],
  ]);
  clock.jump(3_600_000);
  await ask({ team: 'a' }, 100);
  expect(told()).toHaveLength(7);
  expect(two.log[0]).toBe(
    'warn: limit team/day: 1 USD of 1 USD are used (1 USD per day, team a, 2026-11-30), which is at least 80 %',
  );
});

test('20,000 principals each have a counter of their own', async () => {
  const home = openMemory({ logger: createLog().logger });
  const { ledger } = openLedger(home);
  const set = limits('{ id: each, by: principal, budget: { usd: 1, per: day } }');
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < 20_000; index += 1) {
    const hold = await ledger.reserve(
      call(set, { as: { subject: `user-${index}@example.com` }, bound: usd(0.6) }),
    );
    await hold.settle(usd(0.6));
  }
  expect((process.memoryUsage().heapUsed - before) / 20_000).toBeLessThan(4_000);
  for (const index of [0, 10_000, 19_999]) {
    const as = { subject: `user-${index}@example.com` };
    expect((await refusal(ledger.reserve(call(set, { as, bound: usd(0.6) }))))?.code).toBe('LIMIT_EXCEEDED');
  }
});
