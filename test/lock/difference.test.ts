import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toCanonicalJson } from '../../src/catalog/canonical.ts';
import type { Json } from '../../src/catalog/json.ts';
import { findChanges } from '../../src/lock/difference.ts';
import { valueAt } from '../../src/text/pointer.ts';

const SEED = 11;

/** Few names and values, so that two of them are often alike in parts. */
const name = fc.constantFrom('a', 'b', 'name', 'argument', '__proto__', 'x/y~z');
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, true, 0, 1, 'a', 'b', ''),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .array(fc.tuple(name, tie('value')), { maxLength: 3 })
      .map((members) => Object.fromEntries(members) as object),
  ),
})).value as fc.Arbitrary<Json>;

const at = (root: Json, pointer: string): unknown =>
  valueAt(
    root,
    pointer
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')),
  );

test('two definitions have no changes exactly where they have the same digest', () => {
  fc.assert(
    fc.property(json, json, (before, after) => {
      const isSame = toCanonicalJson(before) === toCanonicalJson(after);
      expect(findChanges(before, after).length === 0).toBe(isSame);
      expect(findChanges(before, structuredClone(before))).toEqual([]);
    }),
    { numRuns: 2_000, seed: SEED },
  );
});

test('each change is where its pointer says: in what is offered, or in the lock where it is gone', () => {
  fc.assert(
    fc.property(json, json, (before, after) => {
      for (const change of findChanges(before, after)) {
        if (change.after !== undefined) expect(at(after, change.pointer)).toEqual(change.after);
        else expect(at(before, change.pointer)).toEqual(change.before);
      }
    }),
    { numRuns: 2_000, seed: SEED },
  );
});

test.each<[string, Json, Json, unknown]>([
  [
    'a parameter that moved and one that changed',
    [{ name: 'a' }, { name: 'b', in: 'query' }],
    [{ name: 'b', in: 'header' }, { name: 'a' }],
    [{ pointer: '/0/in', before: 'query', after: 'header' }],
  ],
  ['a choice that was put first', ['a', 'b'], ['c', 'a', 'b'], [{ pointer: '/0', after: 'c' }]],
  [
    'another order',
    { required: ['a', 'b'] },
    { required: ['b', 'a'] },
    [{ pointer: '/required', before: ['a', 'b'], after: ['b', 'a'] }],
  ],
  [
    'alternatives',
    { anyOf: [{ type: 'string' }, {}] },
    { anyOf: [{ type: 'number' }] },
    [
      { pointer: '/anyOf/0/type', before: 'string', after: 'number' },
      { pointer: '/anyOf/1', before: {} },
    ],
  ],
])('%s is said in the fewest words', (_what, before, after, changes) => {
  expect(findChanges(before, after)).toEqual(changes);
});
