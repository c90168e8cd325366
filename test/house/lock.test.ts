import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY } from '../generate.ts';
import { findLockGaps, type Lock } from './lock.ts';

test.each(['package-lock.json', 'test/peers/package-lock.json'])(
  '%s is complete, on every platform',
  (file) => {
    const lock: Lock = JSON.parse(readFileSync(path.join(REPOSITORY, file), 'utf8'));
    expect(Object.keys(lock.packages).length).toBeGreaterThan(100);
    expect(findLockGaps(lock)).toEqual([]);
    expect(Object.values(lock.packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  },
);

test('a package of another platform that is not listed is found', () => {
  const packages = {
    '': { dependencies: { a: '1' } },
    'node_modules/a': { dependencies: { b: '1' }, optionalDependencies: { 'a-darwin': '1', 'a-linux': '1' } },
    'node_modules/a/node_modules/a-linux': {},
    'node_modules/b': {},
  };
  expect(findLockGaps({ packages })).toEqual(['node_modules/a → a-darwin']);
});
