import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Target } from '../../src/catalog/entries.ts';
import type { Principal } from '../../src/identity/principal.ts';
import { findStepUpScope as findScope } from '../../src/policy/decide.ts';
import { loadPolicies, type PolicySet } from '../../src/policy/load.ts';
import { ALL_SCOPES, policySetOf, principals, rules, targets } from './arbitraries.ts';
import { decide, policy, principal, toolTarget } from './fixtures.ts';

const TABLE = 'scopes: { b: { source: files }, a: { source: files, access: write } }';
const TOLD = `policy: told\nvisibility: step-up\n${TABLE}`;
const HIDDEN = `policy: told\n${TABLE}`;
const read = toolTarget('files', 'read_file');
const write = toolTarget('files', 'write_file', 'write');

function findStepUpScope(
  given: PolicySet,
  caller: Principal,
  target: Target,
  obtainable?: readonly string[],
): string | undefined {
  return findScope(given, { principal: caller, target, args: {} }, obtainable);
}

describe('for every policy, principal and target', () => {
  const RUNS = { numRuns: 300 };
  const told = fc
    .tuple(rules, fc.infiniteStream(fc.boolean()))
    .map(([given, draws]) =>
      given.map((rule) =>
        rule.effect === 'permit' && draws.next().value ? { ...rule, stepUp: true as const } : rule,
      ),
    );

  test('the scope that is told opens the target by a rule that may be told, and is the first that does', () => {
    let offers = 0;
    fc.assert(
      fc.property(told, principals, targets, (given, who, what) => {
        const set = policySetOf(given);
        const opens = (scope: string): boolean => {
          const decision = decide(set, { ...who, scopes: [...who.scopes, scope] }, what);
          const known = new Set(given.filter(({ stepUp }) => stepUp).map(({ id }) => id));
          return decision.effect !== 'deny' && decision.rules.some((id) => known.has(id));
        };
        if (decide(set, who, what).effect !== 'deny') return;
        const found = findStepUpScope(set, who, what);
        expect(found).toBe(ALL_SCOPES.toSorted().find(opens));
        offers += found === undefined ? 0 : 1;
      }),
      RUNS,
    );
    expect(offers).toBeGreaterThan(0);
  });

  test('whether callers are told changes no decision', () => {
    fc.assert(
      fc.property(told, principals, targets, (given, who, what) => {
        const silent = given.map((rule) => ({ ...rule, stepUp: undefined }));
        expect(decide(policySetOf(given), who, what)).toEqual(decide(policySetOf(silent), who, what));
      }),
      RUNS,
    );
  });
});

test('of several scopes the first is told, and none that opens it in a policy that hides', () => {
  const other = { file: 'other.policy.yaml', text: 'policy: other\nscopes: { 0: { source: files } }' };
  const set = loadPolicies([{ file: 'told.policy.yaml', text: TOLD }, other]);
  expect(findStepUpScope(set, principal(), write)).toBe('a');
  expect(findStepUpScope(set, principal(), read)).toBe('b');
  expect(findStepUpScope(policy(HIDDEN), principal(), write)).toBeUndefined();
  expect(findStepUpScope(set, principal(), toolTarget('elsewhere', 'x'))).toBeUndefined();
});

test('a caller of whom it is known which scopes it can get is told of no other', () => {
  const set = policy(TOLD);
  expect(findStepUpScope(set, principal(), write, ['a', 'c'])).toBe('a');
  expect(findStepUpScope(set, principal(), read, ['b'])).toBe('b');
  expect(findStepUpScope(set, principal(), write, ['b'])).toBe('b');
  expect(findStepUpScope(set, principal(), write, ['c'])).toBeUndefined();
  expect(findStepUpScope(set, principal(), read, [])).toBeUndefined();
});

test('a scope that a deny outweighs is not told', () => {
  const set = policy(
    `${TOLD}\nrules: [ { id: nobody, effect: deny, what: { source: files, access: write } } ]`,
  );
  expect(findStepUpScope(set, principal(), write)).toBeUndefined();
  expect(findStepUpScope(set, principal(), read)).toBe('b');
});

test('to tell or not to tell makes another policy of it, and a wrong word is refused with what there is', () => {
  expect(policy(TOLD).digest).not.toBe(policy(HIDDEN).digest);
  expect(policy(HIDDEN).digest).toBe(policy(`${HIDDEN}\nvisibility: hidden`).digest);
  expect(() => policy(`${HIDDEN}\nvisibility: stepup`)).toThrow(
    'expected `hidden` or `step-up`; did you mean `step-up`?',
  );
});
