import { expect, test } from 'vitest';
import { createCatalog } from '../../src/catalog/catalog.ts';
import { compile } from './compile.ts';

const object = { type: 'object' };

test('a tool keeps all that its upstream says about it', () => {
  const inputSchema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: { place: { $anchor: 'place', type: 'string' } },
    properties: { where: { $ref: '#place' }, region: { type: 'string', 'x-mcp-header': 'Region' } },
    additionalProperties: false,
    'x-vendor': 1,
  };
  const outputSchema = { type: 'array', items: {} };
  const annotations = { readOnlyHint: true, title: 'T', vendor: 1 };
  const { tools, skipped, lossy, operations } = compile({
    tools: [
      {
        name: 'a',
        title: 'A',
        description: 'Does a.',
        inputSchema,
        outputSchema,
        annotations,
        icons: [],
        _meta: { x: 1 },
        execution: {},
        shape: 'round',
      },
    ],
  });
  expect(tools).toEqual([
    {
      source: 'up',
      name: 'a',
      title: 'A',
      description: 'Does a.',
      inputSchema,
      validationSchema: inputSchema,
      outputSchema,
      annotations,
      access: 'read',
      scopes: [],
      attributes: {},
      binding: { kind: 'mcp', upstreamName: 'a' },
      passthrough: { icons: [], _meta: { x: 1 }, execution: {}, shape: 'round' },
    },
  ]);
  expect({ skipped, lossy, operations }).toEqual({ skipped: [], lossy: [], operations: 1 });
});

test.each([
  [{ readOnlyHint: true }, 'read'],
  [{ readOnlyHint: true, destructiveHint: true }, 'read'],
  [{ destructiveHint: false }, 'write'],
  [{ readOnlyHint: 'true', destructiveHint: 'false' }, 'destructive'],
  [{ readOnlyHint: false }, 'destructive'],
  [undefined, 'destructive'],
])('annotations %j of a trusted source mean %s, and of any other destructive', (annotations, access) => {
  const tools = [{ name: 'a', inputSchema: object, annotations }];
  expect(compile({ tools }, true).tools[0]?.access).toBe(access);
  const untrusted = compile({ tools }, false).tools[0];
  expect(untrusted?.access).toBe('destructive');
  expect(untrusted?.annotations).toEqual(annotations);
});

test.each([
  ['not-an-object', 'text'],
  ['not-an-object', null],
  ['not-an-object', []],
  ['no-name', { inputSchema: object }],
  ['no-name', { name: '', inputSchema: object }],
  ['no-name', { name: 5, inputSchema: object }],
  ['input-schema-not-object', { name: 'a' }],
  ['input-schema-not-object', { name: 'a', inputSchema: {} }],
  ['input-schema-not-object', { name: 'a', inputSchema: { type: 'string' } }],
  ['input-schema-not-object', { name: 'a', inputSchema: true }],
  [
    'input-schema-invalid',
    { name: 'a', inputSchema: { type: 'object', properties: { b: { type: 'strung' } } } },
  ],
  [
    'input-schema-invalid',
    { name: 'a', inputSchema: { type: 'object', properties: { b: { pattern: '(' } } } },
  ],
  [
    'input-schema-invalid',
    { name: 'a', inputSchema: { type: 'object', properties: { b: { $ref: '#/$defs/none' } } } },
  ],
  [
    'input-schema-invalid',
    { name: 'a', inputSchema: { type: 'object', properties: { b: { $ref: 'https://example.com/s.json' } } } },
  ],
  [
    'invalid-header-annotation',
    {
      name: 'a',
      inputSchema: { type: 'object', properties: { b: { type: 'object', 'x-mcp-header': 'B' } } },
    },
  ],
  [
    'invalid-header-annotation',
    {
      name: 'a',
      inputSchema: { type: 'object', properties: { b: { type: 'string', 'x-mcp-header': 'B C' } } },
    },
  ],
  [
    'invalid-header-annotation',
    {
      name: 'a',
      inputSchema: {
        type: 'object',
        properties: { b: { type: 'array', items: { type: 'string', 'x-mcp-header': 'B' } } },
      },
    },
  ],
  ['invalid-header-annotation', { name: 'a', inputSchema: { type: 'object', 'x-mcp-header': 'B' } }],
  [
    'invalid-header-annotation',
    {
      name: 'a',
      inputSchema: {
        type: 'object',
        properties: {
          b: { type: 'string', 'x-mcp-header': 'B' },
          c: { type: 'string', 'x-mcp-header': 'b' },
        },
      },
    },
  ],
  ['no-canonical-form', { name: 'a', inputSchema: { type: 'object', description: '\uD800' } }],
  ['no-canonical-form', { name: 'a', inputSchema: { type: 'object', maxProperties: Infinity } }],
  ['no-canonical-form', { name: 'a', inputSchema: nest(100_000) }],
])('a tool is skipped with reason %s and costs no other', (reason, bad) => {
  const { tools, skipped } = compile({ tools: [bad, { name: 'good', inputSchema: object }] });
  expect(tools.map(({ name }) => name)).toEqual(['good']);
  expect(skipped).toMatchObject([{ reason }]);
  expect(skipped[0]?.detail).not.toBe('');
});

function nest(depth: number): object {
  let schema: object = { type: 'object' };
  for (let level = 0; level < depth; level++) schema = { type: 'object', properties: { a: schema } };
  return schema;
}

test('x-mcp-header as the name of a property, or in data, is no annotation', () => {
  const inputSchema = {
    type: 'object',
    properties: { 'x-mcp-header': { type: 'string' } },
    default: { 'x-mcp-header': 1 },
    examples: [{ 'x-mcp-header': 1 }],
  };
  expect(compile({ tools: [{ name: 'a', inputSchema }] }).skipped).toEqual([]);
});

test('a tuple of an older draft validates as a tuple, while clients see the schema as it was', () => {
  const inputSchema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: {
      pair: { type: 'array', items: [{ type: 'string' }, { type: 'number' }], additionalItems: false },
    },
  };
  const [tool] = compile({ tools: [{ name: 'a', inputSchema }] }).tools;
  expect(tool?.inputSchema).toEqual(inputSchema);
  expect(tool?.validationSchema['properties']).toEqual({
    pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], items: false },
  });
});

test('a schema cannot turn its own validation off', () => {
  const inputSchema = { $async: true, type: 'object', properties: { a: { $async: true, type: 'string' } } };
  const [tool] = compile({ tools: [{ name: 'a', inputSchema }] }).tools;
  expect(tool?.inputSchema).toEqual(inputSchema);
  expect(tool?.validationSchema).toEqual({ type: 'object', properties: { a: { type: 'string' } } });
});

test('the clean one of two names that become equal keeps it, whatever their order', () => {
  const entries = ['a.b', 'a_b', 'a/b'].map((name) => ({ name, inputSchema: object }));
  const forwards = compile({ tools: entries, prompts: entries });
  const backwards = compile({ tools: entries.toReversed(), prompts: entries.toReversed() });
  const named = forwards.tools.map(({ name, binding }) => [
    binding.kind === 'mcp' && binding.upstreamName,
    name,
  ]);
  expect(Object.fromEntries(named)).toEqual({
    a_b: 'a_b',
    'a.b': expect.stringMatching(/^a_b_[0-9a-f]{6}$/),
    'a/b': expect.stringMatching(/^a_b_[0-9a-f]{6}$/),
  });
  expect(new Set(forwards.tools.map(({ name }) => name)).size).toBe(3);
  expect(createCatalog([forwards]).digest).toBe(createCatalog([backwards]).digest);
});

const twice = <T>(entry: T) => [entry, entry];

test('of entries with one and the same name or URI none is served', () => {
  const { tools, resources, templates, prompts, skipped } = compile({
    tools: [...twice({ name: 'a', inputSchema: object }), { name: 'b', inputSchema: object }],
    resources: twice({ uri: 'x://a', name: 'a' }),
    templates: twice({ uriTemplate: 'x://{a}', name: 'a' }),
    prompts: twice({ name: 'a' }),
  });
  expect([tools.length, resources.length, templates.length, prompts.length]).toEqual([1, 0, 0, 0]);
  expect(skipped).toHaveLength(8);
  expect(new Set(skipped.map(({ reason }) => reason))).toEqual(new Set(['name-collision']));
});

test('a name chosen to equal another one’s hashed name does not shadow it', () => {
  const hashed = compile({ tools: ['a.b', 'a_b'].map((name) => ({ name, inputSchema: object })) }).tools.find(
    ({ binding }) => binding.kind === 'mcp' && binding.upstreamName === 'a.b',
  );
  const { tools, skipped } = compile({
    tools: ['a.b', 'a_b', hashed?.name].map((name) => ({ name, inputSchema: object })),
  });
  expect(tools.map(({ binding }) => binding.kind === 'mcp' && binding.upstreamName)).toEqual(
    expect.arrayContaining(['a_b', hashed?.name]),
  );
  expect(skipped).toMatchObject([{ operation: 'tool a.b', reason: 'name-collision' }]);
});

test('resources and prompts keep their definitions, and bad ones cost only themselves', () => {
  const resource = { uri: 'x://a', name: 'a', future: true };
  const template = { uriTemplate: 'x://{a}', name: 'a', future: true };
  const prompt = { name: 'say hello', arguments: [{ name: 'b' }], future: true };
  const contribution = compile({
    resources: [resource, { name: 'no uri' }, 4],
    templates: [template, {}],
    prompts: [prompt, {}],
  });
  expect(contribution.resources).toEqual([{ source: 'up', uri: 'x://a', definition: resource }]);
  expect(contribution.templates).toEqual([{ source: 'up', uriTemplate: 'x://{a}', definition: template }]);
  expect(contribution.prompts).toEqual([
    { source: 'up', name: 'say_hello', upstreamName: 'say hello', definition: prompt },
  ]);
  expect(contribution.skipped.map(({ reason }) => reason).toSorted()).toEqual([
    'no-name',
    'no-uri',
    'no-uri',
    'not-an-object',
  ]);
  expect(contribution.operations).toBe(7);
});

test('a description shows all that it says', () => {
  const hidden =
    'Reads\u001B[8m secretly\u001B[0m a file\u202E.\u200B\u2066\u{E0041}\u{E0042}\u0007\r\nSecond line\u001B]0;title\u0007';
  const { tools, lossy } = compile({
    tools: [{ name: 'a', title: 'A\u200B', description: hidden, inputSchema: object }],
  });
  expect(tools[0]).toMatchObject({ title: 'A', description: 'Reads secretly a file.\nSecond line' });
  expect(lossy.map(({ operation, reason }) => [operation, reason])).toEqual([
    ['tool a', 'control-characters-removed'],
    ['tool a', 'control-characters-removed'],
  ]);
});

test('a description is cut at 4,096 characters, never within one', () => {
  const { tools, lossy } = compile({
    tools: [{ name: 'a', description: '😀'.repeat(4_000), inputSchema: object }],
  });
  const description = tools[0]?.description ?? '';
  expect(description.length).toBeLessThanOrEqual(4_096);
  expect([description.isWellFormed(), description.endsWith('😀…')]).toEqual([true, true]);
  expect(lossy).toMatchObject([{ reason: 'description-truncated' }]);
});

test('members of the wrong kind are dropped with a row', () => {
  const { tools, lossy } = compile({
    tools: [{ name: 'a', description: 5, inputSchema: object, annotations: 'none', outputSchema: true }],
  });
  expect(tools[0]).toMatchObject({ description: '' });
  expect(tools[0]).not.toHaveProperty('annotations');
  expect(lossy.map(({ reason }) => reason)).toEqual([
    'annotations-dropped',
    'description-not-text',
    'output-schema-dropped',
  ]);
});
