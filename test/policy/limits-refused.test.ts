import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BailiwickError } from '../../src/errors.ts';
import { policy, refusalOf } from './fixtures.ts';

const PER_RATE = '`second` or `minute` or `hour` or `day`';
const PER_BUDGET = '`hour` or `day` or `month`';
const ALERT = 'must be a part of the amount, above 0 and at most 1; write 0.8 for 80 %';
const CONCURRENCY = 'expected a whole number of calls, or a map of keys like `{ calls: 5, by: principal }`';

describe('what a limit cannot be is refused with what to write instead', () => {
  test.each([
    ['by: rule', 'limits[0]: limits nothing; add `rate`, `concurrency` or `budget`'],
    ['rate: []', 'limits[0].rate: an empty list limits nothing; name a rate or leave it out'],
    ['rate:', 'limits[0].rate: expected a map of keys or a list'],
    ['rate: { per: day }', 'limits[0].rate: says no amount; add `calls` or `tokens`, e.g. `calls: 100`'],
    [
      'rate: { calls: 1, tokens: 2, per: day }',
      'limits[0].rate: takes one amount, not 2; write a list with one entry for each of `calls` and `tokens`',
    ],
    ['rate: { calls: 1 }', `limits[0].rate.per: missing; expected ${PER_RATE}`],
    ['rate: { calls: 1, per: week }', `limits[0].rate.per: weeks are not supported; expected ${PER_RATE}`],
    [
      'rate: { calls: 1, per: minutes }',
      `limits[0].rate.per: expected ${PER_RATE}; did you mean \`minute\`?`,
    ],
    [
      'rate: { calls: 1, per: month }',
      `limits[0].rate.per: a rate has no months, which differ in length; expected ${PER_RATE}, or write a budget, which has`,
    ],
    [
      'rate: { usd: 1, per: day }',
      'limits[0].rate: a rate counts `calls` or `tokens`; money is limited by a budget: `budget: { usd: 5, per: day }`',
    ],
    ['rate: { calls: -1, per: day }', 'limits[0].rate.calls: must not be negative'],
    ['rate: { calls: 1.5, per: day }', 'limits[0].rate.calls: expected a whole number'],
    ['rate: { calls: "1", per: day }', 'limits[0].rate.calls: expected a whole number'],
    ['rate: { calls: .nan, per: day }', 'this value has no JSON form; quote it if it is text'],
    ['rate: { calls: .inf, per: day }', 'this value has no JSON form; quote it if it is text'],
    [
      'rate: { calls: 9007199254740992, per: day }',
      'this number is too large to be compared exactly; quote it if it is text',
    ],
    [
      'rate: { calls: 1, per: day, mode: sotf }',
      'limits[0].rate.mode: expected `hard` or `soft`; did you mean `soft`?',
    ],
    [
      'rate: { calls: 1, per: day, by: user }',
      'limits[0].rate.by: expected `rule` or `principal` or `team` or `key` or `client` or `source` or `tool` or `model`',
    ],
    ['concurrency: -1', 'limits[0].concurrency: must not be negative'],
    ['concurrency: 1.5', `limits[0].concurrency: ${CONCURRENCY}`],
    ['concurrency: [1]', `limits[0].concurrency: ${CONCURRENCY}`],
    ['concurrency:', `limits[0].concurrency: ${CONCURRENCY}`],
    ['concurrency: {}', 'limits[0].concurrency.calls: missing; expected a whole number'],
    [
      'concurrency: { calls: 1, per: day }',
      'limits[0].concurrency: concurrency is about one moment and has no `per`; calls in a period are limited by a rate or a budget',
    ],
    [
      'budget: { eur: 5, per: month }',
      'limits[0].budget: there is no `eur`: money is counted in US dollars; convert the amount and write `usd`',
    ],
    [
      'budget: { usd: 5, per: weekly }',
      `limits[0].budget.per: weeks are not supported; expected ${PER_BUDGET}`,
    ],
    ['budget: { usd: 5, per: minute }', `limits[0].budget.per: expected ${PER_BUDGET}`],
    ['budget: { usd: -0.1, per: day }', 'limits[0].budget.usd: must not be negative'],
    ['budget: { usd: 0.0000000001, per: day }', 'limits[0].budget.usd: must have at most 9 decimals'],
    ['budget: { usd: 9007199.3, per: day }', 'limits[0].budget.usd: must be at most 9007199.254740991'],
    [
      'budget: { usd: 8388608.000000001, per: day }',
      'this number has more digits than can be kept exactly; shorten it, or quote it if it is text',
    ],
    [
      'budget: { usd: $5, per: day }',
      'limits[0].budget.usd: expected US dollars as a number, without a sign or a unit, like `usd: 50`',
    ],
    [
      'budget: { usd: 5, per: day, timeZone: Europe/Berln }',
      'limits[0].budget.timeZone: this is not a time zone that this system knows; did you mean `Europe/Berlin`?',
    ],
    [
      'budget: { usd: 5, per: day, timeZone: new york }',
      'limits[0].budget.timeZone: this is not a time zone that this system knows; did you mean `America/New_York`?',
    ],
    [
      'budget: { usd: 5, per: day, timeZone: "+02:00" }',
      'limits[0].budget.timeZone: this is not a time zone that this system knows; write its IANA name, like `Europe/Berlin` or `UTC`',
    ],
    [
      'budget: { usd: 5, per: day, timezone: UTC }',
      'limits[0].budget: unknown key `timezone`; did you mean `timeZone`?',
    ],
    ['budget: { usd: 5, per: day, alertAt: [0.5, 80] }', `limits[0].budget.alertAt[1]: ${ALERT}`],
    ['budget: { usd: 5, per: day, alertAt: 0 }', `limits[0].budget.alertAt: ${ALERT}`],
    [
      'budget: { usd: 5, per: day, alertAt: [] }',
      'limits[0].budget.alertAt: names no part of the amount; leave it out for 0.8 and 1',
    ],
    ['budget: { usd: 5, per: day, onLoss: keep }', 'limits[0].budget.onLoss: expected `charge` or `release`'],
    [
      'budget: [{ usd: 5, per: day }, { usd: 6, per: day }]',
      'p/l: another budget of this limit is about the same, so only the smaller amount counts; remove one of them',
    ],
    ['concurrency: 1, who: {}', 'limits[0].who: selects nobody in particular; leave it out to mean everyone'],
    [
      'concurrency: 1, what: []',
      'limits[0].what: an empty list selects nothing; name a selector or leave it out',
    ],
    ['concurrency: 1, what: { toll: x }', 'limits[0].what: unknown key `toll`; did you mean `tool`?'],
    ['concurrency: 1, effect: deny', 'limits[0]: unknown key `effect`; correct or remove it'],
    ['concurrency: 1, budgets: {}', 'limits[0]: unknown key `budgets`; did you mean `budget`?'],
  ])('%s', (members, message) => {
    const [refusal, ...more] = refusalOf(`policy: p\nlimits:\n  - { id: l, ${members} }\n`);
    expect(more).toEqual([]);
    expect(refusal?.replace(/^a\.policy\.yaml:3:\d+  /, '')).toBe(message);
  });

  test('at its place, with all that is wrong beside it', () => {
    expect(
      refusalOf(`policy: p
limits:
  - id: l l
    rate:
      - { calls: -3, per: minute }
      - { calls: 3, per: fortnight }
    budget:
      yen: 5
      per: month
`),
    ).toEqual([
      'a.policy.yaml:3:9  limits[0].id: must be 1 to 64 letters, digits, `.`, `_` or `-`, a letter or digit first',
      'a.policy.yaml:5:18  limits[0].rate[0].calls: must not be negative',
      `a.policy.yaml:6:26  limits[0].rate[1].per: expected ${PER_RATE}`,
      'a.policy.yaml:8:7  limits[0].budget: unknown key `yen`; correct or remove it',
    ]);
  });
});

/** True where the text loads, as it may; false where it is refused, as it must. */
function loads(text: string): boolean {
  try {
    for (const { measures } of policy(text).limits) {
      expect(measures.length).toBeGreaterThan(0);
      for (const { amount } of measures) {
        expect(Number.isSafeInteger(amount) && amount >= 0 && !Object.is(amount, -0)).toBe(true);
      }
    }
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(BailiwickError);
    expect(error).toMatchObject({ code: 'CONFIGURATION' });
    expect(String(error)).toMatch(/^BailiwickError: p\.policy\.yaml:[1-9]\d*:[1-9]\d*  /);
    return false;
  }
}

describe('limits of any shape', () => {
  const number = fc.oneof(
    fc.constantFrom(0, -0, -1, 0.5, 1e-9, 1e-10, 1e21, 1e308, 5e-324, 2 ** 53),
    fc.double(),
    fc.integer(),
  );
  const scalar = fc.oneof(
    number,
    fc.constantFrom(null, true, '', 'hard', 'day', 'month', 'week', 'UTC', 'rule', 'model', '$5', '\u0000'),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  const keys = ['id', 'who', 'what', 'by', 'mode', 'rate', 'concurrency', 'budget', 'usd', 'tokens', 'calls'];
  const key = fc.constantFrom(
    ...keys,
    'per',
    'timeZone',
    'alertAt',
    'onLoss',
    'eur',
    'constructor',
    '__proto__',
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      scalar,
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.array(fc.tuple(key, tie('tree')), { maxLength: 5 }).map((pairs) => ({ pairs })),
    ),
  }));
  const print = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`;
    if (typeof value === 'number') return String(value).replace('Infinity', '.inf').replace('NaN', '.nan');
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const pairs = 'pairs' in value && Array.isArray(value.pairs) ? value.pairs : [];
    return `{${pairs.map(([name, member]) => `${JSON.stringify(name)}: ${print(member)}`).join(', ')}}`;
  };
  test('load with whole amounts or are refused with a place in the file', () => {
    fc.assert(
      fc.property(tree.map(print), (text) => {
        loads(`policy: p\nlimits: ${text}\n`);
        loads(`policy: p\nlimits: [{ id: l, concurrency: 1, rate: ${text}, budget: ${text} }]\n`);
      }),
      { numRuns: 600 },
    );
  });

  test('of which only the numbers are wild load only where those are amounts', () => {
    fc.assert(
      fc.property(number, fc.constantFrom('usd', 'tokens', 'calls'), (value, unit) => {
        const text = `policy: p\nlimits: [{ id: l, budget: { ${unit}: ${print(value)}, per: day } }]\n`;
        const isWhole = Number.isSafeInteger(value) && value >= 0;
        const isMoney = /^(\d+(\.\d{1,9})?|[1-9](\.\d+)?e-[789])$/.test(String(value)) && value <= 9_007_199;
        if (unit !== 'usd') expect(loads(text)).toBe(isWhole);
        else if (isWhole && value <= 9_007_199) expect(loads(text)).toBe(true);
        else if (!isMoney) expect(loads(text)).toBe(false);
      }),
    );
  });
});
