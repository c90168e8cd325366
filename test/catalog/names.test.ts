import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SOURCE_NAME, toOwnName, toShownName, withHash } from '../../src/catalog/names.ts';

const ACCEPTED = /^[a-zA-Z0-9_-]{1,64}$/;
const source = fc.stringMatching(SOURCE_NAME);

test('every name is one that every client accepts', () => {
  fc.assert(
    fc.property(source, fc.string({ maxLength: 300 }), (from, text) => {
      expect(toOwnName(text)).toMatch(ACCEPTED);
      expect(toShownName(from, toOwnName(text))).toMatch(ACCEPTED);
      expect(withHash(toOwnName(text), text)).toMatch(ACCEPTED);
    }),
  );
});

test('tools of different sources, or with different names, are never shown under one name', () => {
  fc.assert(
    fc.property(source, source, fc.string(), fc.string(), (left, right, a, b) => {
      const [first, second] = [toOwnName(a), toOwnName(b)];
      fc.pre(left !== right || first !== second);
      expect(toShownName(left, first)).not.toBe(toShownName(right, second));
    }),
  );
});

const name = (middle: string): string => `create_core_v1_${middle.repeat(60)}_for_namespace`;

test('a long name keeps both ends, and differs where the cut part does', () => {
  expect(toOwnName(name('a'))).toMatch(/^create_core_v1_a+__a+_for_namespace_[0-9a-f]{6}$/);
  expect(toOwnName(name('a'))).not.toBe(toOwnName(name('a').replace('aaaa', 'aaba')));
});
