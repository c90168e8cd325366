import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeDifference } from '../../src/cli/policy/difference/difference-text.ts';
import { findArchetypes } from '../../src/policy/diff/archetypes.ts';
import { comparePolicies } from '../../src/policy/diff/compare.ts';
import type { Difference, Entry } from '../../src/policy/diff/difference.ts';
import type { NamedPrincipal } from '../../src/policy/diff/principals.ts';
import { targetsOf } from '../../src/policy/diff/targets.ts';
import type { PolicySet } from '../../src/policy/load.ts';
import { policySetOf, principals, rules } from '../policy/arbitraries.ts';
import { catalog, catalogOf, decide, policy, principal, tool } from '../policy/fixtures.ts';

const refund = {
  ...tool('desk', 'refund', 'write'),
  inputSchema: {
    type: 'object',
    properties: { amount: { type: 'integer', minimum: 0, maximum: 1000 }, note: { type: 'string' } },
    required: ['amount'],
  },
};
const offered = catalog(
  catalogOf('desk', { tools: [refund, tool('desk', 'list')], prompts: ['greet'] }),
  catalogOf('one', { tools: [tool('one', 'get_ticket'), tool('one', 'delete_ticket', 'destructive')] }),
);

const dana: NamedPrincipal = { name: 'dana', kind: 'configured', principal: principal({ groups: ['desk'] }) };

function compare(
  before: PolicySet,
  after: PolicySet,
  people: readonly NamedPrincipal[] = [dana],
): Difference {
  const targets = targetsOf(offered, [before, after]);
  const steps = comparePolicies({ before, after, targets, principals: people });
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

const refunds = (rest: string): PolicySet =>
  policy(`policy: p\nrules:\n  - { id: refund, effect: permit, what: { tool: refund }${rest} }\n`);

describe('what is another', () => {
  test.each([
    ['the whole tool', 'policy: p\n', refunds(''), ['gains shown desk_refund']],
    [
      'a lower bound',
      ", when: 'args.amount <= 500'",
      refunds(", when: 'args.amount <= 100'"),
      ['narrowed fewer-arguments desk_refund'],
    ],
    [
      'a higher one',
      ", when: 'args.amount <= 100'",
      refunds(", when: 'args.amount <= 500'"),
      ['gains more-arguments desk_refund'],
    ],
    [
      'another range',
      ", when: 'args.amount <= 100'",
      refunds(", when: 'args.amount >= 50 && args.amount <= 200'"),
      ['gains more-arguments desk_refund', 'narrowed fewer-arguments desk_refund'],
    ],
    [
      'the same in other words',
      ", when: 'args.amount <= 100'",
      refunds(", when: '!(args.amount > 100)'"),
      [],
    ],
    ['a bound that the schema has already', '', refunds(", when: 'args.amount <= 1000'"), []],
    [
      'what is masked',
      '',
      refunds(', obligations: { mask: [/iban] }'),
      ['narrowed obligations-added desk_refund'],
    ],
    [
      'a default less',
      ', obligations: { defaults: { note: x } }',
      refunds(''),
      ['gains obligations-removed desk_refund'],
    ],
    [
      'a mask less, beside a pin that stays',
      ', obligations: { set: { note: x }, mask: [/iban] }',
      refunds(', obligations: { set: { note: x } }'),
      ['gains obligations-removed desk_refund'],
    ],
    [
      'one of two masks',
      ', obligations: { mask: [/iban, /name] }',
      refunds(', obligations: { mask: [/iban] }'),
      ['gains obligations-removed desk_refund'],
    ],
    [
      'a part of what was masked',
      ', obligations: { mask: [/owner] }',
      refunds(', obligations: { mask: [/owner/name] }'),
      ['gains obligations-removed desk_refund'],
    ],
    [
      'all of what was masked in part',
      ', obligations: { mask: [/items/0/iban] }',
      refunds(', obligations: { mask: ["/items/*/iban"] }'),
      ['narrowed obligations-added desk_refund'],
    ],
    [
      'a pin less, beside a mask that stays',
      ', obligations: { set: { note: x }, mask: [/iban] }',
      refunds(', obligations: { mask: [/iban] }'),
      ['gains more-arguments desk_refund', 'gains obligations-removed desk_refund'],
    ],
    [
      'a higher bound of calls that are masked',
      ", when: 'args.amount <= 100', obligations: { mask: [/iban] }",
      refunds(", when: 'args.amount <= 500', obligations: { mask: [/iban] }"),
      ['gains more-arguments desk_refund'],
    ],
    [
      'longer hours',
      `, when: 'now.getHours("Europe/Berlin") < 18'`,
      refunds(`, when: 'now.getHours("Europe/Berlin") < 22'`),
      ['gains more-arguments desk_refund'],
    ],
    [
      'no hours any more',
      `, when: 'now.getHours("Europe/Berlin") < 18'`,
      refunds(''),
      ['gains more-arguments desk_refund'],
    ],
    [
      'an end that comes later',
      `, when: 'now < timestamp("2026-01-01T00:00:00Z")'`,
      refunds(`, when: 'now < timestamp("2027-01-01T00:00:00Z")'`),
      ['gains more-arguments desk_refund'],
    ],
    [
      'any endpoint',
      `, when: 'call.endpoint == "/mcp/ops"'`,
      refunds(", when: 'true'"),
      ['gains more-arguments desk_refund'],
    ],
    [
      'a longer text',
      ", when: 'size(args.note) < 8'",
      refunds(", when: 'size(args.note) < 80'"),
      ['gains more-arguments desk_refund'],
    ],
    [
      'a shorter one',
      ", when: 'size(args.note) < 80'",
      refunds(", when: 'size(args.note) < 8'"),
      ['narrowed fewer-arguments desk_refund'],
    ],
    [
      'something of which nothing can be told: both',
      ", when: 'now.getHours() > args.amount'",
      refunds(", when: 'now.getMinutes() > args.amount'"),
      ['gains other-conditions desk_refund', 'narrowed other-conditions desk_refund'],
    ],
  ])('%s', (_, before, after, expected) => {
    const difference = compare(before.startsWith('policy:') ? policy(before) : refunds(before), after);
    const found = (['gains', 'losses', 'narrowed'] as const).flatMap((name) =>
      difference[name].flatMap(({ changes, target }) =>
        changes.map(({ kind }) => `${name} ${kind} ${target.name}`),
      ),
    );
    expect(found).toEqual(expected);
  });

  test('what came or went is named, and what the time has to be for it', () => {
    const masked = refunds(', obligations: { set: { note: x }, mask: [/iban, /name] }');
    const less = refunds(', obligations: { set: { note: x }, mask: [/name] }');
    const report = { before: 'a', after: 'b', principals: [dana], targets: [], notes: [] };
    const text = describeDifference({ ...compare(masked, less), ...report });
    expect(text).toContain('not obliged any more: masked in the result: /iban');
    expect(text).not.toContain('obliged now');
    const [until18, until22] = [18, 22].map((hour) => refunds(`, when: 'now.getHours() < ${hour}'`));
    const later = until18 && until22 && compare(until18, until22);
    expect(later?.gains[0]?.changes[0]?.where).toMatch(/^now\.getHours\(\) is (?:18|19|20|21)$/);
  });

  test('an approval where there was none, for the calls that need it, and its end', () => {
    const free = refunds('');
    const asked = policy(
      "policy: p\nrules:\n  - { id: refund, effect: permit, what: { tool: refund } }\n  - { id: yes, effect: approve, what: { tool: refund }, when: 'args.amount > 100' }\n",
    );
    const [entry] = compare(free, asked).narrowed;
    expect(entry?.changes.map(({ kind }) => kind)).toEqual(['approval-added']);
    expect(entry?.changes[0]?.example?.['amount']).toBeGreaterThan(100);
    expect(entry?.after).toMatchObject({ effect: 'permit', approval: 'sometimes' });
    expect(compare(asked, free).gains.map(({ changes }) => changes[0]?.kind)).toEqual(['approval-removed']);
  });

  test('an example is decided as it says, on both sides', () => {
    const [wide, narrow] = [refunds(", when: 'args.amount <= 500'"), refunds(", when: 'args.amount <= 100'")];
    const example = compare(wide, narrow).narrowed[0]?.changes[0]?.example;
    const effects = [wide, narrow].map(
      (set) => decide(set, dana.principal, { kind: 'tool', tool: refund }, example).effect,
    );
    expect(effects).toEqual(['permit', 'deny']);
  });

  test('archetypes have what conditions ask for, and those that no policy tells apart are one', () => {
    const set = policy(
      `policy: p\nscopes:\n  a: { source: desk }\n  b: { source: desk }\nrules:\n  - { id: own, effect: permit, who: { groups: [dev, ops] }, what: { source: one }, when: 'args.ns in principal.claims.namespaces || "root" in principal.groups' }\n`,
    );
    const names = findArchetypes([set], 50).principals.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'anyone',
        'scope a',
        'group dev',
        'group dev and claim namespaces = ["example"]',
        'group dev and group root',
      ]),
    );
    expect(findArchetypes([set], 2)).toMatchObject({ leftOut: names.length - 2 });
  });
});

describe('for any two sets of policies', () => {
  const sets = fc.tuple(rules, rules).map(([a, b]) => [policySetOf(a), policySetOf(b)] as const);
  const people = fc
    .array(principals, { minLength: 1, maxLength: 4 })
    .map((all) =>
      all.map((one, index): NamedPrincipal => ({ name: `p${index}`, kind: 'given', principal: one })),
    );
  test('nothing differs from itself, and what one way gains the other way loses', () => {
    fc.assert(
      fc.property(sets, people, ([a, b], who) => {
        expect(compare(a, a, who)).toEqual({ gains: [], losses: [], narrowed: [], limits: [] });
        const [there, back] = [compare(a, b, who), compare(b, a, who)];
        expect(pairs(there.gains, 'shown')).toEqual(pairs(back.losses, 'hidden'));
        expect(pairs(there.losses, 'hidden')).toEqual(pairs(back.gains, 'shown'));
      }),
      { numRuns: 150 },
    );
  });

  test('without conditions a gain was denied and is not, and a loss the reverse', () => {
    fc.assert(
      fc.property(sets, people, ([a, b], who) => {
        const { gains, losses } = compare(a, b, who);
        const targets = targetsOf(offered, [a, b]);
        for (const one of who) {
          for (const { target, shown } of targets) {
            const [then, now] = [a, b].map((set) => decide(set, one.principal, target).effect !== 'deny');
            const isIn = (entries: readonly Entry[], kind: string): boolean =>
              pairs(entries, kind).includes(`${one.name} ${shown.kind} ${shown.source} ${shown.name}`);
            expect([isIn(gains, 'shown'), isIn(losses, 'hidden')]).toEqual([!then && now, then && !now]);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

function pairs(entries: readonly Entry[], kind: string): string[] {
  return entries
    .filter(({ changes }) => changes.some((change) => change.kind === kind))
    .map(({ principal: who, target }) => `${who} ${target.kind} ${target.source} ${target.name}`)
    .toSorted();
}
