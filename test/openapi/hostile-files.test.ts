import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Contribution } from '../../src/catalog/entries.ts';
import { compileOpenApi, type OpenApiSource } from '../../src/compile/openapi/compile.ts';
import { findReferencedDocuments, homeOf } from '../../src/compile/openapi/external/find-documents.ts';
import { BailiwickError } from '../../src/errors.ts';
import { fixture } from './support.ts';

const HELPDESK = fixture('helpdesk.yaml');

const ROOT = `openapi: 3.1.0
paths:
  /a: { $ref: 'other.yaml#/a' }
  /b: { post: { operationId: b, requestBody: { content: { application/json: { schema: { $ref: other.yaml } } } } } }
  /c: { get: { operationId: c } }
`;

/** What becomes of the texts: a contribution whose every schema was made, or a refusal in words. Anything else fails the test. */
function outcome(texts: Partial<OpenApiSource>): Contribution | string {
  try {
    const contribution = compileOpenApi({ source: 'api', file: 'api.yaml', text: ROOT, ...texts });
    for (const tool of contribution.tools) JSON.stringify([tool.inputSchema, tool.outputSchema]);
    expect(contribution.tools.length + contribution.skipped.length).toBe(contribution.operations);
    return contribution;
  } catch (error) {
    if (error instanceof BailiwickError && error.code === 'CONFIGURATION') return error.message;
    throw error;
  }
}

/** Keys and references that mean something to some part of the loader. */
const key = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '$ref',
      '__proto__',
      'constructor',
      'properties',
      'default',
      'type',
      '$anchor',
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'get',
      'paths',
      'components',
      'schemas',
      'discriminator',
      'mapping',
      '<<',
      'a',
    ),
  },
  fc.string({ maxLength: 8, unit: 'binary' }),
);
const leaf = fc.oneof(
  fc.constantFrom(
    '#/a',
    'other.yaml',
    'api.yaml#/paths',
    '#',
    'https://x/%',
    '..//..',
    'other.yaml#/%E0%A4%A/~2',
    '#a',
    'object',
  ),
  fc.string({ maxLength: 8, unit: 'binary' }),
  fc.constantFrom(null, true, 1, -0.5),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
}));

/** A text with a few slices cut out, doubled, or replaced by something sharp. */
function mutated(text: string): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat(text.length),
    length: fc.nat(20),
    insert: fc.constantFrom(
      '',
      '\t',
      ': ',
      '\n',
      '&a ',
      '*a',
      '<<: *a\n',
      '{',
      ']',
      '"',
      "'",
      '\u0000',
      '- ',
      '? ',
      '!!x ',
      '\uD800',
    ),
  });
  return fc
    .array(edit, { minLength: 1, maxLength: 4 })
    .map((edits) =>
      edits.reduce(
        (before, { at, length, insert }) => before.slice(0, at) + insert + before.slice(at + length),
        text,
      ),
    );
}

test('any JSON as the document, as a document beside it and as an overlay ends in tools or in a refusal', () => {
  fc.assert(
    fc.property(value, value, value, (root, other, overlay) => {
      outcome({ text: JSON.stringify(root) });
      outcome({ files: new Map([['other.yaml', JSON.stringify(other)]]) });
      outcome({ overlays: [{ file: 'o.json', text: JSON.stringify(overlay) }] });
      const actions = [
        { target: '$.paths', update: root },
        { target: '$..get', update: other },
        { target: '$', copy: '$.paths' },
      ];
      for (const action of actions) {
        const text = JSON.stringify({ overlay: '1.1.0', actions: [action] });
        outcome({
          text: JSON.stringify({ openapi: '3.1.0', paths: other }),
          overlays: [{ file: 'o.json', text }],
        });
      }
    }),
    { seed: 4, numRuns: 150 },
  );
  expect(({} as Record<string, unknown>)['a']).toBeUndefined();
});

test('mutated documents end in tools or in a refusal', () => {
  const overlay = stringify({
    overlay: '1.1.0',
    actions: [
      { target: "$.paths['/c'].get", update: { summary: 'x' } },
      { target: '$.paths', remove: true },
    ],
  });
  fc.assert(
    fc.property(
      mutated(HELPDESK),
      mutated(`a: { get: { operationId: a } }\n${HELPDESK}`),
      mutated(overlay),
      (root, other, changed) => {
        outcome({ text: root });
        outcome({ files: new Map([['other.yaml', other]]), overlays: [{ file: 'o.yaml', text: changed }] });
      },
    ),
    { seed: 4, numRuns: 60 },
  );
});

test('any text for a JSONPath ends in tools or in a refusal', () => {
  const words = [
    '$',
    '.',
    '..',
    '*',
    '[',
    ']',
    '?',
    '@',
    '==',
    '"a"',
    '0',
    ':',
    '(',
    ')',
    'paths',
    "'",
    '!',
    '&&',
    'match',
    ',',
  ];
  const path = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 3 })), { maxLength: 12 });
  fc.assert(
    fc.property(path, (parts) => {
      const text = JSON.stringify({
        overlay: '1.1.0',
        actions: [{ target: `$${parts.join('')}`, update: {} }],
      });
      outcome({ overlays: [{ file: 'o.json', text }] });
    }),
    { seed: 4, numRuns: 300 },
  );
});

const deepJson = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
const deepSchema = `${'{"items":'.repeat(5000)}{}${'}'.repeat(5000)}`;
const bomb = [
  'x0: &x0 [a, b]',
  ...Array.from({ length: 40 }, (_, i) => `x${i + 1}: &x${i + 1} [*x${i}, *x${i}]`),
].join('\n');

test.each([
  ['nested lists', deepJson],
  ['a nested schema', deepSchema],
  ['unclosed brackets', '['.repeat(50_000)],
  ['aliases that expand without measure', bomb],
  ['merge keys that lead back', 'a: &a\n  <<: *a\n'],
  ['a list of merge keys that leads back', 'a: &a [ { <<: *a } ]'],
  ['a huge key', `{"${'k'.repeat(1_000_000)}": 1, "${'k'.repeat(1_000_000)}": 2}`],
  ['many repeated keys', `{${Array.from({ length: 20_000 }, () => '"k":1').join(',')}}`],
  ['a member called __proto__', '{"__proto__": {"a": {"get": {}}}, "constructor": {"prototype": {"a": 1}}}'],
  ['a reference to itself', '$ref: other.yaml'],
  ['a chain that grows', 'a: { $ref: "#/a/b" }'],
])('%s cost what holds them, and nothing else', (_what, text) => {
  const beside = outcome({ files: new Map([['other.yaml', text]]) });
  expect(typeof beside === 'string' ? beside : beside.tools.map(({ name }) => name)).toContain('c');
  expect(typeof outcome({ overlays: [{ file: 'o.yaml', text }] })).toBe('string');
  outcome({ text });
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test('an overlay cannot reach the prototype of what it changes', () => {
  const overlay = {
    overlay: '1.1.0',
    actions: [
      { target: '$', update: { constructor: { prototype: { hacked: true } } } },
      { target: "$['x-a']", copy: "$['x-b']" },
    ],
  };
  const text = '{"openapi":"3.1.0","paths":{},"x-a":{},"x-b":{"__proto__":{"hacked":true}}}';
  expect(outcome({ text, overlays: [{ file: 'o.json', text: JSON.stringify(overlay) }] })).toMatchObject({
    tools: [],
  });
  expect('hacked' in {}).toBe(false);
});

test.each([
  ['line breaks behind a reference', `$ref:${'\n'.repeat(500_000)}`],
  ['line breaks behind a folded reference', `$ref: >${'\n'.repeat(500_000)}`],
  ['blanks', `$ref${' '.repeat(500_000)}`],
  ['references', '$ref: a '.repeat(60_000)],
  ['references that never end', '$ref: "'.repeat(60_000)],
  ['names', '$self'.repeat(100_000)],
])('very many %s are read in time', (_what, text) => {
  const started = process.cpuUsage();
  findReferencedDocuments(text, '', homeOf('api.yaml', text));
  const { user } = process.cpuUsage(started);
  expect(user).toBeLessThan(3_000_000);
});

test('any text is searched for references', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: 'binary', maxLength: 20 }),
      (text, name) => {
        const found = findReferencedDocuments(`$ref: "${text}"\n$ref: ${text}`, name, homeOf(name, text));
        for (const one of found) expect(typeof one).toBe('string');
      },
    ),
    { seed: 4, numRuns: 300 },
  );
});

test('a long line behind a reference is searched once, not once for each of its spaces', () => {
  const text = `$ref: other.yaml${' #'.repeat(200_000)}\r x\n`;
  expect(findReferencedDocuments(text, '', homeOf('api.yaml', ''))).toEqual(['other.yaml']);
});

test.each([
  ['$..[?count($..*) > 1]', false],
  ['$.paths[?count($.paths.*) > 1]', false],
  ['$.paths[?$.paths[?@.x]]', false],
  ["$.paths[?@.x == $.info['a.b'].title]", true],
  ["$.paths[?@['$..*'] == '$..*']", true],
])('a filter may look up one node of the whole document, and search it never: %s', (target, isAllowed) => {
  const overlay = JSON.stringify({
    overlay: '1.0.0',
    info: { title: 'T', version: '1' },
    actions: [{ target, remove: true }],
  });
  const result = outcome({ overlays: [{ file: 'overlay.json', text: overlay }] });
  if (isAllowed) expect(result).toHaveProperty('tools');
  else expect(result).toContain('searches the whole document again');
});
