import fc from 'fast-check';
import { countTokens as countAll } from 'gpt-tokenizer/encoding/o200k_base';
import { expect, test } from 'vitest';
import { countTokens } from '../../src/gateway/listing/tokens.ts';

const reference = (text: string): number => countAll(text, { disallowedSpecial: new Set() });

test('texts are counted as the tokenizer counts them', () => {
  const words = fc.array(
    fc.oneof(
      fc.constantFrom('<|endoftext|>', '12345', 'camelCase', 'SNAKE_CASE', '\n', '你好世界', '😀', '́', '\\"'),
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.string({ maxLength: 100 }),
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(words, (parts) => {
      const text = JSON.stringify(parts.join(' '));
      expect(countTokens(text)).toBe(reference(text));
    }),
    { numRuns: 200 },
  );
});

test('counting stops where there are more than are asked for', () => {
  const text = 'one two three four';
  expect(countTokens(text, 4)).toBe(4);
  expect(countTokens(text, 3)).toBe(Infinity);
  expect(countTokens('', 0)).toBe(0);
  expect(countTokens('word '.repeat(1_000_000), 10)).toBe(Infinity);
});

const noise = (characters: string, length: number): string => {
  let state = 1;
  let text = '';
  for (let index = 0; index < length; index += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    text += characters[state % characters.length];
  }
  return text;
};

test.each([
  ['one letter', () => 'a'.repeat(2_000_000)],
  ['spaces', () => ' '.repeat(2_000_000)],
  ['lines', () => '\n'.repeat(2_000_000)],
  ['one sign', () => '='.repeat(2_000_000)],
  ['halves of pairs', () => '\uD800'.repeat(2_000_000)],
  ['faces', () => '😀'.repeat(1_000_000)],
  ['letters at random', () => noise('qxzjkvwbp', 100_000)],
  ['marks', () => '\u0301'.repeat(2_000_000)],
])('a hostile text of %s costs no time that grows by its square', (_, text) => {
  const hostile = text();
  const before = process.cpuUsage();
  const tokens = countTokens(hostile);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000_000).toBeLessThan(2);
  expect(tokens).toBeGreaterThan(1_000);
  // A definition with such a text is no cheaper for being cut short.
  expect(countTokens(hostile, 500)).toBe(Infinity);
});
