import { expect, test } from 'vitest';
import { matchesPath, toDotted, toPointer, valueAt } from '../../src/text/pointer.ts';

test('a path is written as a JSON pointer, and as people write it', () => {
  expect(toPointer([])).toBe('');
  expect(toPointer(['a/b', 0, 'c~d', ''])).toBe('/a~1b/0/c~0d/');
  expect(toDotted([])).toBe('');
  expect(toDotted(['rules', 0, 'what', 'tool', 1])).toBe('rules[0].what.tool[1]');
  expect(toDotted([0, 'a'])).toBe('[0].a');
});

test('a path leads to a value, through own members only', () => {
  const root = { a: [{ b: null }, 'text'] };
  expect(valueAt(root, [])).toBe(root);
  expect(valueAt(root, ['a', 0, 'b'])).toBeNull();
  expect(valueAt(root, ['a', 1])).toBe('text');
  for (const path of [['b'], ['a', 2], ['a', 1, 'length'], ['a', 'length'], ['constructor'], ['__proto__']]) {
    expect(valueAt(root, path)).toBeUndefined();
  }
});

test('a path fits a pattern of its own length, in which `*` is any one part', () => {
  expect(matchesPath(['keys', 3, 'hash'], ['keys', '*', 'hash'])).toBe(true);
  expect(matchesPath(['keys', 3], ['keys', '3'])).toBe(true);
  expect(matchesPath(['keys', 3], ['keys', '*', 'hash'])).toBe(false);
  expect(matchesPath(['keys', 3, 'name'], ['keys', '*', 'hash'])).toBe(false);
});
