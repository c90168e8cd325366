import { expect, test } from 'vitest';
import { BailiwickError } from '../../src/errors.ts';
import { compileText, skipsOf } from './support.ts';

function refusal(text: string): string {
  try {
    compileText(text);
  } catch (error) {
    if (error instanceof BailiwickError && error.code === 'CONFIGURATION') return error.message;
    throw error;
  }
  return 'compiled';
}

const PATHS = 'paths: { /a: { get: { operationId: a } } }';

test('YAML that is broken is refused with file, line and column', () => {
  expect(refusal('openapi: 3.1.0\npaths:\n  /a: [')).toMatch(
    /^api\.yaml:3:\d+ the document is not valid YAML: .+/,
  );
});

test('JSON that is broken is refused with file, line and column', () => {
  expect(refusal('{\n  "openapi": "3.1.0",\n  "paths": {\n')).toMatch(
    /^api\.yaml:\d:\d+ the document is not valid JSON: .+/,
  );
  const large = `{\n"openapi": "3.1.0", "info": "${'x'.repeat(1_000_000)}", nonsense }`;
  expect(refusal(large)).toMatch(/^api\.yaml:2:\d{7} the document is not valid JSON: .+/);
});

test.each([
  ['', 'api.yaml:1:1 the document is empty'],
  ['just words', 'api.yaml:1:1 the document is not a mapping'],
  ['[1, 2]', 'api.yaml:1:1 the document is not a mapping'],
  ['info: {}', 'api.yaml:1:1 no `openapi` version'],
  ['info: {}\nswagger: "1.2"', 'api.yaml:2:1 `swagger: 1.2` is not supported: use Swagger 2.0, or OpenAPI'],
  ['{"info": {},\n "swagger": 3}', 'api.yaml:2:2 `swagger: 3` is not supported'],
  ['openapi: 3.10.0', 'api.yaml:1:1 `openapi: 3.10.0` is not supported'],
  ['openapi: 4.0.0', 'api.yaml:1:1 `openapi: 4.0.0` is not supported: use Swagger 2.0, or OpenAPI 3.0, 3.1'],
  ['swagger: []', 'api.yaml:1:1 no `openapi` version'],
  ['openapi: []', 'api.yaml:1:1 no `openapi` version'],
])('%j is refused with a text that says what to do', (text, expected) => {
  expect(refusal(text)).toContain(expected);
});

test.each(['3.0.0', '3.0.3', '3.0.4-rc1', '3.1.2', '3.2.0'])(
  'version %j is read without a word',
  (version) => {
    expect(compileText(`openapi: ${version}\n${PATHS}`).warnings).toBeUndefined();
  },
);

test.each([
  ['openapi: "3.0.6-`C47:!n.]Ro"', '3.0'],
  ['openapi: 3.0.7-xcbK*d|fB', '3.0'],
  ['openapi: "3.1"', '3.1'],
  ['openapi: 3.0', '3.0'],
  ['openapi: 3', '3.0'],
  ['openapi: 3.2', '3.2'],
  ['openapi: 3.2.x', '3.2'],
  ['openapi: "2.0"', '2.0'],
  ['swagger: 2', '2.0'],
  ['swagger: 2.0', '2.0'],
  ['swagger: "2"', '2.0'],
  ['swagger: 2.0.1-beta', '2.0'],
  ['openapi: none\nswagger: 2.0 ', '2.0'],
])('%s counts by its first two numbers, with a warning', (line, version) => {
  const { tools, warnings } = compileText(`${line}\n${PATHS}`);
  expect(tools).toHaveLength(1);
  expect(warnings).toEqual([expect.stringMatching(/^api\.yaml:\d:1 .* is an odd version; read as /)]);
  expect(warnings?.[0]?.endsWith(version)).toBe(true);
});

test('Swagger 2.0 is read without a word', () => {
  expect(compileText(`swagger: '2.0'\n${PATHS}`)).toMatchObject({ operations: 1 });
  expect(compileText(`swagger: '2.0'\n${PATHS}`).warnings).toBeUndefined();
});

test('a repeated key is tolerated, the last one counts, in YAML as in JSON', () => {
  const yaml = compileText(
    'openapi: 3.1.0\npaths:\n  /a:\n    get:\n      operationId: first\n      operationId: second\n',
  );
  const json = compileText(
    '{"openapi":"3.1.0","paths":{"/a":{"get":{"operationId":"first","operationId":"second"}}}}',
  );
  expect(yaml.tools[0]?.name).toBe('second');
  expect(json.tools[0]?.name).toBe('second');
});

test('anchors, aliases and merge keys are expanded', () => {
  const text = `openapi: 3.1.0
x-shared: &shared { description: Shared words. }
paths:
  /a: { get: &get { <<: *shared, operationId: a } }
  /b: { get: { <<: *get, operationId: b } }`;
  expect(compileText(text).tools.map((tool) => tool.description)).toEqual(['Shared words.', 'Shared words.']);
});

test('aliases that expand beyond all proportion are refused', () => {
  const layers = Array.from(
    { length: 30 },
    (_, index) => `x${index + 1}: &x${index + 1} [*x${index}, *x${index}]`,
  );
  const text = `openapi: 3.1.0\nx0: &x0 [a, b]\n${layers.join('\n')}\n${PATHS}`;
  expect(refusal(text)).toMatch(/^api\.yaml:3:\d+ .*its aliases expand to far more than its text/);
});

test('an alias that contains itself is refused', () => {
  expect(refusal(`openapi: 3.1.0\nx: &x { again: *x }\n${PATHS}`)).toMatch(
    /^api\.yaml:2:\d+ .*an alias contains itself/,
  );
});

test('text nested without measure is refused or skipped, never a crash', () => {
  expect(refusal(`openapi: 3.1.0\nx: ${'['.repeat(50_000)}`)).toMatch(/^api\.yaml:/);
  const deep = `{"openapi":"3.1.0","paths":{"/a":{"get":{"operationId":"a","parameters":[{"name":"q","in":"query","required":true,"schema":${'{"items":'.repeat(20_000)}{}${'}'.repeat(20_000)}}]}},"/b":{"get":{"operationId":"b"}}}}`;
  const contribution = compileText(deep);
  expect(contribution.tools.map((tool) => tool.name)).toEqual(['b']);
  expect(skipsOf(contribution)).toEqual(['nested-too-deeply GET /a']);
});

test('JSON with comments or a byte order mark is read', () => {
  expect(compileText('\uFEFF{"openapi":"3.1.0","paths":{"/a":{"get":{}}}}').tools).toHaveLength(1);
  expect(compileText('{"openapi":"3.1.0", # fine\n"paths":{"/a":{"get":{}}}}').tools).toHaveLength(1);
});

test('a document without paths compiles to nothing', () => {
  const contribution = compileText('openapi: 3.1.0\nwebhooks: { ping: { post: {} } }');
  expect(contribution).toMatchObject({ tools: [], skipped: [], operations: 0 });
});
