import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import type { Json, JsonSchema } from '../../src/catalog/json.ts';
import { viewKey } from '../../src/policy/view.ts';
import { principal } from '../policy/fixtures.ts';
import { narrowingOf, objectSchema, policyOf, presentedUnder, type RuleText } from './fixtures.ts';

const NUMBER = objectSchema({ x: { type: 'number' } });

test.each([2 ** 53, -(2 ** 53), 2 ** 53 + 2])(
  'a whole number beyond those that can be counted, %d, is left out and let in as any other',
  (value) => {
    expect(narrowingOf(['permit', `deny args.x == ${value}`], NUMBER)).toMatchObject({
      limits: [{ path: ['x'], schema: { not: { enum: [value] } } }],
    });
    expect(narrowingOf([`permit args.x == ${value}`], NUMBER)).toMatchObject({
      limits: [{ path: ['x'], required: true, schema: { const: value } }],
    });
  },
);

const ajv = new Ajv2020({ strict: false });

test.each<[what: string, schema: JsonSchema, rules: RuleText[], x: Json]>([
  [
    'items that stand before the others',
    objectSchema({ x: { prefixItems: [{ type: 'string' }], items: { type: 'integer' } } }),
    ['permit args.x == ["a"]'],
    ['a'],
  ],
  [
    'items that stand before no others',
    objectSchema({ x: { prefixItems: [{ type: 'string' }], items: false } }),
    ['permit args.x == ["a"]'],
    ['a'],
  ],
  [
    'an argument that only a pattern allows',
    { type: 'object', patternProperties: { '^x': { type: 'string' } }, additionalProperties: false },
    ['permit', 'deny args.x == "b"'],
    'a',
  ],
])('%s go on being let through where they are permitted', (_, schema, rules, x) => {
  const presented = presentedUnder(rules, schema);
  expect(presented && ajv.validate(presented.inputSchema, { x })).toBe(true);
  expect(presented && ajv.validate(presented.inputSchema, { y: 1, x: 2 })).toBe(false);
});

test('claims and conditions with half of a surrogate pair are told apart and narrowed by', () => {
  const [half, other] = ['\ud83d', '\ud83e'].map((name) => principal({ claims: { names: [name, [name]] } }));
  const rules: RuleText[] = ['permit args.x in principal.claims.names', 'deny args.x == "\ud83d!"'];
  expect(half && narrowingOf(rules, objectSchema({ x: {} }), half)).toMatchObject({
    limits: [{ path: ['x'], schema: { enum: ['\ud83d', ['\ud83d']] } }],
  });
  const keys = [half, other].map((one) => one && viewKey(policyOf(rules), one));
  expect(new Set(keys).size).toBe(2);
});
