import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explainNarrowing } from '../../src/gateway/explain-narrowing.ts';
import { joinClauses, wordsOfLimit } from '../../src/policy/narrow/limit-words.ts';
import { escapePattern } from '../../src/policy/narrow/pattern.ts';
import { fitsPlainPattern, readPlainPattern } from '../../src/policy/narrow/plain-pattern.ts';
import type { Json } from '../../src/catalog/json.ts';

const told = (schema: Record<string, unknown>): string => joinClauses(wordsOfLimit(schema));

describe('a limit is told in plain words, with no schema in them', () => {
  test.each<[schema: Record<string, unknown>, words: string]>([
    [{ not: { enum: ['kube-system'] } }, 'must not be "kube-system"'],
    [{ not: { enum: ['a', 'b'] } }, 'must not be one of "a", "b"'],
    [{ not: { type: 'string', pattern: '^kube-' } }, 'must not begin with "kube-"'],
    [
      { not: { anyOf: [{ enum: ['a'] }, { type: 'string', pattern: '^b' }] } },
      'must not be "a" and must not begin with "b"',
    ],
    [{ pattern: '^(?:team\\-a/|b\\.c$)' }, 'must begin with "team-a/" or be "b.c"'],
    [{ pattern: '^(?:a|b)' }, 'must begin with "a" or "b"'],
    [{ pattern: '-dev$' }, 'must end with "-dev"'],
    [{ pattern: 'mid' }, 'must contain "mid"'],
    [{ pattern: '^[a-z]+$' }, 'must match the pattern "^[a-z]+$"'],
    [{ minimum: 5, maximum: 6 }, 'must be at least 5 and at most 6'],
    [{ items: { enum: ['a', 'b'] } }, 'must have no items but "a", "b"'],
    [{ not: {} }, 'must not be given'],
    [{ something: { else: 1 } }, 'must fit its schema'],
  ])('%j: %s', (schema, words) => {
    expect(told(schema)).toBe(words);
  });

  test('said of a call rather than to a caller', () => {
    expect(wordsOfLimit({ not: { enum: ['a'] }, pattern: '^b' }, 'is')).toEqual([
      'is not "a"',
      'begins with "b"',
    ]);
  });
});

test('a pattern of plain texts finds what the regular expression finds', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '-', '.', '|', '\\', '$', '(', ')', '^') });
  fc.assert(
    fc.property(text, text, text, fc.boolean(), (one, other, value, isWhole) => {
      const end = isWhole ? '$' : '';
      const pattern = `^(?:${escapePattern(one)}${end}|${escapePattern(other)})`;
      const texts = readPlainPattern(pattern);
      expect(texts && fitsPlainPattern(value, texts)).toBe(new RegExp(pattern, 'u').test(value));
    }),
  );
});

test.each<[schema: Record<string, unknown>, value: Json]>([
  [{ not: { enum: ['kube-system'] } }, 'kube-system'],
  [{ not: { type: 'string', pattern: '^kube-' } }, 'kube-root'],
  [{ pattern: '-dev$' }, 'a-prod'],
])('the argument that breaks %j is pointed at', (schema, value) => {
  const limits = [
    { path: ['namespace'], schema },
    { path: ['other'], schema: { maximum: 1 } },
  ];
  const args = { namespace: value, other: 1 };
  expect(explainNarrowing({ kind: 'some', limits }, args, () => false)).toMatchObject({
    pointer: '/namespace',
    sentences: [expect.stringMatching(/^namespace must/)],
  });
});
