import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { describeBudgets, toBudgetCsv } from '../../src/cli/spend/budget-text.ts';
import { readBudgets, type BudgetState } from '../../src/cli/spend/budgets.ts';
import { toBudgetsDocument } from '../../src/cli/spend/spend-document.ts';
import { SPEND_SCHEMA } from '../../src/cli/spend/spend-schema.ts';
import type { Target } from '../../src/catalog/entries.ts';
import { createLedger } from '../../src/gateway/ledger/create-ledger.ts';
import type { Cost } from '../../src/gateway/ledger/ledger.ts';
import type { PolicySet } from '../../src/policy/policy-set.ts';
import type { Principal } from '../../src/identity/principal.ts';
import { policy, principal, toolTarget } from '../policy/fixtures.ts';
import { createMemoryStore, NOW } from './support.ts';

const POLICY = policy(`policy: p
limits:
  - { id: all, budget: [{ usd: 1, per: day }, { calls: 100, per: month, timeZone: Asia/Tokyo }] }
  - { id: each, budget: { usd: 0.5, per: month, by: principal, mode: soft } }
  - { id: teams, who: { team: care }, budget: { calls: 4, per: hour, by: team } }
  - { id: tools, what: { access: write }, budget: { calls: 4, per: day, by: tool }, rate: { calls: 9, per: day } }
  - { id: closed, who: { team: none }, budget: { calls: 0, per: day } }
`);

interface Made {
  readonly by?: Partial<Principal>;
  readonly target?: Target;
  readonly usd: number;
  /** Absent: it is under way. */
  readonly settled?: boolean;
}

/** Calls through the Ledger itself, so that what is read is what it wrote. */
async function spendAndRead(calls: readonly Made[], set: PolicySet = POLICY): Promise<BudgetState[]> {
  const store = createMemoryStore();
  let ids = 0;
  const ledger = createLedger({
    store,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    now: () => NOW,
    newId: () => `n${ids++}`,
    timeZone: () => 'Europe/Berlin',
    localShare: 1,
  });
  for (const { by = {}, target = toolTarget('desk', 'list'), usd, settled = true } of calls) {
    const bound: Cost = { nanoUsd: usd * 1_000_000_000, inputTokens: 0, outputTokens: 0 };
    const id = `call-${ids++}`;
    const hold = await ledger.reserve({ id, principal: principal(by), target, policy: set, bound });
    if (settled) await hold.settle(bound);
  }
  try {
    return await readBudgets(store, { limits: set.limits, now: NOW, timeZone: 'Europe/Berlin' });
  } finally {
    await ledger.close();
  }
}

const CALLS: readonly Made[] = [
  { usd: 0.25 },
  { usd: 0.125, by: { subject: 'bot', team: 'care' } },
  { usd: 0.25, by: { subject: 'bot', team: 'care' }, settled: false },
  { usd: 0, by: { issuer: 'https://id', subject: 'dana' }, target: toolTarget('desk', 'add', 'write') },
];

test('budgets say how full they are and when they begin anew, the fullest first', async () => {
  expect(describeBudgets(await spendAndRead(CALLS), Infinity)).toBe(
    `LIMIT     WHO              AMOUNT                   RESETS                          SPENT  HELD    USED
p/each    principal bot    0.5 USD per month, soft  2026-12-01 00:00 Europe/Berlin  0.125  0.25  75.0 %
p/all     all together     1 USD per day            2026-11-22 00:00 Europe/Berlin  0.375  0.25  62.5 %
p/each    principal agent  0.5 USD per month, soft  2026-12-01 00:00 Europe/Berlin   0.25     0  50.0 %
p/teams   team care        4 calls per hour         2026-11-21 14:00 Europe/Berlin      1     1  50.0 %
p/tools   tool desk/add    4 calls per day          2026-11-22 00:00 Europe/Berlin      1     0  25.0 %
p/all     all together     100 calls per month      2026-12-01 00:00 Asia/Tokyo         3     1   4.0 %
p/closed  all it is about  0 calls per day          2026-11-22 00:00 Europe/Berlin      0     0       -`,
  );
});

test('budgets are a document of the published schema, and CSV', async () => {
  const states = await spendAndRead(CALLS);
  const document = toBudgetsDocument(states, NOW);
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(SPEND_SCHEMA);
  expect([validate(document), validate.errors]).toEqual([true, null]);
  expect(document.at).toBe('2026-11-21T12:00:00.000Z');
  expect(
    document.budgets.find(({ limit, subject }) => limit === 'p/each' && subject['subject'] === 'bot'),
  ).toEqual({
    limit: 'p/each',
    by: 'principal',
    subject: { issuer: 'config', subject: 'bot' },
    unit: 'usd',
    per: 'month',
    mode: 'soft',
    amount: '0.5',
    spent: '0.125',
    held: '0.25',
    resetsAt: '2026-11-30T23:00:00.000Z',
    timeZone: 'Europe/Berlin',
  });
  expect(toBudgetCsv(states).split('\r\n').slice(0, 2)).toEqual([
    'limit,by,who,unit,per,mode,amount,spent,held,resetsAt',
    'p/all,rule,,usd,day,hard,1,0.375,0.25,2026-11-21T23:00:00.000Z',
  ]);
});

test('of budgets that several have, those are listed that used some of it', async () => {
  const many = Array.from({ length: 1_200 }, (_, index) => ({ usd: 0.0001, by: { subject: `s${index}` } }));
  const set = policy('policy: p\nlimits: [{ id: each, budget: { usd: 1, per: day, by: principal } }]\n');
  expect(await spendAndRead(many, set)).toHaveLength(1_200);
  expect(await spendAndRead([], set)).toEqual([]);
});

test('without a budget that is said, and rates are none', async () => {
  const set = policy('policy: p\nlimits: [{ id: r, rate: { calls: 1, per: day } }]\n');
  expect(describeBudgets(await spendAndRead([], set), 40)).toBe(
    'no budget is in force: no policy and no key has a limit with a budget',
  );
});
