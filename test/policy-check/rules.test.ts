import { describe, expect, test } from 'vitest';
import { createCatalog } from '../../src/catalog/catalog.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { checkPolicies, type CheckContext } from '../../src/policy/check.ts';
import { parseCondition } from '../../src/policy/cel/parse-condition.ts';
import { createPolicySet } from '../../src/policy/policy-set.ts';
import type { PlacedRule } from '../../src/policy/rule.ts';
import { catalog, catalogOf, tool } from '../policy/fixtures.ts';
import { reviewAgainst } from './review.ts';

const SCHEMA = { type: 'object', properties: { namespace: { type: 'string' }, limit: { type: 'integer' } } };

function listing(source: string, name: string): Tool {
  return { ...tool(source, name), inputSchema: SCHEMA };
}

const CATALOG = catalog(
  catalogOf('desk', {
    tools: [
      listing('desk', 'list_tickets'),
      tool('desk', 'delete_ticket', 'destructive', { tags: ['tickets'] }),
    ],
    prompts: ['greet'],
  }),
  catalogOf('files', { tools: [tool('files', 'read_file')], resources: ['file:///a'] }),
);

function review(text: string, context?: CheckContext): ReturnType<typeof reviewAgainst> {
  return reviewAgainst(CATALOG, text, context);
}

function problemsOf(rules: string, context?: CheckContext): string[] {
  return review(`policy: p\nrules:\n${rules}`, context).problems;
}

/** Counts how often a tool is looked at. */
function watched(count: number): { tools: Tool[]; looks: () => number } {
  let looks = 0;
  const tools = Array.from({ length: count }, (_, index): Tool => {
    const name = `tool_${index}`;
    return {
      ...tool(`s${index % 10}`, name),
      inputSchema: SCHEMA,
      get access() {
        looks += 1;
        return 'write' as const;
      },
    };
  });
  return { tools, looks: () => looks };
}

describe('rules that decide nothing', () => {
  test('what an unconditional deny of at least the same closes is never reached', () => {
    expect(
      problemsOf(`  - { id: a, effect: permit, who: { groups: x }, what: { source: desk, tool: "list_*" } }
  - { id: b, effect: deny, what: { source: [desk, files], tool: "list*" } }
  - { id: c, effect: permit, who: { groups: x }, what: { source: desk, tool: "*_tickets" } }
  - { id: d, effect: approve, what: { source: desk, tool: list_tickets } }
  - { id: e, effect: permit, what: { source: files } }
`),
    ).toEqual(
      [
        '3:5  p/a: is never reached: p/b denies everything that it is about',
        '6:5  p/d: is never reached: p/b denies everything that it is about',
        '6:5  p/d: nothing permits what this asks approval for, so it stays denied; an `approve` opens nothing by itself',
      ].filter((line) => !line.includes('p/d: nothing')),
    );
  });

  test('a deny with a condition, or for fewer callers, closes only some of it', () => {
    expect(
      problemsOf(`  - { id: a, effect: permit, who: { groups: [x, y] }, what: { source: desk } }
  - { id: b, effect: deny, who: { groups: [x] }, what: { source: desk } }
  - { id: c, effect: deny, what: { source: desk }, when: 'call.face == "http"' }
  - { id: d, effect: deny, what: { source: desk, access: destructive } }
`),
    ).toEqual([]);
  });

  test.each([
    [
      'fewer callers',
      'who: { groups: x, team: t }, what: { source: desk }',
      'who: { groups: [x, y] }, what: { source: desk }',
    ],
    [
      'fewer tools',
      'what: { source: desk, tool: "list_t*" }',
      'what: { source: desk, tool: ["list_*", "x*"] }',
    ],
    ['a claim more', 'who: { claims: { a: 1, b: 2 } }', 'who: { claims: { a: [1, 3] } }'],
    [
      'one of several selectors',
      'what: [{ source: files }, { prompt: greet }]',
      'what: [{ source: [files, desk] }, { prompt: "*" }]',
    ],
    ['a condition more', 'what: { source: desk }, when: "args.limit == 3"', 'what: { source: desk }'],
    ['everybody anyway', 'who: { scopes: s }', ''],
  ])('a rule for %s than another of the same effect changes nothing', (_, narrow, wide) => {
    const rest = wide === '' ? '' : `, ${wide}`;
    for (const [effect, verb] of [
      ['permit', 'permits'],
      ['deny', 'denies'],
      ['approve', 'asks for approval of'],
    ] as const) {
      const text = `  - { id: a, effect: ${effect}, ${narrow} }\n  - { id: b, effect: ${effect}${rest} }\n`;
      expect(problemsOf(text)).toContain(
        `3:5  p/a: changes nothing: p/b ${verb} all of it already; remove one of them`,
      );
      expect(problemsOf(text).filter((line) => line.includes('p/b: changes'))).toEqual([]);
    }
  });

  test.each([
    ['other obligations', 'what: { source: desk }, obligations: { mask: [/a] }', 'what: { source: desk }'],
    [
      'other approvers',
      'effect: approve, approvers: { groups: g }, what: { source: desk }',
      'effect: approve, what: { source: desk }',
    ],
    [
      'another condition',
      "what: { source: desk }, when: 'args.limit == 3'",
      "what: { source: desk }, when: 'args.limit == 4'",
    ],
    ['more tools', 'what: { source: desk }', 'what: { source: desk, tool: "list_*" }'],
    ['models as well', 'what: { model: "*" }', 'what: { source: desk }'],
    ['other callers', 'who: { groups: [x, y] }', 'who: { groups: [x, z] }'],
  ])('a rule with %s is not one that changes nothing', (_, first, second) => {
    const found = problemsOf(`  - { id: a, ${withEffect(first)} }\n  - { id: b, ${withEffect(second)} }\n`);
    expect(found.filter((line) => /p\/a: changes nothing/.test(line))).toEqual([]);
  });

  test('an approval of what nothing permits is found', () => {
    expect(
      problemsOf(`  - { id: a, effect: approve, what: { source: desk, access: destructive } }
  - { id: b, effect: approve, what: { source: desk } }
  - { id: c, effect: permit, what: { source: desk, access: read } }
`),
    ).toEqual([
      '3:5  p/a: changes nothing: p/b asks for approval of all of it already; remove one of them',
      '3:5  p/a: nothing permits what this asks approval for, so it stays denied; an `approve` opens nothing by itself',
    ]);
  });
});

describe('selectors', () => {
  test('what only the lock holds is something, and so is what a source that did not answer offers by it', () => {
    const locked = [tool('desk', 'archive_ticket')];
    expect(
      problemsOf('  - { id: a, effect: permit, what: { source: desk, tool: archive_ticket } }\n', { locked }),
    ).toEqual([]);
    expect(
      problemsOf('  - { id: a, effect: permit, what: { source: desk, tool: archive_tickets } }\n', {
        locked,
      }),
    ).toEqual([
      '3:58  p/a: tool `archive_tickets` matches nothing: no tool has this name in desk; did you mean `archive_ticket`?',
    ]);
    const withToolsOnly = ['desk'];
    expect(
      problemsOf('  - { id: a, effect: permit, what: { source: desk, prompt: gret } }\n', { withToolsOnly }),
    ).toEqual([]);
  });

  test('a name that only looks like one that exists is told with what is strange in it', () => {
    expect(problemsOf('  - { id: a, effect: permit, what: { tool: l\u0456st_tickets } }\n')).toEqual([
      '3:44  p/a: tool `l\u0456st_tickets` matches nothing: no tool has this name; it looks like `list_tickets`, but has U+0456 (\u0456) in it',
    ]);
    expect(problemsOf('  - { id: a, effect: permit, what: { prompt: "gre\\u200Bet" } }\n')[0]).toMatch(
      /it looks like `greet`, but has U\+200B in it$/,
    );
  });

  test('names of callers that only look like others are warned of', () => {
    const { warnings } = review(`policy: p
rules:
  - { id: a, effect: permit, who: { groups: admins }, what: { source: desk } }
  - { id: b, effect: deny, who: { groups: "\u0430dmins" }, what: { source: desk, access: destructive } }
  - { id: c, effect: deny, who: { groups: Admins, team: "\u0430dmins" }, what: { source: files } }
`);
    expect(warnings).toEqual([
      '4:43  p/b: `\u0430dmins` looks like `admins` of p/a, but has U+0430 (\u0430) in it',
    ]);
  });
});

function withEffect(rest: string): string {
  return rest.startsWith('effect') ? rest : `effect: permit, ${rest}`;
}

function twoRules(first: string, second: string): string {
  return `policy: p
rules:
  - { id: a, effect: permit, what: { source: desk }, ${first} }
  - { id: b, effect: permit, what: { source: [desk, files] }, ${second} }
`;
}

describe('obligations', () => {
  test('that cannot be carried out are found', () => {
    expect(
      problemsOf(`  - id: a
    effect: permit
    what: { source: desk, tool: list_tickets }
    obligations: { set: { namspace: x }, defaults: { /limit/max: 3 }, select: "items[" }
`),
    ).toEqual([
      '6:25  p/a: set: nothing that this rule is about has an argument `args.namspace`; did you mean `args.namespace`?',
      '6:52  p/a: defaults: nothing that this rule is about has an argument `args.limit.max`',
      expect.stringMatching(/^6:79 {2}p\/a: select: is no JMESPath: /),
    ]);
  });

  test('with values that no tool takes are found', () => {
    const limited = {
      ...tool('desk', 'list'),
      inputSchema: { type: 'object', properties: { limit: { type: 'integer', maximum: 500 } } },
    };
    const own = catalog(catalogOf('desk', { tools: [limited] }));
    const found = (obligations: string): string[] =>
      reviewAgainst(
        own,
        `policy: p\nrules:\n  - { id: a, effect: permit, what: { source: desk }, obligations: ${obligations} }\n`,
      ).problems;
    const outcome = 'as `args.limit`, so the calls that it is put in are refused';
    expect(found('{ set: { limit: 9999 } }')).toEqual([
      expect.stringContaining(`p/a: set: nothing that this rule is about takes 9999 ${outcome}`),
    ]);
    expect(found('{ defaults: { limit: ten } }')).toEqual([
      expect.stringContaining(`p/a: defaults: nothing that this rule is about takes "ten" ${outcome}`),
    ]);
    expect(found('{ set: { limit: 500 } }')).toEqual([]);
  });

  test('that mask what no result has are warned of', () => {
    const described = {
      ...tool('desk', 'list'),
      outputSchema: {
        type: 'object',
        properties: {
          items: {
            type: 'array',
            items: {
              type: 'object',
              properties: {
                owner: { type: 'object', properties: { email: { type: 'string' } } },
                note: { type: 'string' },
                more: { type: 'object' },
              },
            },
          },
        },
      },
    };
    const own = catalog(catalogOf('desk', { tools: [described] }));
    const masks = ['/items/*/owner/emial', '/items/0/owner/email', '/items/*/note/inner', '/items/*/more/x'];
    const { problems, warnings } = reviewAgainst(
      own,
      `policy: p\nrules:\n  - { id: a, effect: permit, what: { source: desk }, obligations: { mask: ${JSON.stringify(masks)} } }\n`,
    );
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /p\/a: mask: no result .* has `\/items\/\*\/owner\/emial`, so nothing is masked there; did you mean `\/items\/\*\/owner\/email`\?$/,
      ),
    ]);
  });

  test('that contradict one another where one caller matches both are warned of', () => {
    const pins = twoRules(
      'who: { groups: x }, obligations: { set: { namespace: x } }',
      'who: { groups: y }, obligations: { set: { namespace: y } }',
    );
    expect(review(pins).warnings).toEqual([
      '3:87  p/a: where p/b matches as well, `namespace` is pinned to different values, so a call that leaves it out is denied',
    ]);
    expect(review(twoRules('obligations: { select: a }', 'obligations: { select: b }')).warnings).toEqual([
      '3:67  p/a: where p/b matches as well, both cut the result, each in its own way, so such a call is denied',
    ]);
    const apart = twoRules(
      'who: { team: x }, obligations: { set: { namespace: x } }',
      'who: { team: y }, obligations: { set: { namespace: y } }',
    );
    expect(review(apart).warnings).toEqual([]);
  });
});

describe('ten thousand rules', () => {
  test('are checked with work that does not grow with rules times tools', () => {
    const { tools, looks } = watched(2000);
    const sources = Map.groupBy(tools, ({ source }) => source);
    const all = createCatalog(
      [...sources].map(([source, ofSource]) => catalogOf(source, { tools: ofSource })),
    );
    const rules = Array.from({ length: 10_000 }, (_, index): PlacedRule => {
      const name = index % 7 === 0 ? `tool_${index}x` : `tool_${index % 2000}`;
      const when = parseCondition(`args.limit < ${index}`);
      return {
        id: `p/r${index}`,
        effect: 'permit',
        who: { groups: [`g${index % 50}`] },
        what: [{ source: [`s${index % 10}`], tool: [name], access: ['write'] }],
        when: index % 10 === 0 && 'expression' in when ? when : undefined,
        positionOf: () => ({ file: 'p.policy.yaml', line: index + 1, column: 1 }),
      };
    });
    const { problems } = checkPolicies(createPolicySet(rules), all);
    expect(problems.filter(({ message }) => /matches nothing/.test(message)).length).toBeGreaterThan(1000);
    // Each tool is looked at a few times for each rule that names it; all for all would be twenty millions.
    expect(looks()).toBeLessThan(200_000);
  });
});
