import { describe, expect, test } from 'vitest';
import type { Target } from '../../src/catalog/entries.ts';
import type { Json, JsonObject, JsonSchema } from '../../src/catalog/json.ts';
import { dryRunArgument } from '../../src/policy/dry-run.ts';
import type { RuleObligations } from '../../src/policy/rule.ts';
import { takesArgument } from '../../src/policy/takes-argument.ts';
import { view } from '../../src/policy/view.ts';
import { policySetOf } from './arbitraries.ts';
import { catalog, decide, policy, principal, promptTarget, resourceTarget, tool } from './fixtures.ts';

function target(inputSchema: JsonSchema = { type: 'object' }): Target {
  return { kind: 'tool', tool: { ...tool('cluster', 'list', 'write'), inputSchema } };
}

/** What permits with these obligations, each a rule of its own, decide about a call. */
function decideWith(all: readonly RuleObligations[], args: JsonObject, about = target()) {
  const rules = all.map((obligations, index) => ({
    id: `p/r${index}`,
    effect: 'permit' as const,
    obligations,
  }));
  return decide(policySetOf(rules), principal(), about, args);
}

/** What lists show of the target to whom rules permit it with these obligations. */
function narrowingOf(all: readonly RuleObligations[]) {
  const rules = all.map((obligations, index) => ({
    id: `p/r${index}`,
    effect: 'permit' as const,
    obligations,
  }));
  return view(policySetOf(rules), catalog(), principal()).narrowingOf(target());
}

const TEAM_A = { set: { '/namespace': 'team-a' } };
const NESTED = { set: { '/metadata/namespace': 'team-a' } };
const CONFLICT = { effect: 'deny', reason: 'conflict', rules: ['p/r0', 'p/r1'] };
const NO_RULE = { effect: 'deny', reason: 'no-rule', rules: [] };
const sets = (set: Record<string, Json>) => ({ effect: 'permit', obligations: { set } });

describe('a pinned argument', () => {
  test.each<[string, RuleObligations, JsonObject, object]>([
    ['is put in where it is left out', TEAM_A, {}, sets({ '/namespace': 'team-a' })],
    ['may be given as it is', TEAM_A, { namespace: 'team-a' }, { effect: 'permit' }],
    ['may not be anything else', TEAM_A, { namespace: 'team-b' }, NO_RULE],
    ['may not be nothing', TEAM_A, { namespace: null }, NO_RULE],
    ['may not be a list of it', TEAM_A, { namespace: ['team-a'] }, NO_RULE],
    ['is a number by value', { set: { '/n': 1 } }, { n: 1 }, { effect: 'permit' }],
    ['is no text that looks like it', { set: { '/n': 1 } }, { n: '1' }, NO_RULE],
    [
      'is an object with its members in any order',
      { set: { '/o': { a: 1, b: [2] } } },
      { o: { b: [2], a: 1 } },
      { effect: 'permit' },
    ],
    ['is put within an object that is not there', NESTED, {}, sets({ '/metadata/namespace': 'team-a' })],
    [
      'is put within an object that is there',
      NESTED,
      { metadata: { name: 'x' } },
      sets({ '/metadata/namespace': 'team-a' }),
    ],
    ['may be given within an object', NESTED, { metadata: { namespace: 'team-a' } }, { effect: 'permit' }],
    ['may not be anything else within an object', NESTED, { metadata: { namespace: 'b' } }, NO_RULE],
    ['is not put within a text', NESTED, { metadata: 'team-a' }, NO_RULE],
    ['is not put within a list', NESTED, { metadata: [{ namespace: 'team-a' }] }, NO_RULE],
    ['is not an item of a list', { set: { '/list/0': 'a' } }, { list: ['a'] }, NO_RULE],
    ['may have any name', { set: { '/__proto__': 'a' } }, {}, sets({ '/__proto__': 'a' })],
    [
      'is not what every object has',
      { set: { '/constructor/name': 'Object' } },
      {},
      sets({ '/constructor/name': 'Object' }),
    ],
    [
      'wins over a default',
      { set: { '/a': 1 }, defaults: { '/a': 2, '/b': 3 } },
      {},
      sets({ '/a': 1, '/b': 3 }),
    ],
  ])('%s', (_, obligations, args, expected) => {
    expect(decideWith([obligations], args)).toMatchObject(expected);
    expect({}).not.toHaveProperty('namespace');
  });

  test('that is given is not put in once more', () => {
    expect(decideWith([TEAM_A], { namespace: 'team-a' })).toEqual({ effect: 'permit', rules: ['p/r0'] });
  });

  test('that the tool does not take leaves a permit nothing to be about, rather than open without it', () => {
    const nodes = target({ type: 'object', properties: { limit: { type: 'number' } } });
    expect(decideWith([TEAM_A], {}, nodes)).toMatchObject(NO_RULE);
    expect(decideWith([TEAM_A], {}, resourceTarget('file:///a'))).toMatchObject(NO_RULE);
    expect(decideWith([TEAM_A], {}, promptTarget('p'))).toMatchObject(sets({ '/namespace': 'team-a' }));
    const asking = policySetOf([
      { id: 'p/open', effect: 'permit' },
      { id: 'p/ask', effect: 'approve', obligations: TEAM_A },
    ]);
    expect(decide(asking, principal(), nodes)).toEqual({
      effect: 'approve',
      rules: ['p/ask', 'p/open'],
      approvers: ['self'],
    });
  });

  test('changes nothing in what is shown of a tool that something else opens; projections that never go together hide it', () => {
    expect(narrowingOf([TEAM_A, { mask: ['/a'] }])).toEqual({ kind: 'everything' });
    expect(narrowingOf([{ select: 'a' }, { select: 'b' }])).toEqual({ kind: 'nothing' });
  });
});

test('callers are not shown an argument that every permit pins, and are where one permit has another value', () => {
  const schema = {
    type: 'object',
    properties: { namespace: { type: 'string' }, name: {} },
    required: ['namespace'],
  };
  const about = { ...tool('cluster', 'list'), inputSchema: schema };
  const shownTo = (all: readonly RuleObligations[]) => {
    const rules = all.map((obligations, index) => ({
      id: `p/r${index}`,
      effect: 'permit' as const,
      obligations,
    }));
    return view(policySetOf(rules), catalog(), principal()).present(about)?.inputSchema;
  };
  expect(shownTo([TEAM_A])).toEqual({ type: 'object', properties: { name: {} } });
  expect(shownTo([TEAM_A, TEAM_A])).toEqual({ type: 'object', properties: { name: {} } });
  expect(shownTo([TEAM_A, { set: { '/namespace': 'team-b' } }])).toMatchObject({
    properties: { namespace: { enum: ['team-a', 'team-b'] } },
  });
  expect(shownTo([TEAM_A, { mask: ['/a'] }])).toBe(schema);
});

describe('what several rules ask for', () => {
  test.each<[string, RuleObligations[], JsonObject, object]>([
    ['goes together where it is the same', [TEAM_A, TEAM_A], {}, sets({ '/namespace': 'team-a' })],
    ['is a conflict where two pins differ', [TEAM_A, { set: { '/namespace': 'b' } }], {}, CONFLICT],
    [
      'is that of the one rule that is about what the caller gives',
      [TEAM_A, { set: { '/namespace': 'b' } }],
      { namespace: 'b' },
      { rules: ['p/r1'] },
    ],
    [
      'is a conflict where a pin lies within another that has it differently',
      [NESTED, { set: { '/metadata': {} } }],
      {},
      CONFLICT,
    ],
    [
      'goes together where a pin lies within another that has it',
      [NESTED, { set: { '/metadata': { namespace: 'team-a' } } }],
      {},
      sets({ '/metadata': { namespace: 'team-a' } }),
    ],
    [
      'is a conflict where two defaults differ',
      [{ defaults: { '/n': 1 } }, { defaults: { '/n': 2 } }],
      {},
      CONFLICT,
    ],
    [
      'is no conflict where the caller says which default',
      [{ defaults: { '/n': 1 } }, { defaults: { '/n': 2 } }],
      { n: 3 },
      { effect: 'permit' },
    ],
    [
      'is a pin rather than a default around it',
      [NESTED, { defaults: { '/metadata': { a: 1 } } }],
      {},
      sets({ '/metadata/namespace': 'team-a' }),
    ],
    [
      'is a pin rather than a default within it',
      [{ set: { '/m': {} } }, { defaults: { '/m/a': 1 } }],
      {},
      sets({ '/m': {} }),
    ],
    ['is a conflict where two projections differ', [{ select: 'a' }, { select: 'b' }], {}, CONFLICT],
    [
      'masks what any of them masks',
      [{ mask: ['/a'] }, { mask: ['/b', '/a'] }],
      {},
      { obligations: { mask: ['/a', '/b'] } },
    ],
  ])('%s', (_, all, args, expected) => {
    expect(decideWith(all, args)).toMatchObject(expected);
  });

  test('counts approvals, and every approver has to say yes', () => {
    const set = policy(`
policy: p
rules:
  - { id: open, effect: permit, obligations: { set: { namespace: team-a } } }
  - { id: ask, effect: approve, approvers: { groups: leads }, obligations: { mask: [/token] } }
  - { id: ask-too, effect: approve }
`);
    expect(decide(set, principal(), target())).toEqual({
      effect: 'approve',
      rules: ['p/ask', 'p/ask-too', 'p/open'],
      approvers: [{ groups: ['leads'] }, 'self'],
      obligations: { set: { '/namespace': 'team-a' }, mask: ['/token'] },
    });
  });

  test('of an argument that no tool takes is left out, so that a default for many tools breaks none', () => {
    const nodes = target({ type: 'object', properties: { name: {} }, additionalProperties: false });
    expect(decideWith([{ defaults: { '/limit': 20, '/name': 'a' } }], {}, nodes)).toMatchObject(
      sets({ '/name': 'a' }),
    );
  });
});

describe('a rule with a dry run', () => {
  const kubernetes = 'Valid values are: - All: all dry run stages will be processed';
  test.each<[string, JsonObject, unknown]>([
    ['a boolean', { dryRun: { type: 'boolean' } }, { name: 'dryRun', value: true }],
    [
      'one that may be null',
      { dry_run: { anyOf: [{ type: 'boolean' }, { type: 'null' }] } },
      { name: 'dry_run', value: true },
    ],
    ['one of two types', { 'dry-run': { type: ['boolean', 'null'] } }, { name: 'dry-run', value: true }],
    ['another name for it', { validate_only: { type: 'boolean' } }, { name: 'validate_only', value: true }],
    [
      'the text of Kubernetes',
      { dryRun: { type: 'string', description: kubernetes } },
      { name: 'dryRun', value: 'All' },
    ],
    [
      'a text with that choice',
      { dryRun: { type: 'string', enum: ['All', ''] } },
      { name: 'dryRun', value: 'All' },
    ],
    [
      'a list of it',
      { dryRun: { type: 'array', items: { type: 'string' }, description: kubernetes } },
      { name: 'dryRun', value: ['All'] },
    ],
    ['any text', { dryRun: { type: 'string' } }, undefined],
    ['a text with other choices', { dryRun: { type: 'string', enum: ['client', 'none'] } }, undefined],
    ['a boolean that can only be false', { dryRun: { type: 'boolean', const: false } }, undefined],
    ['a number', { dryRun: { type: 'number' } }, undefined],
    ['a list of anything', { dryRun: { type: 'array' } }, undefined],
    ['a boolean or a text', { dryRun: { type: ['boolean', 'string'] } }, undefined],
    ['a reference', { dryRun: { $ref: '#/$defs/dry' } }, undefined],
    ['another name', { dry: { type: 'boolean' }, run: { type: 'boolean' } }, undefined],
    [
      'one further in',
      { options: { type: 'object', properties: { dryRun: { type: 'boolean' } } } },
      undefined,
    ],
  ])('reads the argument from the schema: %s', (_, properties, expected) => {
    const found = dryRunArgument({ inputSchema: { type: 'object', properties } });
    expect(found).toEqual(expected);
    const decision = decideWith([{ dryRun: true }], {}, target({ type: 'object', properties }));
    if (found === undefined) expect(decision).toMatchObject(NO_RULE);
    else
      expect(decision).toMatchObject({
        obligations: { set: { [`/${found.name}`]: found.value }, dryRun: true },
      });
  });

  test('is not about a call that is to be carried out, nor about what takes no arguments', () => {
    const about = target({ type: 'object', properties: { dry_run: { type: 'boolean' } } });
    expect(decideWith([{ dryRun: true }], { dry_run: false }, about)).toMatchObject(NO_RULE);
    expect(decideWith([{ dryRun: true }], { dry_run: true }, about)).toMatchObject({
      obligations: { dryRun: true },
    });
    expect(decideWith([{ dryRun: true }], {}, resourceTarget('file:///a'))).toMatchObject(NO_RULE);
    expect(decideWith([{ dryRun: true }], {}, promptTarget('p'))).toMatchObject(NO_RULE);
    expect(decideWith([{ dryRun: true }], {}, { kind: 'model', source: '', name: 'm' })).toMatchObject(
      NO_RULE,
    );
  });
});

test.each<[JsonSchema | boolean, string, boolean]>([
  [{}, 'a.b', true],
  [{ type: 'object' }, 'a', true],
  [{ type: 'object', additionalProperties: false }, 'a', false],
  [{ properties: { a: {} } }, 'a', true],
  [{ properties: { a: {} } }, 'b', false],
  [{ properties: { a: {} }, additionalProperties: true }, 'b', true],
  [{ properties: { a: { type: 'string' } } }, 'a.b', false],
  [{ properties: { a: { type: ['object', 'null'] } } }, 'a.b', true],
  [{ properties: { a: false } }, 'a', false],
  [{ properties: { a: { additionalProperties: { properties: { c: {} } } } } }, 'a.b.c', true],
  [{ properties: { a: { additionalProperties: { properties: { c: {} } } } } }, 'a.b.d', false],
  [{ properties: { a: { $ref: '#/$defs/a' } } }, 'a.b', true],
  [{ properties: { a: {} }, allOf: [{}] }, 'b', true],
  [{ properties: {} }, 'toString', false],
])('%j takes an argument %s: %s', (schema, path, expected) => {
  expect(takesArgument(schema, path.split('.'))).toBe(expected);
});
