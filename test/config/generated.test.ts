import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { configReference } from '../../src/config/reference.ts';
import { Config } from '../../src/config/schema.ts';
import { GENERATED_FILES, REPOSITORY } from '../generate.ts';

test.each(GENERATED_FILES)('$file is what the code makes now', async ({ file, content }) => {
  const committed = await readFile(path.join(REPOSITORY, file), 'utf8').catch(() => 'absent');
  expect(
    committed === content(),
    `${file} is out of date: run \`npm run generate\` and commit the result`,
  ).toBe(true);
});

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
addFormats.default(ajv);
const validate = ajv.compile(configJsonSchema());

/** What an editor with the JSON Schema says. */
function isAccepted(text: string): boolean {
  return validate(parse(text));
}

test('the JSON Schema is draft 2020-12, has a title, and describes every setting', () => {
  const schema = configJsonSchema();
  expect(schema).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Bailiwick configuration',
    required: ['sources'],
    additionalProperties: false,
  });
  expect(undescribed(schema, '')).toEqual([]);
});

test.each([
  ['sources: {}', true],
  ['sources: { a: { openapi: a.yaml } }', true],
  ['sources: { a: { mcp: { command: [run] } } }', true],
  [
    'sources: { a: { mcp: { url: "https://example.com", headers: { A: b } }, trustAnnotations: true } }',
    true,
  ],
  [
    'sources: {}\nserver: { listen: "0.0.0.0:1", publicUrl: "https://example.com", tls: { cert: a, key: b } }',
    true,
  ],
  ['sources: {}\nidentity: { local: false, principals: { a: { claims: { x: [1] } } } }', true],
  ['sources: {}\npolicies: [a, b]', true],
  ['server: {}', false],
  ['sources: {}\nsorces: {}', false],
  ['sources: { A: { openapi: a.yaml } }', false],
  ['sources: { a: {} }', false],
  ['sources: { a: { openapi: a.yaml, mcp: { command: [run] } } }', false],
  ['sources: { a: { mcp: { command: [] } } }', false],
  ['sources: { a: { mcp: { url: "https://example.com", transport: websocket } } }', false],
  ['sources: {}\naudit: { arguments: masked }', true],
  ['sources: {}\nserver: { maxSessions: 0 }', false],
  ['sources: {}\nlisting: {}', true],
  ['sources: {}\nlisting: { mode: some }', false],
  ['sources: {}\nmodels: {}', false],
])('an editor and the loader agree on %j', (text, isValid) => {
  expect(isAccepted(text)).toBe(isValid);
  expect(Config.safeParse(parse(text)).success).toBe(isValid);
});

test('an editor accepts a reference wherever a text may stand', () => {
  expect(
    isAccepted(
      'sources: { a: { mcp: { url: "https://${env:HOST}/mcp" } } }\nserver: { publicUrl: "${env:URL}" }\naudit: { arguments: "${env:A}" }\nidentity: { keys: [{ principal: a, hash: "${file:hash}" }] }',
    ),
  ).toBe(true);
  expect(isAccepted('sources: {}\nserver: { maxSessions: "${env:N}" }')).toBe(false);
});

test('every example in the schemas is right', () => {
  const wrong: string[] = [];
  const root = configJsonSchema();
  visitExamples(root, '', (schema, example, place) => {
    const withDefinitions = { ...schema, $defs: root['$defs'] ?? {} };
    if (!ajv.validate(withDefinitions, example)) wrong.push(`${place}: ${JSON.stringify(example)}`);
  });
  expect(wrong).toEqual([]);
});

test('the reference has a row for every setting', () => {
  const reference = configReference();
  for (const key of [
    'server.tls.cert',
    'identity.local.scopes',
    'identity.principals.<name>.claims',
    'identity.keys[].hash',
    'sources.<name>.openapi',
    'sources.<name>.credentials.<name>.bearer',
    'sources.<name>.mcp.command',
    'sources.<name>.mcp.headers',
    'policies',
    'audit.dir',
    'results.maxBytes',
  ]) {
    expect(reference).toContain(`| \`${key}\` |`);
  }
  const cells = reference.split('\n').filter((line) => line.startsWith('| '));
  expect(
    cells.filter(
      (line) =>
        line.replaceAll(String.raw`\|`, '').split('|').length !== 7 &&
        !/^\| (?:What|---|Takes|`identity`, |configuration file, |OpenAPI document)/.test(line),
    ),
  ).toEqual([]);
});

/** Settings of a JSON Schema that say nothing about themselves. */
function undescribed(schema: unknown, place: string): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const found: string[] = [];
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties' && typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) {
        if (typeof member === 'object' && member !== null && !('description' in member))
          found.push(`${place}/${name}`);
      }
    }
    if (key !== 'examples' && key !== 'default') found.push(...undescribed(value, `${place}/${key}`));
  }
  return found;
}

function visitExamples(
  schema: unknown,
  place: string,
  visit: (schema: object, example: unknown, place: string) => void,
): void {
  if (typeof schema !== 'object' || schema === null) return;
  if ('examples' in schema && Array.isArray(schema.examples)) {
    for (const example of schema.examples) visit(schema, example, place);
  }
  for (const [key, value] of Object.entries(schema)) {
    if (key !== 'examples' && key !== 'default') visitExamples(value, `${place}/${key}`, visit);
  }
}
