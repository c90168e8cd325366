import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toCanonicalJson } from '../../src/catalog/canonical.ts';
import type { JsonObject } from '../../src/catalog/json.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import type { Principal } from '../../src/identity/principal.ts';
import { comparePolicies } from '../../src/policy/diff/compare.ts';
import type { Difference, Entry } from '../../src/policy/diff/difference.ts';
import { targetsOf } from '../../src/policy/diff/targets.ts';
import type { PolicySet } from '../../src/policy/policy-set.ts';
import { anyCases, universeOf } from '../narrowing/arbitraries.ts';
import { policyOf, toolWith, type RuleText } from '../narrowing/fixtures.ts';
import { policySetOf, principals } from '../policy/arbitraries.ts';
import { args, conditionalRules } from '../policy/conditional.ts';
import { catalog, catalogOf, decide, policy, principal } from '../policy/fixtures.ts';

const ajv = new Ajv2020({ strict: false, validateSchema: false, addUsedSchema: false });

function compare(
  before: PolicySet,
  after: PolicySet,
  tool: Tool,
  ...callers: readonly Principal[]
): Difference {
  const targets = targetsOf(catalog(catalogOf(tool.source, { tools: [tool] })), [before, after]);
  const people = callers.map((one, index) => ({ name: `p${index}`, kind: 'given' as const, principal: one }));
  const steps = comparePolicies({ before, after, targets, principals: people });
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Where a difference has to say it of a call that is decided in two ways; undefined where it is decided in one. */
function wantedOf(
  [before, after]: readonly [PolicySet, PolicySet],
  tool: Tool,
  caller: Principal,
  call: JsonObject,
): 'gain' | 'loss' | 'any' | undefined {
  const [then, now] = [before, after].map((set) => {
    const { rules: _, ...decided } = decide(set, caller, { kind: 'tool', tool }, call);
    return decided.effect === 'deny' ? { effect: decided.effect } : decided;
  });
  if (then === undefined || now === undefined || toCanonicalJson(then) === toCanonicalJson(now))
    return undefined;
  if (then.effect === 'deny') return 'gain';
  if (now.effect === 'deny') return 'loss';
  return 'any';
}

const ofTool = (entries: readonly Entry[]): Entry[] => entries.filter(({ target }) => target.kind === 'tool');

function says({ gains, losses, narrowed }: Difference, wanted: 'gain' | 'loss' | 'any'): boolean {
  const [more, none, less] = [gains, losses, narrowed].map(ofTool) as [Entry[], Entry[], Entry[]];
  if (wanted === 'gain') return more.length > 0;
  if (wanted === 'loss') return none.length + less.length > 0;
  return more.length + none.length + less.length > 0;
}

function expectSaid(
  sets: readonly [PolicySet, PolicySet],
  tool: Tool,
  caller: Principal,
  calls: readonly JsonObject[],
): void {
  const wanted = calls.flatMap((call) => {
    const one = wantedOf(sets, tool, caller, call);
    return one === undefined ? [] : [{ call, one }];
  });
  if (wanted.length === 0) return;
  const difference = compare(...sets, tool, caller);
  expect(wanted.filter(({ one }) => !says(difference, one))).toEqual([]);
}

/** Somebody approves calls with low numbers, somebody those with high ones. */
const approvedBy = (low: string, high: string): PolicySet =>
  policy(
    `policy: p\nrules:\n  - { id: open, effect: permit }\n` +
      `  - { id: low, effect: approve, approvers: ${low}, when: 'args.n < 10' }\n` +
      `  - { id: high, effect: approve, approvers: ${high}, when: 'args.n >= 10' }\n`,
  );

test('who approves which call, where both may approve some on either side', () => {
  const tool = toolWith({ type: 'object', properties: { n: { type: 'integer' } } });
  const leads = '{ groups: [leads] }';
  const { narrowed } = compare(approvedBy('self', leads), approvedBy(leads, 'self'), tool, principal());
  expect(narrowed.filter(({ target }) => target.kind === 'tool').flatMap(({ changes }) => changes)).toEqual([
    { kind: 'approvers' },
  ]);
});

const IN_TIME = 'now > timestamp("2026-06-01T00:00:00Z")';

test.each<[string, RuleText, RuleText, JsonObject]>([
  [
    'a gain, beside a loss that is certain',
    `deny ${IN_TIME} ? args.x != "a" : args.x == "a"`,
    'deny args.x == "a"',
    { x: true },
  ],
  [
    'a loss, beside a gain that is certain',
    'deny args.x == "a"',
    `deny ${IN_TIME} ? args.x != "a" : args.x == "a"`,
    { x: true },
  ],
  [
    'another approval',
    'approve args.x.endsWith("a") && args.x.contains("b")',
    'approve args.x.endsWith("b") && args.x.contains("a")',
    { x: 'ba' },
  ],
])('where no call is found that shows it, it is said that there may be: %s', (_, before, after, call) => {
  const sets = [policyOf(['permit', before]), policyOf(['permit', after])] as const;
  expect(wantedOf(sets, toolWith({ type: 'object' }), principal(), call)).toBeDefined();
  expectSaid(sets, toolWith({ type: 'object' }), principal(), [call]);
});

describe('a call that is decided in another way is in the difference', () => {
  test('whatever the conditions', () => {
    fc.assert(
      fc.property(anyCases, anyCases, (one, other) => {
        const tool = toolWith(one.schema);
        const isValid = ajv.compile(one.schema);
        const names = [...new Set([...one.names, ...other.names])].slice(0, 3);
        const calls = universeOf(names).filter((call) => isValid(call));
        expectSaid([policyOf(one.rules), policyOf(other.rules)], tool, one.caller, calls);
        expectSaid([policyOf(one.rules), policyOf(one.rules.slice(1))], tool, one.caller, calls);
      }),
      { numRuns: 80 },
    );
  });

  test('of each caller the same as if nobody else were compared', () => {
    const tool = toolWith({ type: 'object' });
    const few = fc.array(principals, { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(conditionalRules, conditionalRules, few, (a, b, callers) => {
        const sets = [policySetOf(a), policySetOf(b)] as const;
        const together = compare(...sets, tool, ...callers);
        for (const [index, caller] of callers.entries()) {
          const alone = compare(...sets, tool, caller);
          for (const part of ['gains', 'losses', 'narrowed'] as const) {
            const own = together[part].filter((entry) => entry.principal === `p${index}`);
            expect(own.map((entry) => ({ ...entry, principal: 'p0' }))).toEqual(alone[part]);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test('whatever is obliged to, and whoever approves', () => {
    const tool = toolWith({ type: 'object' });
    const caller = principal({ groups: ['g1', 'a'], claims: { region: 'a' } });
    fc.assert(
      fc.property(
        conditionalRules,
        conditionalRules,
        fc.array(args, { minLength: 5, maxLength: 20 }),
        (a, b, calls) => {
          const sets = [policySetOf(a), policySetOf(b)] as const;
          expectSaid(sets, tool, caller, calls);
          expectSaid([sets[0], policySetOf(a.slice(1))], tool, caller, calls);
        },
      ),
      { numRuns: 120 },
    );
  });
});
