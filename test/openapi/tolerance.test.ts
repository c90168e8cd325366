import { expect, test } from 'vitest';
import { compileText } from './support.ts';

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
