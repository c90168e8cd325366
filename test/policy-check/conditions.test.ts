import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import type { Access, Tool } from '../../src/catalog/tool.ts';
import type { CheckContext } from '../../src/policy/check.ts';
import { catalog, catalogOf, tool } from '../policy/fixtures.ts';
import { reviewAgainst } from './review.ts';

function withSchema(source: string, name: string, inputSchema: JsonObject, access: Access = 'write'): Tool {
  return { ...tool(source, name, access), inputSchema, validationSchema: inputSchema };
}

const SCALE = withSchema('cluster', 'scale', {
  type: 'object',
  properties: {
    namespace: { type: 'string' },
    replicas: { type: 'integer', minimum: 0, maximum: 50 },
    strategy: { enum: ['rolling', 'recreate'] },
    metadata: { $ref: '#/$defs/metadata' },
    images: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } },
  },
  required: ['namespace'],
  $defs: {
    metadata: { type: 'object', properties: { owner: { type: 'string' } }, additionalProperties: false },
  },
});

const CATALOG = catalog(
  catalogOf('cluster', {
    tools: [
      SCALE,
      withSchema(
        'cluster',
        'list',
        {
          type: 'object',
          properties: { namespace: { type: 'string' }, limit: { type: 'string' } },
          required: ['namespace'],
        },
        'read',
      ),
      withSchema('cluster', 'free', { type: 'object', additionalProperties: true }, 'destructive'),
    ],
  }),
  catalogOf('files', { tools: [tool('files', 'read_file')], resources: ['file:///a'] }),
);

function review(text: string, context?: CheckContext): ReturnType<typeof reviewAgainst> {
  return reviewAgainst(CATALOG, text, context);
}

/** A policy of one rule about `cluster/scale` with this condition, and one that permits the rest. */
function withCondition(when: string, effect = 'permit', what = '{ source: cluster, tool: scale }'): string {
  return `policy: p\nrules:\n  - id: r\n    effect: ${effect}\n    what: ${what}\n    when: ${JSON.stringify(when)}\n  - { id: z, effect: permit, who: { groups: z } }\n`;
}

const PERMITS: readonly (readonly [when: string, problem: string])[] = [
  [
    'args.namespace',
    '6:12  p/r: when: `args.namespace` is of type string in everything that this rule is about, and what stands here has to be true or false, so it permits nothing; compare it, or write `has(args.namespace)`',
  ],
  [
    'args.replicas < 3 && !args.namespace',
    '6:34  p/r: when: `args.namespace` is of type string in everything that this rule is about, and what stands here has to be true or false; compare it, or write `has(args.namespace)`',
  ],
  [
    'args.namspace == "a"',
    '6:12  p/r: when: nothing that this rule is about has an argument `args.namspace`; did you mean `args.namespace`?',
  ],
  [
    'has(args.metadata.ower)',
    '6:12  p/r: when: nothing that this rule is about has an argument `args.metadata.ower`; did you mean `args.metadata.owner`?',
  ],
  [
    'args.namespace == "a" && args.metadata["colour"] == "b"',
    '6:39  p/r: when: nothing that this rule is about has an argument `args.metadata.colour`',
  ],
  [
    'args.images.all(i, i.nme == "x")',
    '6:31  p/r: when: nothing that this rule is about has an argument `args.images[*].nme`; did you mean `args.images[*].name`?',
  ],
  [
    'args.namespace.team == "a"',
    '6:12  p/r: when: nothing that this rule is about has an argument `args.namespace.team`',
  ],
  [
    'args.replicas == "3"',
    '6:12  p/r: when: `args.replicas` is of type integer in everything that this rule is about, and it is compared with a string',
  ],
  [
    'args.namespace in [1, 2]',
    '6:12  p/r: when: `args.namespace` is of type string in everything that this rule is about, and it is compared with a number',
  ],
  [
    'args.replicas.startsWith("a")',
    '6:12  p/r: when: `args.replicas` is of type integer in everything that this rule is about, and a method of strings is called on it',
  ],
  [
    'args.replicas > 3 && args.replicas < 2',
    '6:12  p/r: when: never holds for anything that the rule is about',
  ],
  ['args.replicas > 50', '6:12  p/r: when: never holds for anything that the rule is about'],
  ['args.strategy == "blue"', '6:12  p/r: when: never holds for anything that the rule is about'],
  ['tool.access == "read"', '6:12  p/r: when: never holds for anything that the rule is about'],
  [
    'tool.method == "GET"',
    '6:12  p/r: when: can never be evaluated, so the rule never matches: no such key: method',
  ],
  ['1 == 2', '6:12  p/r: when: never holds for anything that the rule is about'],
];

describe('checking conditions against the catalog', () => {
  test.each(PERMITS)('finds what cannot be meant in %s', (when, problem) => {
    expect(review(withCondition(when))).toEqual({ problems: [problem], warnings: [] });
  });

  test.each([
    'args.namespace == "a"',
    'has(args.replicas) && args.replicas <= 3',
    'args.metadata.owner == principal.subject',
    'args.images.all(i, i.name.startsWith("ok/"))',
    'args.namespace in principal.claims.namespaces',
    'args.replicas >= 2.5 || call.face == "stdio"',
    'args.strategy in ["rolling", "blue"]',
    'args.metadata != null',
    'args.replicas <= 50',
    'now.getHours("UTC") >= 8',
    'args.images[0].name == "x"',
    'principal.subject == "a" && principal.subject == "b"',
  ])('finds nothing in %s, which may hold or not', (when) => {
    expect(review(withCondition(when))).toEqual({ problems: [], warnings: [] });
  });

  test('an approval that holds for every call, with or without an argument, is said to', () => {
    const text = withCondition('args.replicas <= 50', 'approve').replace(
      'who: { groups: z }',
      'what: { source: cluster }',
    );
    expect(review(text).warnings.join('\n')).toMatch(/always holds for everything/);
  });

  test('an argument that one of the tools has, or that free-form arguments may have, is no problem', () => {
    expect(
      review(withCondition('args.limit == "3"', 'permit', '{ source: cluster, tool: [scale, list] }'))
        .problems,
    ).toEqual([]);
    expect(
      review(withCondition('args.anything == 3', 'permit', '{ source: cluster, tool: free }')).problems,
    ).toEqual([]);
    expect(review(withCondition('args.anything == 3', 'permit', '{ source: files }')).problems).toEqual([]);
    expect(
      review(withCondition('args.model == "x" && args.max_tokens < 9', 'permit', '{ model: "gpt-*" }'))
        .problems,
    ).toEqual([]);
    expect(review(withCondition('args.max_token < 9', 'permit', '{ model: "gpt-*" }')).problems).toEqual([
      '6:12  p/r: when: nothing that this rule is about has an argument `args.max_token`; did you mean `args.max_tokens`?',
    ]);
  });

  test('of what a source that does not answer may have, nothing is claimed', () => {
    const text = withCondition(
      'args.namspace == "a"',
      'permit',
      '[{ source: cluster, tool: scale }, { source: away }]',
    );
    expect(review(text, { unknown: ['away'] })).toEqual({ problems: [], warnings: [] });
  });

  test.each([
    [
      'args.namespace.startsWith("")',
      '6:12  p/r: when: always holds for everything that the rule is about; leave it out',
    ],
    [
      'args.namespace != null',
      '6:12  p/r: when: always holds for everything that the rule is about; leave it out',
    ],
    [
      'tool.source == "cluster"',
      '6:12  p/r: when: always holds for everything that the rule is about; leave it out',
    ],
  ])('warns of %s, which is true of every call', (when, warning) => {
    expect(review(withCondition(when))).toEqual({ problems: [], warnings: [warning] });
  });

  test.each([
    [
      'deny',
      'args.replicas > 3',
      [
        '6:12  p/r: when: a call that leaves out `args.replicas` is matched as well, because the condition cannot be evaluated without it; write `has(args.replicas) && …` if such calls are not meant',
      ],
    ],
    [
      'approve',
      'args.namespace == "a" && args.metadata.owner == "x"',
      [
        '6:39  p/r: when: a call that leaves out `args.metadata.owner` is matched as well, because the condition cannot be evaluated without it; write `has(args.metadata.owner) && …` if such calls are not meant',
      ],
    ],
    ['deny', 'has(args.replicas) && args.replicas > 3', []],
    ['deny', '!has(args.replicas) || args.replicas > 3', []],
    ['deny', 'args.namespace == "kube-system"', []],
    ['permit', 'args.replicas > 3 && args.namespace == "a"', []],
  ])(
    'says what a %s on %s does to calls without an argument that need not be given',
    (effect, when, warnings) => {
      // An approval of what nothing permits would be told as well.
      const rest = effect === 'permit' ? 'who: { groups: z }' : 'what: { source: cluster }';
      const text = withCondition(when, effect).replace('who: { groups: z }', rest);
      expect(review(text)).toEqual({ problems: [], warnings });
    },
  );

  test('a condition that stands on several lines is pointed into', () => {
    const text = `policy: p
rules:
  - id: r
    effect: permit
    what: { source: cluster, tool: scale }
    when: >-
      args.namespace == "a" &&
      args.replica == 3
`;
    expect(review(text).problems).toEqual([
      '8:7  p/r: when: nothing that this rule is about has an argument `args.replica`; did you mean `args.replicas`?',
    ]);
  });
});
