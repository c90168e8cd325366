import { expect, test } from 'vitest';
import { compilePaths, compileText } from './support.ts';

const PATHS = 'paths: { /a: { get: { operationId: a } } }';

test.each([
  [
    'a key that YAML repeats',
    `openapi: 3.1.0\n${PATHS}\ninfo: {}\ninfo: {}`,
    ['api.yaml:4:1 the key `info` is repeated; the last one counts'],
  ],
  [
    'a key that JSON repeats, however it is escaped',
    '{"openapi":"3.1.0",\n "x-\\u0061":":\\\\", "paths":{"/a":{"get":{"x":1,\n"x":"\\"x\\": 1"}}},"x-a":[{"b":1},{"b":1}]}',
    [
      'api.yaml:3:1 the key `x` is repeated; the last one counts',
      'api.yaml:3:19 the key `x-a` is repeated; the last one counts',
    ],
  ],
  [
    'a version that is not one',
    `openapi: 3.0.x\n${PATHS}`,
    ['api.yaml:1:1 `openapi: 3.0.x` is an odd version; read as 3.0'],
  ],
  [
    'a version that is a number',
    `${PATHS}\nopenapi: 3.1`,
    ['api.yaml:2:1 `openapi: 3.1` is an odd version; read as 3.1'],
  ],
  [
    'members of another type',
    `openapi: 3.1.0\n${PATHS}\ntags: {}\nservers: https://a.example\ncomponents: { schemas: [] }\nsecurity:`,
    [
      'api.yaml:4:1 `servers` is not a list and counts as absent',
      'api.yaml:3:1 `tags` is not a list and counts as absent',
      'api.yaml:5:15 `schemas` is not a mapping and counts as absent',
    ],
  ],
  [
    'tabs for indentation',
    'openapi: 3.1.0\npaths:\n\t/a:\n\t\tget:\n\t\t\toperationId: a',
    ['api.yaml:3:1 it is indented with tabs, each of which counts as two spaces'],
  ],
  [
    'a text that needs quotes',
    `openapi: 3.1.0\ninfo: { title: @home }\n${PATHS}`,
    ['api.yaml:2:16 a text that starts with this character needs quotes'],
  ],
  [
    'an alias without its anchor, a tag without a meaning, and a second document',
    `openapi: 3.1.0\nx-a: *nowhere\nx-b: !odd b\n${PATHS}\n---\nmore: 1`,
    [
      'api.yaml:2:6 no anchor `&nowhere` stands before this alias; it is taken as text',
      'api.yaml:3:6 Unresolved tag: !odd; it is ignored',
      'api.yaml:5:1 only the first of several documents in one text is read',
    ],
  ],
])('%s is tolerated with a warning that says where', (_what, text, warnings) => {
  const contribution = compileText(text);
  expect(contribution.warnings).toEqual(warnings);
  expect(contribution.tools).toHaveLength(1);
});

test('`paths` of another type costs the operations that it does not declare, and nothing else', () => {
  const contribution = compileText('openapi: 3.1.0\npaths: []');
  expect(contribution).toMatchObject({ tools: [], skipped: [], operations: 0 });
  expect(contribution.warnings).toEqual(['api.yaml:2:1 `paths` is not a mapping and counts as absent']);
});

test('a text with very many remarks is warned of in a bounded number of sentences', () => {
  const repeated = Array.from({ length: 1000 }, () => 'x-a: 1').join('\n');
  const { warnings } = compileText(`openapi: 3.1.0\n${PATHS}\n${repeated}`);
  expect(warnings).toHaveLength(21);
  expect(warnings?.at(-1)).toBe('api.yaml has 979 more remarks of this kind');
});

test('a document without a fault has no warnings', () => {
  expect(compileText(`openapi: 3.1.0\n${PATHS}`)).not.toHaveProperty('warnings');
});

test('an extension that is nested without end costs itself, not its neighbours', () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const text = `{"openapi":"3.1.0","paths":{"/a":{"get":{"x-bailiwick":{"pin":{"a":${deep}},"hints":["h"]}}},"/b":{"get":{}}}}`;
  const contribution = compileText(text, 'api.json');
  expect(contribution.tools.map((tool) => tool.hints)).toEqual([['h'], undefined]);
  expect(contribution.lossy.map((loss) => loss.detail)).toEqual([
    '#/paths/~1a/get/x-bailiwick/pin: is nested too deeply',
  ]);
});

test('the schemas of a tool can be made however long the chain of compositions is that they begin with', () => {
  const schemas = Object.fromEntries(
    Array.from({ length: 4000 }, (_, index) => [
      `S${index}`,
      index === 3999 ? { type: 'string' } : { allOf: [{ $ref: `#/components/schemas/S${index + 1}` }] },
    ]),
  );
  const parameters = [{ name: 'q', in: 'query', schema: { $ref: '#/components/schemas/S0' } }];
  const { tools } = compilePaths({ '/a': { get: { parameters } } }, { components: { schemas } });
  expect(Object.keys(tools[0]?.validationSchema['$defs'] ?? {})).toHaveLength(4000);
  expect(tools[0]?.inputSchema['properties']).toHaveProperty('q');
});
