import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createScrubber, keepText, scrubJson } from '../../src/upstream/scrub.ts';

const scrub = createScrubber(['canary-secret', 'canary-secret-and-more']);

test('what holds no secret is not copied, whatever it is', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(scrubJson(value, scrub)).toBe(value);
    }),
  );
});

test('a secret goes from anywhere in a value, and everything else stays', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'grapheme' }), (value, text) => {
      const told = [`${text}canary-secret`, { [`canary-secret${text}`]: [value, 'canary-secret'] }];
      const [first, rest] = scrubJson([told, { 'canary-secret': value }], scrub) as [unknown, unknown];
      expect(JSON.stringify(first)).not.toContain('canary-secret');
      expect(rest).toEqual({ '***': value });
    }),
  );
});

test('the longer of two secrets that begin alike leaves no end behind', () => {
  expect(scrub('canary-secret-and-more, canary-secret')).toBe('***, ***');
});

test('a member named like a prototype is a member', () => {
  const value: unknown = JSON.parse('{"__proto__":{"canary-secret":1}}');
  expect(JSON.stringify(scrubJson(value, scrub))).toBe('{"__proto__":{"***":1}}');
});

test('what is nested too deep to be looked at is masked whole, and ends nothing', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(100_000)}"canary-secret"${']'.repeat(100_000)}`);
  expect(JSON.stringify(scrubJson(deep, scrub))).toMatch(/^\[{1001}"\*{3}"\]{1001}$/);
});

test('secrets that would be found in ordinary words are not looked for', () => {
  expect(createScrubber(['short', ''])).toBe(keepText);
});
