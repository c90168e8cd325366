import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from '../../src/policy/decide.ts';
import type { JsonObject } from '../../src/catalog/json.ts';
import type { Principal } from '../../src/identity/principal.ts';
import { loadPolicies, type PolicySet } from '../../src/policy/load.ts';
import { createJudge } from '../../src/policy/replay/judge.ts';
import type { PastCall } from '../../src/policy/replay/past-call.ts';
import { BY, type By } from '../../src/policy/suggest/callers.ts';
import { composeRules } from '../../src/policy/suggest/compose.ts';
import { createUsage } from '../../src/policy/suggest/usage.ts';
import { writePolicy } from '../../src/policy/suggest/write.ts';
import { policy, principal, toolTarget } from '../policy/fixtures.ts';

/** What is in force while the record is written: scopes, groups, teams, conditions, pins, approvals and denials. */
const IN_FORCE = policy(`
policy: desk
scopes:
  desk:read: { source: desk, access: read }
rules:
  - { id: agents, effect: permit, who: { groups: agents }, what: { source: desk, tool: [reply, refund] }, when: '!has(args.amount) || args.amount <= 100' }
  - { id: leads, effect: permit, who: { groups: leads }, what: { source: desk } }
  - { id: masked, effect: permit, who: { team: red }, what: { source: desk, tool: show }, obligations: { mask: [/mail], set: { size: small } } }
  - { id: large, effect: approve, what: { source: desk, tool: refund }, when: 'has(args.amount) && args.amount > 50', approvers: { groups: leads } }
  - { id: never, effect: deny, what: { source: desk, tool: wipe }, when: '!has(args.amount) || args.amount > 10' }
`);

const TOOLS = ['list', 'show', 'reply', 'refund', 'wipe'] as const;
const ACCESS = { list: 'read', show: 'read', reply: 'write', refund: 'write', wipe: 'destructive' } as const;
const HOSTILE = 'a: b # "c"\n\u2028é';

const caller: fc.Arbitrary<Principal> = fc
  .record({
    subject: fc.constantFrom('ann', 'bob', 'cid', HOSTILE),
    groups: fc.subarray(['agents', 'leads', HOSTILE]),
    scopes: fc.subarray(['desk:read', 'other']),
    team: fc.constantFrom('red', 'blue'),
  })
  .map((members) => principal(members));

const args: fc.Arbitrary<JsonObject> = fc.record(
  {
    amount: fc.integer({ min: -20, max: 5000 }),
    kind: fc.constantFrom('a', HOSTILE),
    size: fc.constantFrom('small', 'big'),
  },
  { requiredKeys: [] },
);

const call = fc.record({ caller, name: fc.constantFrom(...TOOLS), args });

function toPast(
  rules: PolicySet,
  one: { caller: Principal; name: (typeof TOOLS)[number]; args: JsonObject },
): PastCall {
  const target = toolTarget('desk', one.name, ACCESS[one.name]);
  const now = Date.UTC(2026, 10, 20);
  const facts = {
    principal: one.caller,
    target,
    args: one.args,
    call: { face: 'http', endpoint: '/mcp' } as const,
    now,
  };
  const { effect, rules: ids } = decide(rules, one.caller, target, one.args, facts.call, now);
  return { facts, target, knowsClaims: true, knowsAttributes: true, decided: { effect, rules: ids } };
}

function suggest(calls: readonly PastCall[], by: readonly By[], names: readonly string[]): string {
  const usage = createUsage(IN_FORCE, names);
  for (const past of calls) usage.add(past, '2026-11-20T00:00:00.000Z');
  const { rules } = composeRules(usage.end(), { policy: IN_FORCE, by });
  return writePolicy({ name: 'suggested', about: [HOSTILE], rules, after: [HOSTILE] });
}

const orders = fc.constantFrom<readonly By[]>(['group', 'team', 'subject'], ...BY.map((by): By[] => [by]));
const wanted = fc.subarray(['amount', 'kind']);

describe('what is suggested', () => {
  test('loads, permits everything that was permitted, asks where it was asked, and opens nothing that was only refused', () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 30 }), orders, wanted, (made, by, names) => {
        const calls = made.map((one) => toPast(IN_FORCE, one));
        const text = suggest(calls, by, names);
        const suggested = loadPolicies([{ file: 'suggested.policy.yaml', text }]);
        const judge = createJudge(suggested);
        for (const past of calls) {
          const { effect } = past.decided;
          if (effect !== 'deny') expect(judge(past).effects, text).toEqual([effect]);
        }
        for (const past of calls) {
          const isOwn = (other: PastCall): boolean =>
            other.target.kind === 'tool' &&
            past.target.kind === 'tool' &&
            other.target.tool.name === past.target.tool.name &&
            other.facts.principal.subject === past.facts.principal.subject;
          const isOnlyRefused = calls.filter(isOwn).every(({ decided }) => decided.effect === 'deny');
          if (isOnlyRefused) expect(judge(past).effects, text).toEqual(['deny']);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('opens no tool to anybody whom no rule of a permitted call describes', () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 20 }), call, orders, (made, other, by) => {
        const calls = made.map((one) => toPast(IN_FORCE, one));
        const suggested = loadPolicies([{ file: 's.policy.yaml', text: suggest(calls, by, []) }]);
        const past = toPast(IN_FORCE, other);
        if (createJudge(suggested)(past).effects[0] === 'deny') return;
        const opening = suggested.rules.filter(
          (rule) =>
            rule.effect === 'permit' &&
            rule.matchesPrincipal(other.caller) &&
            rule.matchesTarget(past.target),
        );
        const isCovered = opening.some((rule) =>
          calls.some(
            (one) =>
              one.decided.effect !== 'deny' &&
              rule.matchesPrincipal(one.facts.principal) &&
              one.target.kind === 'tool' &&
              one.target.tool.name === other.name,
          ),
        );
        expect(isCovered).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('is the same whatever the order of the record', () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 15 }), orders, wanted, (made, by, names) => {
        const calls = made.map((one) => toPast(IN_FORCE, one));
        expect(suggest(calls.toReversed(), by, names)).toBe(suggest(calls, by, names));
      }),
      { numRuns: 100 },
    );
  });
});
