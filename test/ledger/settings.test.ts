import { expect, test } from 'vitest';
import { createPriceList } from '../../src/gateway/price.ts';
import { loadText, refusalOf } from '../config/folder.ts';
import { tool } from '../policy/fixtures.ts';

const EXAMPLE = 'write the number of USD, for example `price: 0.002` or `price: { perCall: 0.002 }`';

test.each([
  ['price: { eur: 1 }', '2:38  `sources.api.price.eur`: prices are in USD, and in no other currency'],
  [
    'price: { perCall: 1, currency: EUR }',
    '2:50  `sources.api.price.currency`: prices are in USD, and in no other currency',
  ],
  [
    'prices: { get: { chf: 1 } }',
    '2:46  `sources.api.prices.get.chf`: prices are in USD, and in no other currency',
  ],
])('a price in another currency is refused where it stands: %s', async (line, problem) => {
  expect(await refusalOf(`sources:\n  api: { openapi: api.yaml, ${line} }\n`)).toEqual([
    `${problem}\n${EXAMPLE}`,
  ]);
});

test.each([
  ['price: -0.1', 'must not be negative'],
  ['price: 0.0000000001', 'must have at most 9 decimals'],
  ['price: 1.0e+300', 'must be at most 1000000'],
  ['price: "1"', 'must be a number or a mapping'],
  ['price: {}', 'needs at least one of `perCall`, `field` and `tokens`'],
  ['price: { field: /cost }', 'needs `field` and `max` together'],
  ['price: { field: cost, max: 1 }', 'must be a JSON Pointer'],
  ['price: { field: /cost, max: 0 }', 'must be more than 0, got 0'],
  ['price: { perCall: 1, usdPerUnit: 2 }', 'must have a `field` that `usdPerUnit` is the price of'],
  ['price: { tokens: { field: /tokens, max: 1.5 } }', 'must be a whole number'],
])('`%s` is refused with what is right', async (line, message) => {
  const problems = await refusalOf(`sources:\n  api: { openapi: api.yaml, ${line} }\n`);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^2:\d+ {2}`sources\.api\.price/);
  expect(problems[0]).toContain(message);
});

test.each(['Europe/Atlantis', '+02:00', ''])('the time zone "%s" is refused', async (timeZone) => {
  expect((await refusalOf(`sources: {}\nledger: { timeZone: "${timeZone}" }\n`))[0]).toContain(
    '2:21  `ledger.timeZone` must be the name of a time zone (IANA), like `Europe/Berlin`',
  );
});

test('both kinds of source take prices, and the first glob that matches counts before the price of all', async () => {
  const { config } = await loadText(`
sources:
  api: { openapi: api.yaml, price: 0.5, prices: { 'get_*': 0.25, 'get_one': 0.75 } }
  box: { mcp: { command: [x] }, prices: { one: { perCall: 0.1, field: /a~1b/0, max: 0.2 } } }
ledger: { timeZone: America/New_York }
`);
  const priceIn = (source: string, name: string) =>
    createPriceList(config.sources[source]!)(tool(source, name));
  expect(config.ledger).toEqual({ timeZone: 'America/New_York' });
  expect(priceIn('api', 'get_one')?.bound.nanoUsd).toBe(250_000_000);
  expect(priceIn('api', 'other')?.bound.nanoUsd).toBe(500_000_000);
  expect(priceIn('box', 'two')).toBeUndefined();
  expect(priceIn('box', 'one')?.bound.nanoUsd).toBe(300_000_000);
  expect(priceIn('box', 'one')?.costOf({ 'a/b': [0.05] })?.nanoUsd).toBe(150_000_000);
  expect(priceIn('box', 'one')?.costOf({ 'a/b': {} })).toBeUndefined();
  expect(priceIn('box', 'one')?.costOf(undefined)).toBeUndefined();
});

test.each([
  ['redis: { url: http://127.0.0.1:7390 }', '`state.redis.url` must begin with redis: or rediss:'],
  ['redis: { url: user:secret@127.0.0.1 }', '`state.redis.url` must begin with redis:'],
  ['redis: { url: localhost }', '`state.redis.url` must be a URL'],
  ['redis: { url: redis://127.0.0.1:7390/x }', '`state.redis.url` must end with the number of a database'],
  ['redis: { url: redis:// }', '`state.redis.url` must '],
  ['redis: { url: "redis://h?a=b" }', '`state.redis.url` must not have more than that'],
  [
    'redis: { url: redis://user:secret%zz@h }',
    '`state.redis.url` must have user name and password percent-encoded',
  ],
  ['redis: { cluster: [redis://a, redis://b/1] }', '`state.redis.cluster[1]` must not name a database'],
  [
    'redis: { sentinel: { name: main, urls: [tcp://a] } }',
    '`state.redis.sentinel.urls[0]` must begin with redis:',
  ],
  ['memory: true\n  sqlite: a.db', '`state` takes one of `sqlite`, `redis` and `memory`'],
])('`state: %s` is refused where it stands, and no password is repeated', async (line, message) => {
  const problems = await refusalOf(`sources: {}\nstate:\n  ${line}\n`);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^[23]:\d+ {2}/);
  expect(problems[0]).toContain(message);
  expect(problems[0]).not.toMatch(/secret|7390|got a/);
});
