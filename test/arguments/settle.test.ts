import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import type { CallFacts } from '../../src/policy/facts.ts';
import { decide } from '../../src/policy/decide.ts';
import type { PolicySet } from '../../src/policy/policy-set.ts';
import { setArguments } from '../../src/policy/set-arguments.ts';
import { settle } from '../../src/policy/settle.ts';
import { policy, principal, tool } from '../policy/fixtures.ts';

const CALL: CallFacts = { face: 'http', endpoint: '/mcp' };
const NOW = Date.UTC(2026, 10, 20);
const TARGET = { kind: 'tool', tool: tool('one', 't') } as const;
const SOMEBODY = principal();

const pointers = fc.constantFrom('/a', '/b', '/o/c');
const values = fc.constantFrom(1, 2, 'x');
const settings = fc.dictionary(pointers, values, { maxKeys: 2 });
const rule = fc.record({
  effect: fc.constantFrom('permit', 'permit', 'permit', 'approve', 'deny'),
  when: fc.constantFrom(
    undefined,
    'args.a == 1',
    'has(args.b)',
    '!has(args.a)',
    'args.o.c != 2',
    'args.b == "x"',
  ),
  set: settings,
  defaults: settings,
});

const policies = fc.array(rule, { minLength: 1, maxLength: 4 }).map((rules): PolicySet => {
  const lines = rules.map(({ effect, when, set, defaults }, index) => {
    const obligations = {
      ...(effect === 'permit' && Object.keys(set).length > 0 && { set }),
      ...(Object.keys(defaults).length > 0 && { defaults }),
    };
    const isObliged = effect !== 'deny' && Object.keys(obligations).length > 0;
    return JSON.stringify({ id: `r${index}`, effect, when, ...(isObliged && { obligations }) });
  });
  return policy(`policy: p\nrules:\n${lines.map((line) => `  - ${line}`).join('\n')}`);
});

const args = fc.record(
  { a: values, b: values, o: fc.oneof(fc.record({ c: values }, { requiredKeys: [] }), fc.constant('o')) },
  { requiredKeys: [] },
) as fc.Arbitrary<JsonObject>;

test('nothing is sent that would be denied had the caller sent it, and what it sent stays', () => {
  let filled = 0;
  fc.assert(
    fc.property(policies, args, (rules, given) => {
      const settled = settle(rules, SOMEBODY, TARGET, given, CALL, NOW);
      const effectOf = (sent: JsonObject) => decide(rules, SOMEBODY, TARGET, sent, CALL, NOW).effect;
      if (settled.decision.effect === 'deny') {
        expect(settled).toMatchObject({ args: given, set: [] });
        return;
      }
      filled += Math.min(1, settled.set.length);
      expect([effectOf(given), effectOf(settled.args)]).not.toContain('deny');
      if (settled.decision.effect === 'permit') {
        expect([effectOf(given), effectOf(settled.args)]).toEqual(['permit', 'permit']);
      }
      expect(settle(rules, SOMEBODY, TARGET, settled.args, CALL, NOW).set).toEqual([]);
      const again = setArguments(
        settled.args,
        Object.fromEntries(Object.entries(given).map(([name, value]) => [`/${name}`, value])),
      );
      const nested = settled.set.some((pointer) => pointer.startsWith('/o/'));
      if (!nested) expect(again?.changed).toEqual([]);
    }),
    { numRuns: 500 },
  );
  expect(filled).toBeGreaterThan(20);
});

test.each<[JsonObject, Record<string, string>, JsonObject | undefined]>([
  [{}, { '/a/b': 'x' }, { a: { b: 'x' } }],
  [{ a: 'text' }, { '/a/b': 'x' }, undefined],
  [{ a: null }, { '/a/b': 'x' }, undefined],
  [{ a: ['y'] }, { '/a/0': 'x' }, { a: ['x'] }],
  [{ a: ['y'] }, { '/a/1': 'x' }, undefined],
  [{ a: ['y'] }, { '/a/-': 'x' }, undefined],
  [{ a: ['y'] }, { '/a/length': 'x' }, undefined],
  [{}, { '/a~1b/m~0n': 'x' }, { 'a/b': { 'm~n': 'x' } }],
  [{}, { '/constructor/prototype': 'x' }, { constructor: { prototype: 'x' } }],
])('%j with %j is %j', (given, set, expected) => {
  const before = JSON.stringify(given);
  expect(setArguments(given, set)?.args).toEqual(expected);
  expect(JSON.stringify(given)).toBe(before);
});

test('a member that is called __proto__ is a member, and changes no prototype', () => {
  const set = setArguments({}, JSON.parse('{"/__proto__/admin": "yes"}') as Record<string, string>);
  expect(JSON.stringify(set?.args)).toBe('{"__proto__":{"admin":"yes"}}');
  expect(({} as { admin?: string }).admin).toBeUndefined();
});
