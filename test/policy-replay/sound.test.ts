import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { replaceNotKept } from '../../src/audit/mask/not-kept.ts';
import { createMask } from '../../src/audit/mask/mask.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/catalog/json.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { UNKNOWN } from '../../src/policy/cel/evaluate.ts';
import { compareJson } from '../../src/policy/compare-json.ts';
import type { CallFacts } from '../../src/policy/facts.ts';
import { createJudge } from '../../src/policy/replay/judge.ts';
import { notKnown } from '../../src/policy/replay/past-call.ts';
import { createReplayTally } from '../../src/policy/replay/tally.ts';
import { settle } from '../../src/policy/settle.ts';
import { policy, principal, tool } from '../policy/fixtures.ts';

const RULES = policy(`
policy: p
rules:
  - { id: a, effect: permit, what: { tag: red }, when: 'args.n <= 3 || args.s in principal.claims.names' }
  - { id: b, effect: permit, who: { claims: { level: [1, 2] } }, what: { access: write } }
  - { id: c, effect: permit, what: { path: '/x/*' }, when: 'call.endpoint == "/mcp" && has(args.o.k)' }
  - { id: d, effect: approve, when: 'args.o.k == "v"', what: { tool: t } }
  - { id: e, effect: deny, who: { claims: { level: 3 } }, when: 'tool.method == "DELETE" || args.n > 5' }
  - { id: f, effect: deny, what: { method: DELETE }, when: '!has(args.s)' }
  - { id: g, effect: permit, who: { groups: g }, what: { tool: t }, obligations: { set: { s: x } } }
  - { id: h, effect: permit, what: { tool: t }, when: 'args.n < 4', obligations: { set: { s: y } } }
`);

/** Parts of a call that a record may not hold. */
const LOSSES = ['args', 'n', 's', 'o', 'k', 'claims', 'endpoint', 'attributes'] as const;

const attributes = fc.record(
  {
    tags: fc.subarray(['red', 'blue']),
    method: fc.constantFrom('GET', 'DELETE'),
    path: fc.constantFrom('/x/1', '/y'),
  },
  { requiredKeys: [] },
);
const args = fc.record(
  {
    n: fc.oneof(fc.integer({ min: 0, max: 8 }), fc.constant('many')),
    s: fc.constantFrom('x', 'y'),
    o: fc.record({ k: fc.constantFrom('v', 'w') }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);
const claims = fc.record(
  { level: fc.integer({ min: 1, max: 4 }), names: fc.oneof(fc.subarray(['x', 'y']), fc.constant('x')) },
  { requiredKeys: [] },
);

describe('a call of which a part is not known', () => {
  test('is never said to come out otherwise than it does where all of it is known', () => {
    fc.assert(
      fc.property(
        fc.record({
          args,
          claims,
          attributes,
          groups: fc.subarray(['g']),
          endpoint: fc.constantFrom('/mcp', '/mcp/s'),
        }),
        fc.subarray([...LOSSES]),
        ({ args: whole, claims: held, attributes: known, groups, endpoint }, lost) => {
          const isLost = (part: (typeof LOSSES)[number]): boolean => lost.includes(part);
          const caller = principal({ claims: held, groups });
          const call: CallFacts = { face: 'http', endpoint };
          const full: Tool = tool('s', 't', 'write', known);
          const truth = settle(RULES, caller, { kind: 'tool', tool: full }, whole, call, 0).decision;
          const dimmed = isLost('attributes')
            ? tool('s', 't', 'write', {
                tags: [notKnown<string>()],
                method: notKnown<string>(),
                path: notKnown<string>(),
              })
            : full;
          const judgement = createJudge(RULES)({
            facts: {
              principal: { ...caller, ...(isLost('claims') && { claims: notKnown<JsonObject>() }) },
              target: { kind: 'tool', tool: dimmed },
              ...(!isLost('args') && { args: withLosses(whole, lost) }),
              call: { ...call, ...(isLost('endpoint') && { endpoint: notKnown<string>() }) },
              now: 0,
            },
            target: { kind: 'tool', tool: isLost('attributes') ? tool('s', 't', 'write') : full },
            knowsClaims: !isLost('claims'),
            knowsAttributes: !isLost('attributes'),
            decided: { effect: 'permit', rules: [] },
          });
          expect(judgement.effects).toContain(truth.effect);
          if (lost.length === 0)
            expect(judgement).toEqual({ effects: [truth.effect], rules: truth.rules, unknown: [] });
          if (judgement.effects.length > 1) expect(judgement.unknown).not.toEqual([]);
        },
      ),
      { numRuns: 1500 },
    );
  });
});

test('rules that may contradict each other leave open whether a call is denied for it', () => {
  const target = { kind: 'tool', tool: tool('s', 't', 'write') } as const;
  const judge = createJudge(RULES);
  const judgement = judge({
    facts: {
      principal: principal({ groups: ['g'] }),
      target,
      args: { n: notKnown<Json>() },
      call: { face: 'http', endpoint: '/mcp/s' },
      now: 0,
    },
    target,
    knowsClaims: true,
    knowsAttributes: true,
    decided: { effect: 'permit', rules: ['p/g'] },
  });
  expect(judgement.effects).toContain('deny');
  expect(judgement.unknown).toContainEqual({ rule: 'p/h', reads: ['args.n'] });
});

function withLosses(whole: JsonObject, lost: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(whole).map(([name, value]) => {
      if (lost.includes(name)) return [name, notKnown<Json>()];
      return [name, name === 'o' && isJsonObject(value) ? withLosses(value, lost) : value];
    }),
  );
}

describe('arguments that were masked', () => {
  const mask = createMask({ chosen: ['chosen', '/deep/*/hidden'], secrets: ['hunter22'] });
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'Bearer abcdefghij',
      'hunter22',
      '[left out]',
      '[secret]',
      'x'.repeat(3_000),
      '[3 more left out]',
    ),
  );
  const { value } = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.oneof(text, fc.constantFrom('password', 'chosen', 'deep', 'hidden')), tie('value'), {
        maxKeys: 4,
      }),
    ),
  }));

  test('are unknown where something was kept back, and as they were sent everywhere else', () => {
    fc.assert(
      fc.property(value, (sent) => {
        expect(compareJson(replaceNotKept(mask.value(sent), UNKNOWN), sent)).not.toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  test('are unknown where a list or an object was cut', () => {
    expect(replaceNotKept(mask.value(Array.from({ length: 300 }, () => 1)), UNKNOWN)).toBe(UNKNOWN);
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`m${index}`, 1]));
    expect(replaceNotKept(mask.value(many), UNKNOWN)).toBe(UNKNOWN);
    expect(replaceNotKept(mask.value({ note: 'x'.repeat(3_000), token: 'abc', n: 1 }), UNKNOWN)).toEqual({
      note: UNKNOWN,
      token: UNKNOWN,
      n: 1,
    });
  });
});

describe('what is added up', () => {
  test('is bounded: kinds beyond the bound are counted and not told apart', () => {
    const tally = createReplayTally(10);
    for (let index = 0; index < 1_000; index += 1) {
      tally.add({
        time: `2026-11-21T00:00:00.${String(index).padStart(3, '0')}Z`,
        principal: `p${index % 100}`,
        target: 't',
        isGone: false,
        before: { effect: 'permit', rules: ['a'] },
        after: { effects: ['deny'], rules: [], unknown: [] },
      });
    }
    expect(tally.totals()).toMatchObject({ calls: 1_000, different: 1_000 });
    expect(tally.different()).toHaveLength(10);
    expect(tally.different()[0]).toMatchObject({ principal: 'p0', calls: 10 });
    expect(tally.ungrouped()).toBe(900);
  });
});
