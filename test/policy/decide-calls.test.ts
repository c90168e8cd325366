import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Tool } from '../../src/catalog/tool.ts';
import { decide as decideCall } from '../../src/policy/decide.ts';
import { view, viewKey } from '../../src/policy/view.ts';
import { parseCondition } from '../../src/policy/cel/parse-condition.ts';
import type { Rule } from '../../src/policy/rule.ts';
import { ALL_SCOPES, policySetOf, principals } from './arbitraries.ts';
import {
  anyTargets,
  args,
  CALL,
  conditionalBodies,
  conditionalRules,
  conditionOf,
  NOW,
  type Call,
} from './conditional.ts';
import { catalog, decide, policy, principal, toolTarget } from './fixtures.ts';
import { naiveDecideCall } from './naive-call.ts';
import { runs } from '../support/runs.ts';

const RUNS = runs(300);
const OPENNESS = { deny: 0, approve: 1, permit: 2 };
const NOTHING = catalog();

const calls: fc.Arbitrary<Call> = fc
  .record({ principal: principals, target: anyTargets, args })
  .map((call) => ({
    ...call,
    // A resource has no arguments.
    args: call.target.kind === 'resource' ? {} : call.args,
  }));

function decideOf(rules: readonly Rule[], call: Call): ReturnType<typeof decideCall> {
  return decideCall(policySetOf(rules), call.principal, call.target, call.args, CALL, NOW);
}

/** The tool, taking any arguments. */
function openTool(tool: Tool): Tool {
  return { ...tool, inputSchema: { type: 'object' } };
}

describe('for every policy with conditions and obligations, and every call', () => {
  test('the decision is the one of a second, naive evaluator', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(conditionalRules, calls, (rules, call) => {
        const decision = decideOf(rules, call);
        expect(decision).toEqual(naiveDecideCall(rules, call, ALL_SCOPES));
        seen.add(decision.effect);
        if (decision.effect === 'deny') {
          seen.add(decision.reason).add(`scopes:${Math.min(2, decision.missingScopes.length)}`);
        } else for (const member of Object.keys(decision.obligations ?? {})) seen.add(member);
      }),
      runs(2500),
    );
    // The generators must reach every outcome, or the comparison would prove little.
    expect([...seen].toSorted()).toEqual(
      'approve condition-error conflict deny dryRun mask no-rule permit rule scopes:0 scopes:1 scopes:2 select set'.split(
        ' ',
      ),
    );
  });

  test.each(['deny', 'approve'] as const)('adding a rule that says %s never permits more', (effect) => {
    fc.assert(
      fc.property(conditionalRules, conditionalBodies, calls, (rules, body, call) => {
        const added = { ...body, effect, obligations: effect === 'deny' ? undefined : body.obligations };
        const before = decideOf(rules, call);
        const after = decideOf([...rules, { ...added, id: 'p/added' }], call);
        expect(OPENNESS[after.effect]).toBeLessThanOrEqual(OPENNESS[before.effect]);
      }),
      RUNS,
    );
  });

  test('what is hidden is denied', () => {
    let hidden = 0;
    fc.assert(
      fc.property(conditionalRules, calls, (rules, { target, ...rest }) => {
        // What a tool's schema does not let through is no call.
        const call = {
          ...rest,
          target: target.kind === 'tool' ? { ...target, tool: openTool(target.tool) } : target,
        };
        const isShown = view(policySetOf(rules), NOTHING, call.principal).shows(call.target);
        if (!isShown) expect(decideOf(rules, call).effect).toBe('deny');
        if (!isShown && rules.some(({ effect, when }) => effect === 'permit' && when)) hidden += 1;
      }),
      runs(1000),
    );
    expect(hidden).toBeGreaterThan(50);
  });

  test('those who may share a view are decided about alike, as far as what they see goes', () => {
    let shared = 0;
    fc.assert(
      fc.property(conditionalRules, calls, principals, (rules, call, other) => {
        const set = policySetOf(rules);
        if (viewKey(set, call.principal) !== viewKey(set, other)) return;
        const [one, two] = [view(set, NOTHING, call.principal), view(set, NOTHING, other)];
        expect(two.narrowingOf(call.target)).toEqual(one.narrowingOf(call.target));
        // An approval is no part of what is seen.
        const [first, second] = [call.principal, other].map((who) => {
          const decision = decideOf(rules, { ...call, principal: who });
          return decision.effect === 'deny';
        });
        expect(second).toBe(first);
        shared += 1;
      }),
      runs(600),
    );
    expect(shared).toBeGreaterThan(20);
  });

  test('an index finds the rules that asking each of them finds', () => {
    fc.assert(
      fc.property(
        fc.array(conditionalBodies, { maxLength: 30 }),
        fc.array(calls, { maxLength: 5 }),
        (bodies, some) => {
          const set = policySetOf(
            bodies.map((body, index) => ({ ...body, when: undefined, id: `p/${index}` })),
          );
          for (const call of some) {
            const denies = set.rules.filter(
              (rule) =>
                rule.effect === 'deny' &&
                rule.matchesPrincipal(call.principal) &&
                rule.matchesTarget(call.target),
            );
            const decision = decideCall(set, call.principal, call.target, call.args, CALL, NOW);
            if (denies.length > 0) expect(decision.rules).toEqual(denies.map(({ id }) => id));
            else expect(decision).not.toMatchObject({ reason: 'rule' });
          }
        },
      ),
      runs(150),
    );
  });
});

describe('a condition that cannot be evaluated', () => {
  const target = toolTarget('desk', 'close');
  const open = '{ id: open, effect: permit }';

  test.each([
    ['a permit does not match', '{ id: r, effect: permit, when: args.amount < 5 }', 'deny', []],
    ['a deny matches', `${open}, { id: r, effect: deny, when: args.amount < 5 }`, 'deny', ['p/r']],
    [
      'an approval matches',
      `${open}, { id: r, effect: approve, when: args.amount < 5 }`,
      'approve',
      ['p/open', 'p/r'],
    ],
  ])('%s', (_, rules, effect, ids) => {
    const set = policy(`policy: p\nrules: [${rules}]\n`);
    for (const amount of [undefined, null, 'four', [], {}, true]) {
      const sent = amount === undefined ? {} : { amount };
      expect(decide(set, principal(), target, sent)).toMatchObject({ effect, rules: ids });
    }
  });

  test('is the reason of a denial where no deny is simply true', () => {
    const set = policy(
      `policy: p\nrules: [${open}, { id: a, effect: deny, when: args.x == 1 }, { id: b, effect: deny, when: args.y == 1 }]\n`,
    );
    const reasonOf = (sent: Record<string, number>) => decide(set, principal(), target, sent);
    expect(reasonOf({})).toMatchObject({ reason: 'condition-error', rules: ['p/a', 'p/b'] });
    expect(reasonOf({ x: 1 })).toMatchObject({ reason: 'rule', rules: ['p/a', 'p/b'] });
    expect(reasonOf({ x: 2, y: 2 })).toMatchObject({ effect: 'permit' });
  });
});

const WORDS =
  `args principal tool call now x m k claims scopes item true null . [ ] ( ) , { } : ? && || ! == != < >= in + -
  * / % 1 2.5 9223372036854775807 "a" '^(a+)+$' b"x" has( size( .exists(item, .map(item, .filter( .matches( timestamp( int( dyn(
  string( cel.bind(`.split(/\s+/);

test('conditions of any shape over arguments of any shape are refused at load or decided, and never thrown', () => {
  let decided = 0;
  const junk = fc.array(fc.constantFrom(...WORDS), { maxLength: 12 }).map((words) => words.join(' '));
  const pieces = fc.constantFrom(
    'args.x',
    'args[args.x]',
    'dyn(args)',
    'principal.claims.a',
    'dyn("a")',
    'dyn([1])',
  );
  const formed = fc
    .tuple(
      pieces,
      fc.constantFrom('+', '-', '*', '/', '%'),
      pieces,
      fc.constantFrom('==', '<', 'in', '!='),
      pieces,
    )
    .map((parts) => parts.join(' '));
  const sentArguments = fc.oneof(fc.object({ withNullPrototype: true }), fc.record({ x: fc.anything() }));
  fc.assert(
    fc.property(fc.oneof(junk, formed), sentArguments, (text, sent) => {
      const condition = parseCondition(text);
      if (!('expression' in condition)) return;
      decided += 1;
      const set = policySetOf(
        (['permit', 'approve', 'deny'] as const).map((effect) => ({
          id: `p/${effect}`,
          effect,
          when: condition,
        })),
      );
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- whatever a client sends
      const call = { principal: principal(), target: toolTarget('a', 'b'), args: sent as Call['args'] };
      expect(['permit', 'approve', 'deny']).toContain(decideOf(set.rules, call).effect);
      view(set, NOTHING, call.principal).shows(call.target);
    }),
    runs(600),
  );
  expect(decided).toBeGreaterThan(100);
});

describe('missing scopes, where conditions read the scopes', () => {
  const target = toolTarget('files', 'read_file');

  test.each([
    [
      'one that only a condition names',
      '{ id: r, effect: permit, when: \'"a" in principal.scopes\' }',
      ['a'],
    ],
    [
      'two where one is not enough',
      '{ id: r, effect: permit, who: { scopes: b }, when: \'"a" in principal.scopes\' }',
      ['a', 'b'],
    ],
    [
      'one that silences a deny as well',
      '{ id: r, effect: permit, who: { scopes: b } }, { id: d, effect: deny, who: { scopes: b }, when: \'!("c" in principal.scopes)\' }',
      ['b', 'c'],
    ],
    [
      'none where the arguments would not do either',
      '{ id: r, effect: permit, when: \'"a" in principal.scopes && args.x == 1\' }',
      [],
    ],
  ])('%s', (_, rules, missingScopes) => {
    expect(decide(policy(`policy: p\nrules: [${rules}]\n`), principal(), target)).toMatchObject({
      missingScopes,
    });
  });

  test('are searched for within bounds', () => {
    const condition = Array.from({ length: 60 }, (_, index) => `"s${index}" in principal.scopes`).join(
      ' && ',
    );
    const set = policySetOf([{ id: 'p/r', effect: 'permit', when: conditionOf(condition) }]);
    expect(decide(set, principal(), target)).toMatchObject({ effect: 'deny', missingScopes: [] });
  });
});
