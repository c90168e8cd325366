import { expect, test } from 'vitest';
import { toNanoUsd } from '../../src/text/nano-usd.ts';
import { openInMemory } from './homes.ts';
import { call, limits, openLedger, refusal, settled, usd } from './support.ts';

test('a hard budget keeps what it counted when a soft one of its kind is written before it', async () => {
  await using home = await openInMemory();
  const { ledger } = openLedger(home.store);
  const hard = '{ usd: 5, per: month }';
  await (
    await ledger.reserve(call(limits(`{ id: month, budget: [${hard}] }`), { bound: usd(4.95) }))
  ).settle();

  const both = limits(`{ id: month, budget: [{ usd: 4, per: month, mode: soft }, ${hard}] }`);
  expect(await refusal(ledger.reserve(call(both, { bound: usd(0.1) })))).toMatchObject({
    code: 'LIMIT_EXCEEDED',
  });
});

test('a budget that was raised keeps what it counted, and is told of anew when that is used up too', async () => {
  await using home = await openInMemory();
  const { ledger, alerts } = openLedger(home.store);
  const spendOn = async (amount: number): Promise<void> => {
    const set = limits(`{ id: month, budget: { usd: ${amount}, per: month, alertAt: 0.8 } }`);
    await (await ledger.reserve(call(set, { bound: usd(4) }))).settle();
    await settled();
  };

  await spendOn(5);
  await spendOn(10);
  await spendOn(20);
  await spendOn(20);
  await spendOn(20);
  expect(alerts.map(({ amount, total }) => [amount, total])).toEqual([
    [toNanoUsd(5), toNanoUsd(4)],
    [toNanoUsd(10), toNanoUsd(8)],
    [toNanoUsd(20), toNanoUsd(16)],
  ]);
});

test('more limits than a reservation can hold are said to be too many, and not to be a fault of the gateway', async () => {
  await using home = await openInMemory();
  const { ledger } = openLedger(home.store);
  const many = Array.from(
    { length: 257 },
    (_, index) => `{ id: at-${index}, rate: { calls: ${index + 1}, per: day } }`,
  );

  expect(await refusal(ledger.reserve(call(limits(...many.slice(1)))))).toBeUndefined();
  expect(await refusal(ledger.reserve(call(limits(...many))))).toMatchObject({
    code: 'CONFIGURATION',
    message: expect.stringContaining('257 rates, concurrencies and budgets apply to this call, team/at-0'),
  });
});
