import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileGlob } from '../../src/text/glob.ts';
import { fits } from '../policy/naive-decide.ts';
import { startCpuTime } from '../support/cpu-time.ts';

describe('a glob', () => {
  test.each([
    ['read_file', 'read_file', true],
    ['read_file', 'read_files', false],
    ['read_file', 'Read_file', false],
    ['read_*', 'read_', true],
    ['read_*', 'read', false],
    ['*_file', 'xread_file', true],
    ['*', '', true],
    ['**', 'anything', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a*b*c', 'abbc', true],
    ['*ab*ab*', 'aab', false],
    ['/tickets/*', '/tickets/{id}/refunds', true],
    ['/tickets/{id}', '/tickets/x', false],
    ['a?c', 'abc', false],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
    ['\\*', '\\anything', true],
    ['(a+)+$', 'aaaa', false],
  ])('%s against "%s" is %s', (glob, text, expected) => {
    expect(compileGlob(glob)(text)).toBe(expected);
  });

  test('agrees with trying every length for every star', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    fc.assert(
      fc.property(letters, letters, (glob, text) => {
        expect(compileGlob(glob)(text)).toBe(fits(glob, text));
      }),
      { numRuns: 2000 },
    );
  });

  test('is linear where a backtracking matcher would not finish', () => {
    const matches = compileGlob(`${'*a'.repeat(500)}*b`);
    const text = 'a'.repeat(100_000);
    const cpuTime = startCpuTime();
    expect(matches(text)).toBe(false);
    expect(matches(`${text}b`)).toBe(true);
    expect(cpuTime()).toBeLessThan(2000);
  });
});
