import { describe, expect, test } from 'vitest';
import { BailiwickError } from '../../src/errors.ts';
import { loadPolicies } from '../../src/policy/load.ts';
import { decide, policy, principal, refusalOf, toolTarget } from './fixtures.ts';

function at(found: { line: number; column: number } | undefined): string {
  return `${found?.line}:${found?.column}`;
}

describe('policy files', () => {
  test('none at all make a set that denies everything', () => {
    const set = loadPolicies([]);
    expect(set.rules).toEqual([]);
    expect(decide(set, principal({ scopes: ['all'] }), toolTarget('files', 'read_file')).effect).toBe('deny');
  });

  test('are one set of rules, each named by its policy', () => {
    const set = loadPolicies([
      { file: 'b.policy.yaml', text: 'policy: two\nrules: [{ id: r, effect: deny }]\n' },
      {
        file: 'a.policy.yaml',
        text: 'policy: one\nscopes: { "x:read": { access: read } }\nrules: [{ id: r, effect: permit }]\n',
      },
    ]);
    expect(set.rules.map(({ id }) => id)).toEqual(['one/r', 'one/scope:x:read', 'two/r']);
  });

  test('named *.test.yaml are not policies and are passed over, whatever they hold', () => {
    const set = loadPolicies([
      { file: 'policies/cluster.test.yaml', text: 'tests: [' },
      { file: 'policies/cluster.policy.yaml', text: 'policy: cluster\n' },
    ]);
    expect(set.rules).toEqual([]);
  });

  test('may share a value by an alias', () => {
    const set = policy(`
policy: p
rules:
  - { id: a, effect: permit, who: &sre { groups: [sre] } }
  - { id: b, effect: approve, who: *sre }
`);
    expect(set.rules.map(({ who }) => who)).toEqual([{ groups: ['sre'] }, { groups: ['sre'] }]);
  });

  test('keep the place of each part of each rule', () => {
    const set = policy(`policy: p
scopes:
  x: { source: [one, two] }
rules:
  - id: r
    effect: deny
    what:
      - tool: a*
      - prompt: [b, c]
`);
    const [rule, row] = set.rules;
    expect(at(rule?.positionOf([]))).toBe('5:5');
    expect(at(rule?.positionOf(['what', 0, 'tool', 0]))).toBe('8:15');
    expect(at(rule?.positionOf(['what', 1, 'prompt', 1]))).toBe('9:21');
    expect(at(rule?.positionOf(['what', 1, 'absent', 0]))).toBe('9:9');
    expect(at(row?.positionOf([]))).toBe('3:3');
    expect(at(row?.positionOf(['what', 0, 'source', 1]))).toBe('3:22');
  });
});

describe('the digest', () => {
  const text =
    'policy: p\nscopes: { s: { tool: [a, b] } }\nrules: [{ id: r, effect: deny, who: { groups: [x, y] } }]\n';

  test('does not depend on file names, order, layout, comments or on writing one value as a list', () => {
    const other = `# the same
rules:
  - who: { groups: [y, x, x] }
    effect: deny
    id: r
scopes:
  s:
    - tool: [b, a]
policy: p
`;
    expect(policy(other, 'elsewhere.yaml').digest).toBe(policy(text).digest);
    const files = [
      { file: 'a', text },
      { file: 'b', text: 'policy: q\nrules: [{ id: r, effect: permit }]\n' },
    ];
    expect(loadPolicies(files.toReversed()).digest).toBe(loadPolicies(files).digest);
  });

  test.each([
    ['an effect', 'effect: deny', 'effect: permit'],
    ['an id', 'id: r', 'id: q'],
    ['a name', '[a, b]', '[a, c]'],
    ['a value more', '[x, y]', '[x, y, z]'],
    ['a member', 'groups:', 'scopes:'],
    ['the policy', 'policy: p', 'policy: q'],
    ['a claim for a group', '{ groups: [x, y] }', '{ claims: { groups: [x, y] } }'],
  ])('changes with %s', (_, from, to) => {
    expect(policy(text.replace(from, to)).digest).not.toBe(policy(text).digest);
  });
});

describe('a policy that is wrong', () => {
  test('is refused with every problem of every file, each at its place', () => {
    expect(
      refusalOf(
        `policy: a
rules:
  - id: first
    effect: allow
  - id: first
    effect: deny
    what: { sorce: desk, tool: [] }
`,
        'policy: b b\nscopes: { x: }\n',
        'rules: []\n',
        '',
      ),
    ).toEqual([
      'a.policy.yaml:4:13  rules[0].effect: expected `permit` or `approve` or `deny`',
      'a.policy.yaml:5:9  rules: `first` is already the id of the rule at line 3; choose another',
      'a.policy.yaml:7:13  rules[1].what: unknown key `sorce`; did you mean `source`?',
      'a.policy.yaml:7:32  rules[1].what.tool: an empty list selects nothing; name a value or leave it out',
      'b.policy.yaml:1:9  policy: must be 1 to 64 letters, digits, `.`, `_` or `-`, a letter or digit first',
      'b.policy.yaml:2:14  scopes.x: expected a map of keys or a list',
      'c.policy.yaml:1:1  policy: missing; expected text',
      'd.policy.yaml:1:1  the file is empty; begin with `policy: <name>`',
    ]);
  });

  test('gives its problems as data beside the text', () => {
    try {
      policy('policy: 1\n');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(BailiwickError);
      expect(error).toMatchObject({
        code: 'CONFIGURATION',
        data: { problems: [{ file: 'p.policy.yaml', line: 1, column: 9, message: 'policy: expected text' }] },
      });
    }
  });

  test('is refused where two files have the same policy name', () => {
    expect(refusalOf('policy: same\n', '# two\npolicy: same\n')).toEqual([
      'b.policy.yaml:2:9  policy: `same` is already the name of the policy at a.policy.yaml:1; choose another',
    ]);
  });
});

describe('what this version does not have is refused, never ignored', () => {
  test.each([
    ['policy: p\nguardrails: []\n', 'a.policy.yaml:2:1  guardrails are not in this version'],
    ['policy: p\npacks: [x]\n', 'a.policy.yaml:2:1  packs are not in this version'],
    [
      'policy: p\nscopes: { x: { kind: Pod } }\n',
      'a.policy.yaml:2:16  Kubernetes selectors (`kind`) are not in this version',
    ],
    [
      'policy: p\nrules: [{ id: r, effect: deny, who: { group: x } }]\n',
      'a.policy.yaml:2:39  rules[0].who: unknown key `group`; did you mean `groups`?',
    ],
  ])('%j', (text, line) => {
    expect(refusalOf(text)).toEqual([line]);
  });
});

describe('what could mean less, or more, than it seems to is refused', () => {
  test.each([
    ['who: {}', 'rules[0].who: selects nobody in particular; leave it out to mean everyone'],
    ['who:', 'rules[0].who: expected a map of keys'],
    [
      'who: { scopes: [] }',
      'rules[0].who.scopes: an empty list selects nothing; name a value or leave it out',
    ],
    ['who: { team: }', 'rules[0].who.team: expected text or a list'],
    ['who: { claims: {} }', 'rules[0].who.claims: names no claim; leave it out to mean any'],
    ['who: { claims: { a: } }', 'rules[0].who.claims.a: expected text or number or boolean or a list'],
    ['who: { claims: { a: [] } }', 'rules[0].who.claims.a: an empty list matches no claim; name a value'],
    ['who: { claims: { __proto__: x } }', 'the key `__proto__` is not allowed'],
    [
      'who: { claims: { a: 9007199254740993 } }',
      'this number is too large to be compared exactly; quote it if it is text',
    ],
    ['who: { claims: { a: .inf } }', 'this value has no JSON form; quote it if it is text'],
    ['who: [sre]', 'rules[0].who: expected a map of keys'],
    ['what: {}', 'rules[0].what: selects nothing in particular; a rule without `what` is about everything'],
    ['what:', 'rules[0].what: expected a map of keys or a list'],
    ['what: []', 'rules[0].what: an empty list selects nothing; name a selector or leave it out'],
    [
      'what: [{}]',
      'rules[0].what[0]: selects nothing in particular; a rule without `what` is about everything',
    ],
    [
      'what: { source: "*" }',
      'rules[0].what.source: must be the name of a source, without wildcards; leave `source` out to mean every source',
    ],
    ['what: { tool: "" }', 'rules[0].what.tool: must not be empty'],
    ['what: { tool: [a, 1] }', 'rules[0].what.tool[1]: expected text'],
    ['what: { method: delete }', 'rules[0].what.method: must be an HTTP method in upper case, like DELETE'],
    ['what: { access: reed }', 'rules[0].what.access: expected `read` or `write` or `destructive` or a list'],
    [
      'what: { tool: a, resource: b }',
      'rules[0].what: nothing is among tools (`tool`, `tag`, `method`, `path`) and resources (`resource`) at once; write a list with one selector for each',
    ],
    [
      'what: { prompt: a, access: write }',
      'rules[0].what.access: resources, prompts and models have access `read` only',
    ],
    [
      'approvers: self',
      'rules[0].approvers: only a rule with effect `approve` has approvers; this one has effect `deny`',
    ],
    ['approvers: everybody', 'rules[0].approvers: expected `self` or a map of keys'],
    ['effect: permit', 'the key `effect` is given twice; remove one'],
    ['"<<": { a: b }', 'merge keys (`<<`) are not supported; repeat the keys, or alias a whole value'],
    ['? [a]\n    : b', 'a key must be plain text'],
    ['who: !who { groups: a }', 'tags (`!…`) are not used in policies; remove it'],
  ])('%s', (line, message) => {
    const [refusal, ...more] = refusalOf(`policy: p\nrules:\n  - id: r\n    effect: deny\n    ${line}\n`);
    expect(more).toEqual([]);
    expect(refusal?.replace(/^a\.policy\.yaml:5:\d+  /, '')).toBe(message);
  });
});

describe('obligations that would open what they are to close are refused', () => {
  test.each([
    ['deny', '{ mask: [/a] }', 'a deny closes: there is nothing to be done with a call that is not made'],
    [
      'approve',
      '{ set: { a: 1 } }',
      'an approval fixes no arguments: a call with others would need none; put `set` on what permits',
    ],
    [
      'approve',
      '{ dryRun: true }',
      'an approval fixes no arguments: a call with others would need none; put `dryRun` on what permits',
    ],
  ])('%s with %s', (effect, obligations, message) => {
    const [refusal, ...more] = refusalOf(
      `policy: p\nrules: [{ id: r, effect: ${effect}, obligations: ${obligations} }]\n`,
    );
    expect(more).toEqual([]);
    expect(refusal).toContain(message);
  });
});
