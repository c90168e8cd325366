import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigurationError } from '../../src/config/configuration-error.ts';
import { loadConfig } from '../../src/config/load.ts';
import { errorOf, loadText, makeFolder, refusalOf } from './folder.ts';

const VALID = `server: { listen: "127.0.0.1:0", origins: [https://chat.example.com] }
identity:
  local: { scopes: [tickets:read] }
  principals: { agent: { groups: [support], claims: { region: emea } } }
  keys: [{ principal: agent, hash: "sha256:${'0a'.repeat(32)}" }]
sources:
  api: { openapi: api.yaml, url: http://127.0.0.1:1, credentials: { t: { bearer: "\${env:TOKEN}" } } }
  files: { mcp: { command: [run, "\${file:secret}"], env: { A: b } }, trustAnnotations: true }
  remote: &remote { mcp: { url: https://example.com/mcp, headers: { A: b } } }
  other: *remote
policies: policies/
audit: { arguments: full }
`;

const FILES = { 'api.yaml': 'openapi: 3.1.0\n', secret: 's\n', 'policies/a.policy.yaml': 'policy: a\n' };

/** Words that a mutation puts in: structure, references, and names that objects have by themselves. */
const WORDS = [
  '__proto__: { a: b }',
  'constructor',
  'toString: 1',
  '${env:TOKEN}',
  '${file:secret}',
  '${file:/dev/zero}',
  '${file:\0}',
  '${',
  '&a',
  '*a',
  '*remote',
  '<<: *remote',
  '!!js/function x',
  '!!binary aGk=',
  '? [a, b]',
  '.inf',
  '0x10',
  '1e999',
  'null',
  '~',
  '[',
  '}',
  '\n---\n',
  '%YAML 1.1\n',
  '\t',
  '\ufeff',
  '\0',
  '\ud800',
] as const;

/** Nothing but a {@link ConfigurationError} whose every problem has a place and a text. */
async function expectOrderly(folder: string, content: string | Uint8Array): Promise<void> {
  const file = path.join(folder, 'bailiwick.yaml');
  await writeFile(file, content);
  try {
    await loadConfig(file, { TOKEN: 'hunter22-hunter22' });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    expect(error.message).not.toContain('hunter22');
    for (const problem of error.problems) {
      expect(problem.line).toBeGreaterThan(0);
      expect(problem.column).toBeGreaterThan(0);
      expect(problem.message).not.toBe('');
    }
  }
}

test('the configuration that is mutated here is a valid one', async () => {
  await expect(loadText(VALID, FILES, { TOKEN: 't' })).resolves.toBeDefined();
});

test('any bytes load, or are refused with problems', async () => {
  const folder = await makeFolder(FILES);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), (bytes) => expectOrderly(folder, bytes)),
    { numRuns: 100 },
  );
});

test('any text made of pieces of a configuration loads, or is refused with problems', async () => {
  const folder = await makeFolder(FILES);
  const pieces = [...VALID.split(/(?<=[\s:,{}[\]])/), ...WORDS];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), (words) =>
      expectOrderly(folder, words.join('')),
    ),
    { numRuns: 150 },
  );
});

test('any mutation of a valid configuration loads, or is refused with problems', async () => {
  const folder = await makeFolder(FILES);
  const mutation = fc.record({
    at: fc.nat(VALID.length),
    remove: fc.nat(20),
    insert: fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 5 })),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
      const text = mutations.reduce(
        (result, { at, remove, insert }) => result.slice(0, at) + insert + result.slice(at + remove),
        VALID,
      );
      return expectOrderly(folder, text);
    }),
    { numRuns: 200 },
  );
});

test('any JSON value in place of any setting loads, or is refused with problems', async () => {
  const folder = await makeFolder(FILES);
  const key = fc.constantFrom(
    'server',
    'identity',
    'sources',
    'policies',
    'audit',
    'results',
    'a',
    'mcp',
    'openapi',
    'keys',
    'tls',
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      fc.jsonValue({ maxDepth: 1 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
      fc.array(tie('tree'), { maxLength: 3 }),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(fc.dictionary(key, tree, { maxKeys: 5 }), (value) =>
      expectOrderly(folder, JSON.stringify(value)),
    ),
    { numRuns: 150 },
  );
});

test('a key that would reach a prototype is refused, and none is reached', async () => {
  expect(
    await refusalOf(
      'sources: { __proto__: { openapi: api.yaml } }\n"__proto__": { polluted: yes }\nidentity: { principals: { a: { claims: { "__proto__": { polluted: yes } } } } }\n',
    ),
  ).toEqual([
    '1:12  the key `__proto__` is not allowed',
    '2:1  the key `__proto__` is not allowed',
    '3:42  the key `__proto__` is not allowed',
  ]);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  expect(await refusalOf('sources: { constructor: {}, toString: {} }\nconstructor: {}\n')).toHaveLength(3);
});

test.each([
  ['lists', '['.repeat(50_000)],
  ['closed lists', 'sources: ' + '['.repeat(500) + ']'.repeat(500)],
  ['mappings', '{a: '.repeat(50_000)],
  ['block lists', '- '.repeat(20_000)],
  ['indentation', Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
])('%s that nest too deeply are refused', async (_what, text) => {
  expect((await errorOf(text)).message).toMatch(/nested/);
});

test('aliases that multiply are refused before they fill the memory', async () => {
  const levels = Array.from(
    { length: 30 },
    (_, level) => `l${level + 1}: &l${level + 1} [${Array(10).fill(`*l${level}`).join(', ')}]`,
  );
  const error = await errorOf(['l0: &l0 [x, x, x]', ...levels].join('\n'));
  expect(error.message).toContain('the document has more than 50000 values, repeated ones included');
});

test('an alias inside its own anchor is refused', async () => {
  expect(await refusalOf('sources: &a { x: *a }\n')).toEqual(['1:18  no anchor `&a` ends before this alias']);
});

test('a configuration of 10 MB is refused without being parsed', async () => {
  const text = `sources: {}\n${'#'.repeat(10_000_000)}\n`;
  expect(await refusalOf(text)).toEqual(['1:1  the configuration file is larger than 1048576 bytes']);
});

test('a file of many keys takes time in proportion', async () => {
  const text = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n');
  const error = await errorOf(text);
  expect(error.problems.length).toBeLessThanOrEqual(50);
  expect(error.problems.map(({ message }) => message)).toContain('unknown key `k0`');
});
