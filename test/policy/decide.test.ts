import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALL_SCOPES, policySetOf, principals, ruleBodies, rules, targets } from './arbitraries.ts';
import { decide, policy, principal, promptTarget, resourceTarget, toolTarget } from './fixtures.ts';
import { naiveDecide } from './naive-decide.ts';

const RUNS = { numRuns: 500 };
const OPENNESS = { deny: 0, approve: 1, permit: 2 };

describe('for every policy, principal and target', () => {
  test('the decision is the one of a second, naive evaluator', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(rules, principals, targets, (given, who, what) => {
        const decision = decide(policySetOf(given), who, what);
        expect(decision).toEqual(naiveDecide(given, who, what, ALL_SCOPES));
        seen.add(decision.effect);
        if (decision.effect === 'deny')
          seen.add(decision.reason).add(`scopes:${decision.missingScopes.length}`);
      }),
      { numRuns: 2000 },
    );
    // The generators must reach every outcome, or the comparison would prove little.
    expect([...seen].toSorted()).toEqual([
      'approve',
      'deny',
      'no-rule',
      'permit',
      'rule',
      'scopes:0',
      'scopes:1',
    ]);
  });

  test('adding a deny never permits more', () => {
    fc.assert(
      fc.property(rules, ruleBodies, principals, targets, (given, body, who, what) => {
        const before = decide(policySetOf(given), who, what);
        const after = decide(policySetOf([...given, { ...body, effect: 'deny', id: 'p/added' }]), who, what);
        expect(OPENNESS[after.effect]).toBeLessThanOrEqual(OPENNESS[before.effect]);
      }),
      RUNS,
    );
  });

  test('adding an approve never opens anything and never closes anything', () => {
    fc.assert(
      fc.property(rules, ruleBodies, principals, targets, (given, body, who, what) => {
        const before = decide(policySetOf(given), who, what);
        const after = decide(
          policySetOf([...given, { ...body, effect: 'approve', id: 'p/added' }]),
          who,
          what,
        );
        expect(after.effect === 'deny').toBe(before.effect === 'deny');
        expect(OPENNESS[after.effect]).toBeLessThanOrEqual(OPENNESS[before.effect]);
      }),
      RUNS,
    );
  });

  test('removing every permit denies everything', () => {
    fc.assert(
      fc.property(rules, principals, targets, (given, who, what) => {
        const closed = policySetOf(given.filter(({ effect }) => effect !== 'permit'));
        expect(decide(closed, who, what).effect).toBe('deny');
      }),
      RUNS,
    );
  });

  test('the order of the rules, and of the values in them, changes nothing', () => {
    fc.assert(
      fc.property(rules, principals, targets, (given, who, what) => {
        const reversed = given.toReversed().map((rule) => ({ ...rule, what: rule.what?.toReversed() }));
        const [one, other] = [policySetOf(given), policySetOf(reversed)];
        expect(decide(other, who, what)).toEqual(decide(one, who, what));
        expect(other.digest).toBe(one.digest);
      }),
      RUNS,
    );
  });

  test('granting the missing scopes opens the target', () => {
    let offers = 0;
    fc.assert(
      fc.property(rules, principals, targets, (given, who, what) => {
        const decision = decide(policySetOf(given), who, what);
        if (decision.effect !== 'deny' || decision.missingScopes.length === 0) return;
        offers += 1;
        const scopes = [...who.scopes, ...decision.missingScopes];
        expect(decide(policySetOf(given), { ...who, scopes }, what).effect).not.toBe('deny');
      }),
      RUNS,
    );
    expect(offers).toBeGreaterThan(0);
  });
});

describe('default deny, deny wins', () => {
  test('an empty policy set denies, with no rule to blame', () => {
    expect(decide(policySetOf([]), principal(), toolTarget('files', 'read_file'))).toEqual({
      effect: 'deny',
      rules: [],
      reason: 'no-rule',
      missingScopes: [],
    });
  });

  test('a deny names every deny that matched, sorted, and no permit', () => {
    const set = policy(`
policy: p
rules:
  - { id: z, effect: deny, what: { tool: read_* } }
  - { id: open, effect: permit }
  - { id: a, effect: deny, who: { subject: agent } }
  - { id: other, effect: deny, who: { subject: somebody } }
`);
    expect(decide(set, principal(), toolTarget('files', 'read_file'))).toEqual({
      effect: 'deny',
      rules: ['p/a', 'p/z'],
      reason: 'rule',
      missingScopes: [],
    });
  });

  test('an approve without a permit is a deny by no rule', () => {
    const set = policy('policy: p\nrules:\n  - { id: ask, effect: approve }\n');
    expect(decide(set, principal(), toolTarget('files', 'write_file'))).toEqual({
      effect: 'deny',
      rules: [],
      reason: 'no-rule',
      missingScopes: [],
    });
  });

  test('an approve names what asks and what permits', () => {
    const set = policy(`
policy: p
scopes: { write: { source: files } }
rules: [{ id: ask, effect: approve, what: { access: write } }]
`);
    const holder = principal({ scopes: ['write'] });
    expect(decide(set, holder, toolTarget('files', 'write_file', 'write'))).toEqual({
      effect: 'approve',
      approvers: ['self'],
      rules: ['p/ask', 'p/scope:write'],
    });
    expect(decide(set, holder, toolTarget('files', 'read_file'))).toEqual({
      effect: 'permit',
      rules: ['p/scope:write'],
    });
  });
});

describe('what other gateways got wrong', () => {
  test('a deny on a value that the caller lacks does not turn into a permit for everyone else (fails open)', () => {
    const set = policy(`
policy: p
scopes: { read: { source: files } }
rules: [{ id: not-outside, effect: deny, who: { claims: { region: us } } }]
`);
    const target = toolTarget('files', 'read_file');
    expect(decide(set, principal({ claims: { region: 'eu' } }), target).effect).toBe('deny');
    expect(decide(set, principal({ claims: {} }), target).effect).toBe('deny');
    expect(decide(set, principal({ scopes: ['read'], claims: { region: 'us' } }), target).effect).toBe(
      'deny',
    );
    expect(decide(set, principal({ scopes: ['read'], claims: { region: 'eu' } }), target).effect).toBe(
      'permit',
    );
  });

  test('a deny-only policy denies all, and a check says so rather than leaving it to be discovered', () => {
    const set = policy('policy: p\nrules: [{ id: d, effect: deny, what: { tool: delete_* } }]\n');
    expect(decide(set, principal(), toolTarget('files', 'read_file')).effect).toBe('deny');
  });

  test('a permit follows the source and the own name, never whoever else wins the shown name', () => {
    const set = policy('policy: p\nscopes: { use: { source: one, tool: read } }\n');
    const holder = principal({ scopes: ['use'] });
    expect(decide(set, holder, toolTarget('one', 'read')).effect).toBe('permit');
    expect(decide(set, holder, toolTarget('two', 'read')).effect).toBe('deny');
    expect(decide(set, holder, toolTarget('two', 'one_read')).effect).toBe('deny');
  });

  test('resources and prompts obey the same default deny as tools', () => {
    const set = policy('policy: p\nscopes: { use: { source: files, tool: "*" } }\n');
    const holder = principal({ scopes: ['use'] });
    expect(decide(set, holder, toolTarget('files', 'read_file')).effect).toBe('permit');
    expect(decide(set, holder, resourceTarget('file:///a')).effect).toBe('deny');
    expect(decide(set, holder, promptTarget('summary')).effect).toBe('deny');
  });

  test('a second rule that matches adds to the first and does not replace it (override trap)', () => {
    const set = policy(`
policy: p
scopes: { read: { source: files, access: read } }
rules: [{ id: more, effect: permit, who: { scopes: read }, what: { source: files, tool: write_file } }]
`);
    const holder = principal({ scopes: ['read'] });
    expect(decide(set, holder, toolTarget('files', 'read_file')).effect).toBe('permit');
    expect(decide(set, holder, toolTarget('files', 'write_file', 'write')).effect).toBe('permit');
  });
});

describe('missing scopes', () => {
  const target = toolTarget('files', 'read_file');

  test('are the first of several that would do, in code-unit order', () => {
    const set = policy(
      'policy: p\nscopes: { b: { source: files }, a: { access: read }, c: { source: other } }\n',
    );
    expect(decide(set, principal(), target)).toMatchObject({ missingScopes: ['a'] });
  });

  test('are not offered where holding them would run into a deny', () => {
    const set = policy(`
policy: p
scopes: { a: { source: files }, b: { source: files } }
rules: [{ id: trap, effect: deny, who: { scopes: a } }]
`);
    expect(decide(set, principal(), target)).toMatchObject({ reason: 'no-rule', missingScopes: ['b'] });
  });

  test('are not offered where a rule denies', () => {
    const set = policy('policy: p\nscopes: { a: { source: files } }\nrules: [{ id: d, effect: deny }]\n');
    expect(decide(set, principal(), target)).toMatchObject({ reason: 'rule', missingScopes: [] });
  });

  test('count a scope that a permit asks for beside a group, where the caller is in the group', () => {
    const set = policy(
      'policy: p\nrules: [{ id: r, effect: permit, who: { groups: sre, scopes: break-glass } }]\n',
    );
    expect(decide(set, principal({ groups: ['sre'] }), target)).toMatchObject({
      missingScopes: ['break-glass'],
    });
    expect(decide(set, principal(), target)).toMatchObject({ missingScopes: [] });
  });
});
