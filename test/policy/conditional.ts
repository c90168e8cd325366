import * as fc from 'fast-check';
import type { Target } from '../../src/catalog/entries.ts';
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../src/catalog/json.ts';
import type { Principal } from '../../src/identity/principal.ts';
import { parseCondition } from '../../src/policy/cel/parse-condition.ts';
import type { Condition } from '../../src/policy/cel/condition.ts';
import type { CallFacts } from '../../src/policy/facts.ts';
import type { Rule, RuleObligations } from '../../src/policy/rule.ts';
import { ruleBodies, targets } from './arbitraries.ts';
import { tool } from './fixtures.ts';

const ATOMS = [
  'args.x == "a"',
  'args.x != "b"',
  'args.x in ["a", "b"]',
  'args.x in principal.groups',
  'args.x == principal.claims.region',
  'args.x == principal.team',
  'args.x.startsWith("a")',
  'has(args.x)',
  'args.n <= 5',
  'args.n == 1',
  'has(args.n) && args.n > 5',
  'args.m.k == "a"',
  'has(args.m)',
  'has(args.m) && args.m.k != "b"',
  'args.l.exists(item, item == "a")',
  'size(args.l) > 1',
  '"g1" in principal.groups',
  '"s1" in principal.scopes',
  '"s2" in principal.scopes',
  'principal.team == "red"',
  'has(principal.team)',
  'principal.claims.level == 1',
  'tool.name == "list"',
  'tool.kind == "tool"',
  'tool.access == "read"',
  'call.face == "http"',
  'has(call.clientName)',
  'now > timestamp("2026-06-01T00:00:00Z")',
  '1 / args.n > 0',
  'true',
  'false',
];

/** Texts of conditions that the library evaluates, too. */
const conditionTexts: fc.Arbitrary<string> = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    fc.constantFrom(...ATOMS),
    fc
      .tuple(tie('text'), fc.constantFrom('&&', '||'), tie('text'))
      .map(([a, op, b]) => `(${a}) ${op} (${b})`),
    tie('text').map((text) => `!(${text})`),
    fc
      .tuple(fc.constantFrom(...ATOMS), tie('text'), tie('text'))
      .map(([test, a, b]) => `(${test}) ? (${a}) : (${b})`),
  ),
})).text;

const parsed = new Map<string, Condition>();

/** A condition is data that nobody changes: one that was read before is that one. */
export function conditionOf(text: string): Condition {
  const before = parsed.get(text);
  if (before) return before;
  const condition = parseCondition(text);
  if (!('expression' in condition)) throw new Error(`${text}: ${condition.message}`);
  parsed.set(text, condition);
  return condition;
}

const values: fc.Arbitrary<Json> = fc.constantFrom<Json[]>(
  'a',
  'b',
  'ab',
  '',
  1,
  1.5,
  7,
  true,
  null,
  ['a'],
  {},
);

/** Few names and values, so that conditions and pins meet them. */
export const args: fc.Arbitrary<JsonObject> = fc.record(
  {
    x: values,
    n: fc.constantFrom<Json[]>(0, 1, 5, 6, 2.5, 'a'),
    m: fc.oneof(
      values,
      fc.record({ k: values, o: values }, { requiredKeys: [] }),
      fc.record({ k: fc.constant('a') }),
    ),
    l: fc.oneof(fc.array(fc.constantFrom<Json[]>('a', 'b', 1), { maxLength: 3 }), values),
    dry_run: fc.constantFrom<Json[]>(true, false, 'true'),
  },
  { requiredKeys: [] },
);

const settings = fc.dictionary(
  fc.constantFrom('/x', '/n', '/m/k', '/m', '/m/o', '/l'),
  fc.constantFrom<Json[]>('a', 'b', 1, { k: 'a' }, { k: 'b' }, ['a']),
  { minKeys: 1, maxKeys: 2 },
);

const obligations: fc.Arbitrary<RuleObligations> = fc.record(
  {
    set: settings,
    defaults: settings,
    select: fc.constantFrom('a', 'b'),
    mask: fc.constantFrom(['/a'], ['/b', '/a']),
    dryRun: fc.constant(true as const),
  },
  { requiredKeys: [] },
);

const approvers = fc.constantFrom('self' as const, { groups: ['g1'] }, undefined);

/** Rules with conditions and obligations. */
export const conditionalBodies: fc.Arbitrary<Omit<Rule, 'id'>> = fc
  .record({
    body: fc.oneof(
      ruleBodies,
      ruleBodies.map(({ effect }) => ({ effect })),
    ),
    when: fc.option(conditionTexts, { nil: undefined }),
    obligations: fc.option(obligations, { nil: undefined, freq: 2 }),
    approvers,
  })
  .map(({ body, when, ...rest }) => ({
    ...body,
    ...(when !== undefined && { when: conditionOf(when) }),
    ...(body.effect !== 'deny' && rest.obligations && { obligations: rest.obligations }),
    ...(body.effect === 'approve' && rest.approvers && { approvers: rest.approvers }),
  }));

export const conditionalRules: fc.Arbitrary<Rule[]> = fc
  .array(conditionalBodies, { maxLength: 6 })
  .map((bodies) => bodies.map((body, index) => ({ id: `p/r${index}`, ...body })));

/** Takes any argument. */
const ANYTHING: JsonSchema = { type: 'object' };
/** Takes these, of `m` only `k`. */
const LISTED: JsonSchema = {
  type: 'object',
  properties: {
    x: {},
    n: { type: 'number' },
    m: { type: 'object', properties: { k: {} } },
    dry_run: { type: 'boolean' },
  },
};
const ONE: JsonSchema = { type: 'object', properties: { n: {} }, additionalProperties: false };

/** What a tool's schema comes to, written out for the naive evaluator. */
export function takes(schema: JsonSchema, pointer: string): boolean {
  if (schema !== LISTED && schema !== ONE) return true;
  return schema === LISTED ? ['/x', '/n', '/m', '/m/k'].includes(pointer) : pointer === '/n';
}

export function hasDryRun(schema: JsonSchema): boolean {
  return schema === LISTED;
}

/** Tools with different schemas, resources, prompts and models. */
export const anyTargets: fc.Arbitrary<Target> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(targets, fc.constantFrom(ANYTHING, LISTED, ONE))
      .map(([target, inputSchema]): Target =>
        target.kind === 'tool'
          ? { kind: 'tool', tool: { ...target.tool, inputSchema } }
          : { kind: 'tool', tool: { ...tool('one', 'list'), inputSchema } },
      ),
  },
  { weight: 2, arbitrary: targets },
  fc
    .record({ source: fc.constantFrom('one', ''), name: fc.constantFrom('get_user', 'list') })
    .map((model): Target => ({ kind: 'model', ...model })),
);

export interface Call {
  readonly principal: Principal;
  readonly target: Target;
  readonly args: JsonObject;
}

export const CALL: CallFacts = { face: 'http', endpoint: '/mcp' };
export const NOW = Date.UTC(2026, 10, 20, 9);

export function toBigInts(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toBigInts);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toBigInts(member)]));
}
