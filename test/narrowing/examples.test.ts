import { describe, expect, test } from 'vitest';
import { principal } from '../policy/fixtures.ts';
import { narrowingOf, objectSchema, presentedUnder, type RuleText } from './fixtures.ts';

const SCHEMA = objectSchema(
  {
    namespace: { type: 'string', description: 'Where.' },
    kind: { enum: ['Pod', 'Secret', 'Node'] },
    replicas: { type: 'integer', minimum: 0 },
    ratio: { type: 'number' },
    force: { type: 'boolean' },
    labels: { type: 'array', items: { type: 'string' } },
    body: { type: 'object', properties: { to: { type: 'string' }, count: { type: 'integer' } } },
    from: { type: 'string' },
    to: { type: 'string' },
  },
  { required: ['kind'] },
);

const CALLER = principal({ claims: { namespaces: ['team-b', 'team-a'], none: [] } });

/** Each limit as `path: schema`, with `!` where it must be given. */
function limitsOf(...rules: RuleText[]): { limits: string[]; words?: string } | 'hidden' | 'everything' {
  const narrowing = narrowingOf(rules, SCHEMA, CALLER);
  if (narrowing.kind === 'nothing') return 'hidden';
  if (narrowing.kind === 'everything') return 'everything';
  const limits = narrowing.limits.map(
    ({ path, required, schema }) => `${path.join('.')}${required ? '!' : ''} ${JSON.stringify(schema)}`,
  );
  return { limits, ...(narrowing.words !== undefined && { words: narrowing.words }) };
}

describe('a condition over arguments and constants becomes keywords of the schema, and needs no words', () => {
  test.each<[what: string, rules: RuleText[], limits: string[]]>([
    [
      'a claim that lists namespaces becomes an enum',
      ['permit args.namespace in principal.claims.namespaces'],
      ['namespace! {"enum":["team-a","team-b"]}'],
    ],
    ['a number gets a maximum', ['permit args.replicas <= 5'], ['replicas! {"maximum":5}']],
    [
      'a strict bound of whole numbers is the next one',
      ['permit args.replicas < 5'],
      ['replicas! {"maximum":4}'],
    ],
    [
      'of other numbers it stays a strict bound',
      ['permit args.ratio > 0.5 && args.ratio <= 2'],
      ['ratio! {"exclusiveMinimum":0.5,"maximum":2}'],
    ],
    [
      'a prefix becomes an anchored pattern',
      ['permit args.namespace.startsWith("team-")'],
      ['namespace! {"pattern":"^team-"}'],
    ],
    [
      'what a pattern would read as its own is escaped',
      ['permit args.namespace.startsWith("a.b*(c)|[d]{e}^$/?+\\\\")'],
      [String.raw`namespace! {"pattern":"^a\\.b\\*\\(c\\)\\|\\[d\\]\\{e\\}\\^\\$\\/\\?\\+\\\\"}`],
    ],
    [
      'prefixes and single values stand in one pattern',
      ['permit args.namespace in ["a", "b"]', 'permit args.namespace.startsWith("c-")'],
      ['namespace! {"pattern":"^(?:a$|b$|c-)"}'],
    ],
    [
      'an exception within a prefix is left out',
      ['permit args.namespace.startsWith("team-")', 'deny args.namespace == "team-x"'],
      ['namespace! {"pattern":"^team-","not":{"enum":["team-x"]}}'],
    ],
    [
      'a denied prefix is left out',
      ['permit', 'deny args.namespace.startsWith("kube-")'],
      ['namespace! {"not":{"type":"string","pattern":"^kube-"}}'],
    ],
    [
      'a deny takes its value out of the enum, in the order of the enum',
      ['permit', 'deny args.kind == "Secret"'],
      ['kind {"enum":["Pod","Node"]}'],
    ],
    [
      'a deny that fails closes: what it reads must be given',
      ['permit', 'deny args.namespace == "prod"'],
      ['namespace! {"not":{"enum":["prod"]}}'],
    ],
    [
      'has() guards what may be left out',
      ['permit', 'deny has(args.namespace) && args.namespace == "prod"'],
      ['namespace {"not":{"enum":["prod"]}}'],
    ],
    ['an argument that may not be given', ['permit !has(args.force)'], ['force {"not":{}}']],
    ['an argument that is a condition itself', ['permit args.force'], ['force! {"const":true}']],
    ['a field of a body', ['permit args.body.to == "x"'], ['body! {}', 'body.to! {"const":"x"}']],
    [
      'a field of a body that may be left out',
      ['permit !has(args.body) || args.body.count < 3'],
      ['body.count! {"maximum":2}'],
    ],
    ['the length of a list', ['permit size(args.labels) <= 3'], ['labels! {"maxItems":3}']],
    [
      'a list as a whole',
      ['permit args.labels == ["a"] || args.labels == []'],
      ['labels! {"enum":[["a"],[]]}'],
    ],
    [
      'several permits together',
      ['permit args.kind == "Pod"', 'permit args.kind == "Node"'],
      ['kind {"enum":["Pod","Node"]}'],
    ],
    ['the key of an argument', ['permit "namespace" in args'], ['namespace! {}']],
    [
      'a hole in whole numbers',
      ['permit args.replicas <= 4 && args.replicas != 2'],
      ['replicas! {"enum":[0,1,3,4]}'],
    ],
    ['a hole in a wide range', ['permit args.replicas != 7'], ['replicas! {"not":{"enum":[7]}}']],
  ])('%s', (_what, rules, limits) => {
    expect(limitsOf(...rules)).toEqual({ limits });
  });
});

describe('a tool of which no arguments are permitted is hidden', () => {
  test.each<[what: string, rules: RuleText[]]>([
    ['a claim that lists nothing', ['permit args.namespace in principal.claims.none']],
    ['a claim that there is not', ['permit args.namespace in principal.claims.other']],
    ['two values at once', ['permit args.namespace == "a" && args.namespace == "b"']],
    ['every value of the enum is denied', ['permit', 'deny args.kind in ["Pod", "Secret", "Node"]']],
    ['a value that the enum has not', ['permit args.kind == "Job"']],
    ['below the minimum', ['permit args.replicas < 0']],
    ['no whole number between', ['permit args.replicas > 3 && args.replicas < 4']],
    ['a type that the schema has not', ['permit args.replicas == "3"']],
    ['a member of what has none', ['permit args.namespace.name == "x"']],
    ['what the schema requires may not be given', ['permit !has(args.kind)']],
    [
      'one prefix within another that is denied',
      ['permit args.to.startsWith("ab")', 'deny args.to.startsWith("a")'],
    ],
    ['the same condition permits and denies', ['permit args.from == args.to', 'deny args.from == args.to']],
  ])('%s', (_what, rules) => {
    expect(limitsOf(...rules)).toBe('hidden');
  });
});

describe('what a schema cannot say is said in words, and only that', () => {
  test.each<[rules: RuleText[], limits: string[], words: string]>([
    [
      ['permit args.from == args.to && args.kind == "Pod"'],
      ['from! {}', 'kind {"const":"Pod"}', 'to! {}'],
      'Permitted only where `args.from == args.to`.',
    ],
    [
      ['permit args.kind == "Pod" && args.to == "a"', 'permit args.kind == "Node" && args.to == "b"'],
      ['kind {"enum":["Pod","Node"]}', 'to! {"enum":["a","b"]}'],
      'Permitted only where `args.kind == "Pod" && args.to == "a"` or `args.kind == "Node" && args.to == "b"`.',
    ],
    [
      ['permit args.kind == "Pod"', 'deny now > timestamp("2030-01-01T00:00:00Z")'],
      ['kind {"const":"Pod"}'],
      'Not permitted where `now > timestamp("2030-01-01T00:00:00Z")`.',
    ],
    [
      ['permit args.to.endsWith("-dev")'],
      ['to! {"pattern":"-dev$"}'],
      'Permitted only where `args.to.endsWith("-dev")`.',
    ],
    [
      ['permit args.labels.all(x, x in ["a", "b"])'],
      ['labels! {"items":{"enum":["a","b"]}}'],
      'Permitted only where `args.labels.all(x, x in ["a", "b"])`.',
    ],
    [['permit size(args.to) < 5'], ['to! {"maxLength":4}'], 'Permitted only where `size(args.to) < 5`.'],
    [['permit args.to < "m"'], ['to! {}'], 'Permitted only where `args.to < "m"`.'],
  ])('%s', (rules, limits, words) => {
    expect(limitsOf(...rules)).toEqual({ limits, words });
  });

  test('a permit without a condition beside others needs neither', () => {
    expect(limitsOf('permit', 'permit args.kind == "Pod"')).toBe('everything');
  });

  test('what is too long to be read names the arguments that it is about', () => {
    const rules = Array.from(
      { length: 30 },
      (_, index): RuleText => `permit args.from == args.to + "some long text ${index}"`,
    );
    expect(limitsOf(...rules)).toMatchObject({
      words: 'What is permitted depends on `from`, `to`, by rules that are too long to be given here.',
    });
  });
});

describe('the presented tool', () => {
  test('has the limits in its schema, and shares what they do not change', () => {
    const tool = presentedUnder(['permit args.namespace in principal.claims.namespaces'], SCHEMA, CALLER);
    expect(tool?.inputSchema).toEqual({
      ...SCHEMA,
      properties: {
        ...(SCHEMA['properties'] as object),
        namespace: { type: 'string', description: 'Where.', enum: ['team-a', 'team-b'] },
      },
      required: ['kind', 'namespace'],
    });
    expect(tool?.inputSchema['properties']).toHaveProperty('kind', (SCHEMA['properties'] as never)['kind']);
    expect(tool?.validationSchema).toBe(SCHEMA);
    expect(tool?.description).toBe('Does it.');
  });

  test('has the words at the end of its description', () => {
    expect(presentedUnder(['permit args.from == args.to'], SCHEMA)?.description).toBe(
      'Does it.\n\nPermitted only where `args.from == args.to`.',
    );
  });

  test('has a limit within a definition written in its place', () => {
    const schema = {
      ...objectSchema({ body: { $ref: '#/$defs/Body', description: 'What is sent.' } }),
      $defs: { Body: objectSchema({ to: { type: 'string' }, next: { $ref: '#/$defs/Body' } }) },
    };
    const tool = presentedUnder(['permit args.body.next.to == "x"'], schema);
    expect(tool?.inputSchema['properties']).toEqual({
      body: {
        ...objectSchema({
          to: { type: 'string' },
          next: {
            ...objectSchema({ to: { type: 'string', const: 'x' }, next: { $ref: '#/$defs/Body' } }),
            required: ['to'],
          },
        }),
        required: ['next'],
        description: 'What is sent.',
      },
    });
    expect(tool?.inputSchema['required']).toEqual(['body']);
  });

  test('keeps a pattern and a default of its own only where they go with what is permitted', () => {
    const schema = objectSchema({
      name: { type: 'string', pattern: '^[a-z-]+$', default: 'x' },
      size: { type: 'integer', maximum: 9, default: 9 },
    });
    const tool = presentedUnder(
      ['permit args.name.startsWith("team-") && args.size < 20 && args.size != 9'],
      schema,
    );
    expect(tool?.inputSchema['properties']).toEqual({
      name: { type: 'string', pattern: '^[a-z-]+$', default: 'x', allOf: [{ pattern: '^team-' }] },
      size: { type: 'integer', maximum: 8 },
    });
  });

  test('does not have an argument that cannot be given', () => {
    const schema = objectSchema({ a: {}, b: {} }, { additionalProperties: false });
    expect(presentedUnder(['permit !has(args.a)'], schema)?.inputSchema['properties']).toEqual({ b: {} });
  });

  test('is the same object where nothing is narrowed', () => {
    const schema = objectSchema({ a: { type: 'boolean' } }, { required: ['a'] });
    const tool = presentedUnder(['permit args.a || !args.a'], schema);
    expect(tool?.inputSchema).toBe(schema);
  });
});
