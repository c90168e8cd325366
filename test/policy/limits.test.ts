import { describe, expect, test } from 'vitest';
import { loadPolicies } from '../../src/policy/load.ts';
import type { LimitMeasure } from '../../src/policy/limit.ts';
import { policy, principal, refusalOf, resourceTarget, toolTarget } from './fixtures.ts';

function measuresOf(members: string): readonly LimitMeasure[] | undefined {
  return policy(`policy: p\nlimits: [{ id: l, ${members} }]\n`).limits[0]?.measures;
}

describe('a limit', () => {
  const hard = { by: 'rule', mode: 'hard', onLoss: 'charge' };

  test.each<[string, object[]]>([
    [
      'rate: { calls: 10, per: minute }',
      [{ kind: 'rate', unit: 'calls', amount: 10, windowMs: 60_000, ...hard }],
    ],
    [
      'rate: [{ tokens: 0, per: second }, { calls: 9007199254740991, per: day }]',
      [
        { kind: 'rate', unit: 'tokens', amount: 0, windowMs: 1_000, ...hard },
        { kind: 'rate', unit: 'calls', amount: 9_007_199_254_740_991, windowMs: 86_400_000, ...hard },
      ],
    ],
    ['concurrency: 5', [{ kind: 'concurrency', amount: 5, ...hard }]],
    [
      'concurrency: { calls: 5, by: key, mode: soft }',
      [{ kind: 'concurrency', amount: 5, by: 'key', mode: 'soft', onLoss: 'release' }],
    ],
    [
      'budget: { usd: 50, per: month }',
      [{ kind: 'budget', unit: 'usd', amount: 50_000_000_000, per: 'month', alertAt: [0.8, 1], ...hard }],
    ],
    [
      'budget: { tokens: 7, per: day, timeZone: Europe/Berlin, alertAt: [1, 0.5, 1], onLoss: release }',
      [
        {
          kind: 'budget',
          unit: 'tokens',
          amount: 7,
          per: 'day',
          timeZone: 'Europe/Berlin',
          alertAt: [0.5, 1],
          ...hard,
          onLoss: 'release',
        },
      ],
    ],
    [
      'by: team, mode: soft, budget: [{ calls: 1, per: hour }, { calls: 2, per: hour, mode: hard }], rate: { calls: 3, per: hour, by: tool }, concurrency: 4',
      [
        { kind: 'rate', unit: 'calls', amount: 3, windowMs: 3_600_000, by: 'tool', mode: 'soft' },
        { kind: 'concurrency', amount: 4, by: 'team', mode: 'soft', onLoss: 'release' },
        { kind: 'budget', unit: 'calls', amount: 1, by: 'team', mode: 'soft', onLoss: 'release' },
        { kind: 'budget', unit: 'calls', amount: 2, by: 'team', mode: 'hard', onLoss: 'charge' },
      ],
    ],
  ])('%s', (members, measures) => {
    expect(measuresOf(members)).toMatchObject(measures);
  });

  test.each([
    ['0', 0],
    ['0.000000001', 1],
    ['0.1', 100_000_000],
    ['0.30', 300_000_000],
    ['1e-9', 1],
    ['4.35', 4_350_000_000],
    ['8388607.999999999', 8_388_607_999_999_999],
    ['9007199.25474099', 9_007_199_254_740_990],
  ])('%s USD is exactly %i nano-USD', (usd, amount) => {
    expect(measuresOf(`budget: { usd: ${usd}, per: day }`)).toMatchObject([{ amount }]);
  });

  test('applies to whom and what it selects, and to everyone and everything where it does not say', () => {
    const { limits } = policy(`policy: p
limits:
  - { id: some, who: { team: a }, what: { source: desk, access: write }, concurrency: 1 }
  - { id: all, concurrency: 1 }
`);
    const [all, some] = limits;
    expect(limits.map(({ id }) => id)).toEqual(['p/all', 'p/some']);
    expect(some?.matchesPrincipal(principal({ team: 'a' }))).toBe(true);
    expect(some?.matchesPrincipal(principal({ team: 'b' }))).toBe(false);
    expect(some?.matchesTarget(toolTarget('desk', 'x', 'write'))).toBe(true);
    expect(some?.matchesTarget(toolTarget('desk', 'x', 'read'))).toBe(false);
    expect(all?.matchesPrincipal(principal())).toBe(true);
    expect(all?.matchesTarget(resourceTarget('file:///a'))).toBe(true);
  });

  test('cannot be passed by another spelling of a URI', () => {
    const [limit] = policy(
      'policy: p\nlimits: [{ id: l, what: { resource: "file:///srv/*" }, concurrency: 1 }]\n',
    ).limits;
    expect(limit?.matchesTarget(resourceTarget('file:///srv/a'))).toBe(true);
    expect(limit?.matchesTarget(resourceTarget('file:///x/%2e%2e/srv/a'))).toBe(true);
    expect(limit?.matchesTarget(resourceTarget('file:///x'))).toBe(false);
  });

  test('keeps the place of each part', () => {
    const [limit] = policy(`policy: p
limits:
  - id: l
    what: [{ tool: a }, { tool: [b, c] }]
    budget:
      - { usd: 1, per: day }
`).limits;
    const at = (...path: (string | number)[]): string => {
      const { line, column } = limit?.positionOf(path) ?? {};
      return `${line}:${column}`;
    };
    expect(at()).toBe('3:5');
    expect(at('what', 1, 'tool', 1)).toBe('4:37');
    expect(at('budget', 0, 'usd')).toBe('6:16');
    expect(at('budget', 0, 'timeZone')).toBe('6:9');
    expect(at('rate', 0)).toBe('3:5');
  });
});

describe('the digest of a policy', () => {
  const text =
    'policy: p\nlimits: [{ id: l, who: { team: [a, b] }, rate: { calls: 1, per: day }, budget: [{ usd: 1, per: day }, { calls: 1, per: day }] }]\n';

  test('does not depend on layout, or on saying what goes without saying', () => {
    const other = `
limits:
  - budget:
      - { calls: 1, per: day, by: rule }
      - { per: day, usd: 1.0, alertAt: [1, 0.8], onLoss: charge }
    rate: [{ per: day, calls: 1, mode: hard }]
    who: { team: [b, a, b] }
    id: l
policy: p
`;
    expect(policy(other).digest).toBe(policy(text).digest);
  });

  test.each([
    ['usd: 1', 'usd: 1.000000001'],
    ['usd: 1', 'tokens: 1'],
    ['[a, b]', '[a]'],
    ['id: l', 'id: k'],
    ['calls: 1, per: day }, ', 'calls: 1, per: hour }, '],
    ['usd: 1, per: day', 'usd: 1, per: day, mode: soft'],
    ['usd: 1, per: day', 'usd: 1, per: day, timeZone: UTC'],
    ['usd: 1, per: day', 'usd: 1, per: day, alertAt: 1'],
    [', budget', ', by: team, budget'],
    [/limits: .*/, 'limits: []'],
  ])('changes from %s to %s', (from, to) => {
    expect(policy(text.replace(from, to)).digest).not.toBe(policy(text).digest);
  });

  test('is the same without limits and with none', () => {
    expect(policy('policy: p\nlimits: []\n').digest).toBe(policy('policy: p\n').digest);
  });
});

describe('the id of a limit', () => {
  test('is unlike that of every rule and limit of its policy', () => {
    expect(
      refusalOf(`policy: a
rules: [{ id: x, effect: deny }]
limits:
  - { id: x, concurrency: 1 }
  - { id: y, concurrency: 1 }
  - { id: y, concurrency: 2 }
`),
    ).toEqual([
      'a.policy.yaml:4:11  limits: `x` is already the id of the rule at line 2; choose another',
      'a.policy.yaml:6:11  limits: `y` is already the id of the limit at line 5; choose another',
    ]);
  });

  test('may be that of another policy', () => {
    const files = ['a', 'b'].map((name) => ({
      file: name,
      text: `policy: ${name}\nlimits: [{ id: l, concurrency: 1 }]\n`,
    }));
    expect(loadPolicies(files).limits.map(({ id }) => id)).toEqual(['a/l', 'b/l']);
  });
});
