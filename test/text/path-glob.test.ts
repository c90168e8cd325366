import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { compilePathGlob } from '../../src/text/path-glob.ts';

test.each([
  ['/users', '/users', true],
  ['/users', '/Users', false],
  ['/users/*', '/users/{id}', true],
  ['/users/*', '/users/', true],
  ['/users/*', '/users/{id}/keys', false],
  ['/users/**', '/users/{id}/keys', true],
  ['/users/**', '/users', false],
  ['/*/keys', '/users/keys', true],
  ['/*/keys', '/users/{id}/keys', false],
  ['/**/keys', '/users/{id}/keys', true],
  ['**', '/anything/at/all', true],
  ['*', '/users', false],
  ['/a.c', '/abc', false],
  ['/v*/x*y', '/v1/xay', true],
  ['', '', true],
  ['', '/', false],
])('%s against %s is %s', (pattern, path, expected) => {
  expect(compilePathGlob(pattern)(path)).toBe(expected);
});

test('agrees with a regular expression', () => {
  const pattern = fc
    .array(fc.constantFrom('a', 'b', '/', '*', '**'), { maxLength: 7 })
    .map((parts) => parts.join(''));
  const path = fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 8 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(pattern, path, (glob, text) => {
      const source = glob.replace(/\*+/g, (stars) => (stars.length > 1 ? '[^]*' : '[^/]*'));
      expect(compilePathGlob(glob)(text)).toBe(new RegExp(`^${source}$`).test(text));
    }),
    { numRuns: 1000 },
  );
});

test('no pattern makes matching explode', () => {
  expect(compilePathGlob('*a'.repeat(200))('a'.repeat(1000))).toBe(true);
  expect(compilePathGlob(`${'**a'.repeat(200)}b`)('a'.repeat(1000))).toBe(false);
});
