import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Problem } from '../../src/policy/problem.ts';
import { runTests, type CaseOutcome } from '../../src/policy/run-tests.ts';
import { readTestFile } from '../../src/policy/test-file/read.ts';
import { resolveTests } from '../../src/policy/test-file/resolve.ts';
import { declaredCatalog } from '../../src/policy/test-file/world.ts';
import { policy } from '../policy/fixtures.ts';

const POLICY = policy(`policy: p
rules:
  - id: own
    effect: permit
    what: { source: cluster, access: read }
    when: args.namespace in principal.claims.namespaces
  - { id: few, effect: permit, who: { groups: sre }, what: { source: cluster, tool: scale }, when: args.replicas <= 10 }
  - { id: night, effect: deny, what: { source: cluster, tool: scale }, when: 'now.getHours("UTC") < 6' }
  - id: own-box
    effect: permit
    who: { team: red }
    what: { source: cluster, tool: run }
    obligations: { set: { namespace: red }, defaults: { limit: 3 }, mask: [/secret] }
  - { id: large, effect: permit, what: { model: "*" }, when: 'args.model == "m" && args.max_tokens < 9' }
  - { id: desk, effect: permit, what: { resource: "desk://*" }, when: 'call.endpoint == "/mcp/box"' }
  - { id: greet, effect: approve, what: { prompt: greet } }
  - { id: greets, effect: permit, what: { prompt: greet }, when: 'args.who == "x" && call.clientName == "c"' }
`);

const TOOLS = `tools:
  - source: cluster
    name: list
    access: read
    inputSchema:
      type: object
      properties: { namespace: { type: string } }
      required: [namespace]
  - { source: cluster, name: scale, inputSchema: { type: object, properties: { replicas: { type: integer } } } }
  - { source: cluster, name: run, inputSchema: { type: object, properties: { namespace: { type: string }, limit: { type: integer } } } }
principals:
  dana: { claims: { namespaces: [a, b] } }
  sam: { groups: [sre], claims: { namespaces: [] } }
`;

/** Lines of what is wrong with a file, or what came of its tests. */
function make(text: string): { problems: readonly Problem[]; outcomes: CaseOutcome[] } {
  const file = readTestFile('p.test.yaml', text);
  if ('problems' in file) return { problems: file.problems, outcomes: [] };
  const catalog = declaredCatalog(file.content.tools ?? []);
  const world = { policy: POLICY, catalog, principals: new Map(), unlisted: 'all' as const };
  const { cases, problems } = resolveTests(file, world);
  return { problems, outcomes: runTests(world, cases) };
}

function failuresOf(tests: string): string[] {
  const { problems, outcomes } = make(`${TOOLS}tests:\n${tests}`);
  expect(problems).toEqual([]);
  expect(outcomes.length).toBeGreaterThan(0);
  return outcomes.flatMap(({ failures }) => failures);
}

describe('a file of policy tests', () => {
  test.each([
    ['arguments', 'as: dana, call: cluster_list, args: { namespace: a }, expect: permit, because: [p/own]'],
    [
      'arguments that are not permitted',
      'as: dana, call: cluster_list, args: { namespace: c }, expect: deny, because: []',
    ],
    ['a missing argument', 'as: dana, call: cluster_list, expect: deny, because: []'],
    [
      'the time',
      'as: sam, call: cluster_scale, args: { replicas: 3 }, at: "2026-11-20T09:00:00+02:00", expect: permit, because: [p/few]',
    ],
    [
      'the time of another place',
      'as: sam, call: cluster_scale, args: { replicas: 3 }, at: "2026-11-20T07:00:00+02:00", expect: deny, because: [p/night]',
    ],
    [
      'midnight, where no time is said',
      'as: sam, call: cluster_scale, args: { replicas: 3 }, expect: deny, because: [p/night]',
    ],
    ['a model', 'as: dana, model: m, args: { max_tokens: 8 }, expect: permit, because: [p/large]'],
    ['a model with another name', 'as: dana, model: n, args: { max_tokens: 8 }, expect: deny'],
    [
      'a resource by an endpoint',
      'as: dana, resource: "box+desk://1", via: { endpoint: /mcp/box }, expect: permit, because: [p/desk]',
    ],
    ['a resource by another endpoint', 'as: dana, source: box, resource: "desk://1", expect: deny'],
    [
      'a prompt that a person approves',
      'as: dana, prompt: box_greet, args: { who: x }, via: { clientName: c }, expect: approve, because: [p/greets, p/greet]',
    ],
    [
      'obligations',
      'as: { team: red }, call: cluster_run, expect: permit, obligations: { set: { /namespace: red, /limit: 3 }, mask: [/secret] }',
    ],
    [
      'a pinned argument with another value',
      'as: { team: red }, call: cluster_run, args: { namespace: blue }, expect: deny, because: []',
    ],
    ['what is seen', 'as: sam, view: { shows: ["*_scale"], hides: [cluster_run] }'],
    [
      'what schemas are narrowed to',
      'as: dana, view: { narrows: { cluster_list: { namespace: { enum: [b, a] }, "": { required: [namespace] } } } }',
    ],
    [
      'bounds that schemas are given',
      'as: sam, view: { narrows: { cluster_scale: { replicas: { maximum: 10 } } } }',
    ],
    [
      'arguments that are not presented',
      'as: { team: red }, view: { narrows: { cluster_run: { other: false, limit: { type: integer } } } }',
    ],
  ])('pins %s', (_, entry) => {
    expect(failuresOf(`  - { ${entry} }\n`)).toEqual([]);
  });

  test.each([
    [
      'as: dana, call: cluster_list, args: { namespace: a }, expect: permit, because: []',
      ['expected permit because nothing permits it', 'decided  permit because p/own'],
    ],
    [
      'as: { team: red }, call: cluster_run, expect: permit, obligations: {}',
      ['expected obligations {}, decided {"mask":["/secret"],"set":{"/limit":3,"/namespace":"red"}}'],
    ],
    [
      'as: dana, view: { narrows: { cluster_list: { namespace: { enum: [a], maxLength: 3 } } } }',
      [
        'cluster_list: expected `enum` of namespace to be ["a"], it is ["a","b"]',
        'cluster_list: expected `maxLength` of namespace to be 3, it has none',
      ],
    ],
    [
      'as: dana, view: { narrows: { cluster_list: { namespace: false, other: { type: string } } } }',
      [
        'expected cluster_list not to present namespace, it does',
        'expected cluster_list to present other, it does not',
      ],
    ],
    [
      'as: dana, view: { narrows: { cluster_run: { limit: { type: integer } } } }',
      ['expected cluster_run to be shown, it is hidden'],
    ],
  ])('says what is not as expected: %s', (entry, failures) => {
    expect(failuresOf(`  - { ${entry} }\n`)).toEqual(failures);
  });

  test('says of a failure what each condition came to', () => {
    const { outcomes } = make(
      `${TOOLS}tests:\n  - { as: sam, call: cluster_scale, at: 2026-01-01T07:00Z, expect: permit, because: [p/few] }\n`,
    );
    expect(outcomes[0]?.says).toEqual([
      {
        id: 'p/few',
        effect: 'permit',
        say: expect.stringMatching(
          /^its condition cannot be evaluated \(.*replicas.*\), so it does not match: args\.replicas <= 10$/,
        ),
      },
      { id: 'p/night', effect: 'deny', say: 'its condition does not hold: now.getHours("UTC") < 6' },
    ]);
  });

  test('says of a schema that is narrowed otherwise what it rests on', () => {
    const { outcomes } = make(
      `${TOOLS}tests:\n  - { as: sam, view: { narrows: { cluster_scale: { replicas: { maximum: 3 } } } } }\n`,
    );
    expect(outcomes[0]?.says.map(({ id }) => id)).toEqual(['p/few', 'p/night']);
  });

  test('says of a pin that is not met that it is the pin', () => {
    const { outcomes } = make(
      `${TOOLS}tests:\n  - { as: { team: red }, call: cluster_run, args: { namespace: blue }, expect: permit }\n`,
    );
    expect(outcomes[0]?.says.map(({ id, say }) => [id, say])).toContainEqual([
      'p/own-box',
      'it pins `namespace` to "red", and the call has "blue"',
    ]);
  });

  test.each([
    ['', '1:1  the file is empty; begin with `tests:`'],
    ['- a\n', '1:1  expected a map of keys'],
    ['test: []\n', '1:1  unknown key `test`; did you mean `tests`?'],
    [
      'tests:\n  - { as: a, call: b, expects: permit }\n',
      '2:23  tests[0]: unknown key `expects`; did you mean `expect`?',
    ],
    ['tests:\n  - { as: a, call: b }\n', '2:5  tests[0]: `expect` is missing: permit, approve or deny'],
    [
      'tests:\n  - { as: a, call: b, model: c, expect: permit }\n',
      '2:5  tests[0]: a test is about one of `call`, `model`, `resource`, `prompt`, `view`; this one has `call` and `model`',
    ],
    [
      'tests:\n  - { as: a, view: { shows: [b] }, because: [] }\n',
      '2:45  tests[0].because: a test of a view has no `because`',
    ],
    [
      'tests:\n  - { as: a, view: { show: [b] } }\n',
      '2:22  tests[0].view: unknown key `show`; did you mean `shows`?',
    ],
    [
      'tests:\n  - { as: { group: [b] }, call: c, expect: permit }\n',
      '2:13  tests[0].as: unknown key `group`; did you mean `groups`?',
    ],
    [
      'tests:\n  - { as: a, call: b, expect: allow }\n',
      '2:31  tests[0].expect: expected `permit` or `approve` or `deny`',
    ],
    [
      'tests:\n  - { as: a, call: b, expect: deny, at: noon }\n',
      '2:41  tests[0].at: must be a time with its offset, like 2026-11-20T09:00:00Z',
    ],
    [
      'tests:\n  - { as: a, call: b, expect: deny, expect: permit }\n',
      '2:37  the key `expect` is given twice; remove one',
    ],
    ['principals: &p { x: *p }\n', '1:21  no anchor &p ends before this alias'],
    [
      'tools:\n  - { source: s, name: t }\n  - { source: s, name: t }\n',
      '3:24  the tool `s/t` is declared twice',
    ],
    [
      'tests: [{ as: a, call: b, args: { id: 12345678901234567890 }, expect: deny }]\n',
      '1:39  this number is too large to be compared exactly; quote it if it is text',
    ],
  ])('that is wrong is refused with the place and what to do: %j', (text, problem) => {
    const { problems } = make(text);
    expect(problems.map(({ line, column, message }) => `${line}:${column}  ${message}`)).toContain(problem);
  });

  test('with aliases that repeat without end is refused in bounded time', () => {
    const bomb = Array.from({ length: 30 }, (_, index) =>
      index === 0 ? 'a0: &a0 [x, x]' : `a${index}: &a${index} [${`*a${index - 1}, `.repeat(9)}]`,
    ).join('\n');
    expect(make(bomb).problems[0]?.message).toMatch(
      /more than 50000 values, those that aliases repeat included$/,
    );
  });

  test('of any shape is either read or refused with a place, and never throws', () => {
    const word = fc.constantFrom(
      'tests',
      'as',
      'call',
      'view',
      'shows',
      'expect',
      'permit',
      'tools',
      'principals',
      '__proto__',
      'x',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        word,
        fc.integer(),
        fc.constant(null),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(word, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    const text = fc.oneof(
      tree.map((value) => JSON.stringify(value)),
      fc.string(),
    );
    fc.assert(
      fc.property(text, (written) => {
        for (const { line, column, message } of make(written).problems) {
          expect(line).toBeGreaterThan(0);
          expect(column).toBeGreaterThan(0);
          expect(message).not.toBe('');
        }
      }),
    );
  });
});
