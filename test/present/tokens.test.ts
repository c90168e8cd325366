import { expect, test } from 'vitest';
import { estimateTokens, textTokens } from '../../src/compile/present/tokens.ts';

/*
 * Real counts, by the o200k tokenizer. Over whole documents the estimate is compared with it by the corpus command.
 */
test.each([
  ['The name of the person who asked for the ticket.', 11],
  ['userName', 2],
  ['HTTPServerConfiguration', 3],
  ['application/x-www-form-urlencoded', 5],
  ['2026-11-20T09:00:00Z', 13],
  ['Must be one of `open`, `closed` (default) or `merged`; see https://example.com/docs#states.', 26],
])('%s costs about what it really costs', (text, tokens) => {
  const estimate = textTokens(text);
  expect(estimate).toBeGreaterThanOrEqual(tokens * 0.9);
  expect(estimate).toBeLessThanOrEqual(tokens * 1.4 + 1);
});

test('text that no tokenizer knows is dear', () => {
  expect(textTokens('\u{1F9D1}\u200D\u{1F680}'.repeat(10))).toBeGreaterThan(50);
  expect(textTokens('ᚠᛇᚻ'.repeat(10))).toBeGreaterThan(55);
  expect(textTokens('xkqzvwbtrp'.repeat(3))).toBeGreaterThan(19);
  expect(textTokens('ncdwgqmbtuxfhqjkrzpa')).toBeGreaterThan(9);
});

test('an object is estimated once, and costs the sum of its members', () => {
  const shared = { type: 'string', description: 'A name.' };
  const one = estimateTokens({ properties: { a: shared } });
  const two = estimateTokens({ properties: { a: shared, b: shared } });
  expect(two - one).toBeGreaterThan(estimateTokens(shared));
  expect(two - one).toBeLessThan(estimateTokens(shared) + 5);
});
