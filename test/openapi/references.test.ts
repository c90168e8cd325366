import { expect, test } from 'vitest';
import {
  bindingOf,
  compileBody,
  compileOne,
  compilePaths,
  lossesOf,
  objectAt,
  propertiesOf,
  toolNamed,
  validator,
} from './support.ts';

test('a path item and an operation may be references', () => {
  const contribution = compilePaths(
    {
      '/a': { $ref: '#/components/pathItems/Shared', post: { operationId: 'own' } },
      '/b': { get: { $ref: '#/x-operations/list' } },
    },
    {
      components: {
        pathItems: { Shared: { get: { operationId: 'shared' }, post: { operationId: 'hidden' } } },
      },
      'x-operations': { list: { operationId: 'list' } },
    },
  );
  expect(contribution.tools.map((tool) => [tool.name, tool.attributes.path])).toEqual([
    ['list', '/b'],
    ['own', '/a'],
    ['shared', '/a'],
  ]);
});

test('references into #/paths resolve, with ~1, ~0 and percent-escapes', () => {
  const contribution = compilePaths({
    '/a~{id}': {
      get: { operationId: 'a', parameters: [{ name: 'id', in: 'path', schema: { type: 'integer' } }] },
    },
    '/b/{id}': {
      get: { operationId: 'b', parameters: [{ $ref: '#/paths/~1a~0%7Bid%7D/get/parameters/0' }] },
    },
    '/c': {
      get: {
        operationId: 'c',
        parameters: [
          { name: 'q', in: 'query', schema: { $ref: '#/paths/~1a~0%7Bid%7D/get/parameters/0/schema' } },
        ],
      },
    },
  });
  expect(contribution.skipped).toEqual([]);
  expect(propertiesOf(toolNamed(contribution, 'b'))).toEqual({ id: { type: 'integer' } });
  const $defs = objectAt(toolNamed(contribution, 'c').inputSchema, '$defs');
  expect(propertiesOf(toolNamed(contribution, 'c'))).toEqual({
    q: { $ref: `#/$defs/${Object.keys($defs)[0]}` },
  });
  expect(Object.values($defs)).toEqual([{ type: 'integer' }]);
});

test('parameters, bodies and media types are found through chains of references', () => {
  const components = {
    parameters: {
      A: { $ref: '#/components/parameters/B' },
      B: { name: 'q', in: 'query', schema: { type: 'string' } },
    },
    requestBodies: { A: { content: { 'application/json': { schema: { $ref: '#/components/schemas/S' } } } } },
    schemas: {
      S: { $ref: '#/components/schemas/T' },
      T: { type: 'object', properties: { t: { type: 'string' } } },
    },
  };
  const operation = {
    parameters: [{ $ref: '#/components/parameters/A' }],
    requestBody: { $ref: '#/components/requestBodies/A' },
  };
  const tool = compileOne(operation, { method: 'post', components });
  expect(propertiesOf(tool)).toEqual({ q: { type: 'string' }, t: { type: 'string' } });
});

test('a recursive schema stays recursive, and only what the tool needs is in its $defs', () => {
  const schemas = {
    Node: {
      type: 'object',
      properties: {
        next: { $ref: '#/components/schemas/Node' },
        leaf: { $ref: '#/components/schemas/Leaf' },
      },
    },
    Leaf: { type: 'string' },
    Unused: { type: 'string' },
  };
  const tool = compileBody(
    { type: 'object', properties: { tree: { $ref: '#/components/schemas/Node' } } },
    { components: { schemas } },
  );
  expect(tool.inputSchema).toMatchObject({
    properties: { tree: { $ref: '#/$defs/Node' } },
    $defs: { Leaf: { type: 'string' }, Node: { properties: { next: { $ref: '#/$defs/Node' } } } },
  });
  expect(Object.keys(objectAt(tool.inputSchema, '$defs'))).toEqual(['Leaf', 'Node']);
  const validate = validator(tool.inputSchema);
  expect(validate({ tree: { next: { next: { leaf: 'x' } } } })).toBe(true);
  expect(validate({ tree: { next: { next: { leaf: 7 } } } })).toBe(false);
});

test('tools share the one conversion of a component', () => {
  const schemas = { Pet: { type: 'object', properties: { name: { type: 'string' } } } };
  const operation = {
    parameters: [{ name: 'pet', in: 'query', schema: { $ref: '#/components/schemas/Pet' } }],
  };
  const { tools } = compilePaths(
    { '/a': { get: operation }, '/b': { get: operation } },
    { components: { schemas } },
  );
  const [first, second] = tools.map((tool) => objectAt(tool.inputSchema, '$defs')['Pet']);
  expect(first).toBeDefined();
  expect(first).toBe(second);
});

test('component names that are illegal or ambiguous as keys still get a definition of their own', () => {
  const schemas = {
    'List«Pet»': { type: 'string' },
    List_Pet_: { type: 'integer' },
    List__Pet__: { type: 'boolean' },
  };
  const properties = Object.fromEntries(
    Object.keys(schemas).map((name) => [name, { $ref: `#/components/schemas/${encodeURIComponent(name)}` }]),
  );
  const tool = compileBody(
    { type: 'object', properties: { field: { type: 'object', properties } } },
    { components: { schemas } },
  );
  const definitions = objectAt(tool.inputSchema, '$defs');
  expect(Object.values(definitions)).toHaveLength(3);
  for (const name of Object.keys(definitions)) expect(name).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
  const validate = validator(tool.inputSchema);
  expect(validate({ field: { 'List«Pet»': 'x', List_Pet_: 1, List__Pet__: true } })).toBe(true);
  expect(validate({ field: { 'List«Pet»': 1 } })).toBe(false);
});

test('a schema that is composed of itself is relaxed, usable, and reported', () => {
  const schemas = {
    Pet: {
      type: 'object',
      properties: { kind: { type: 'string' } },
      oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }],
    },
    Cat: { allOf: [{ $ref: '#/components/schemas/Pet' }, { properties: { lives: { type: 'integer' } } }] },
    Dog: { allOf: [{ $ref: '#/components/schemas/Pet' }, { properties: { tail: { type: 'string' } } }] },
  };
  const requestBody = {
    required: true,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Cat' } } },
  };
  const contribution = compilePaths(
    { '/a': { post: { operationId: 'a', requestBody } } },
    { components: { schemas } },
  );
  expect(lossesOf(contribution)).toContain('cyclic-composition POST /a');
  const tool = toolNamed(contribution, 'a');
  expect(bindingOf(tool).body?.shape.kind).toBe('whole');
  const validate = validator(tool.inputSchema);
  expect(validate({ body: { kind: 'cat', lives: 9 } })).toBe(true);
  expect(validate({ body: { kind: 'cat', lives: 'nine' } })).toBe(false);
  expect(validate({ body: { kind: 7 } })).toBe(false);
});

test('a very long chain of composition is followed without trouble', () => {
  const schemas = Object.fromEntries(
    Array.from({ length: 5_000 }, (_, index) => [
      `S${index}`,
      { anyOf: [{ $ref: `#/components/schemas/S${index + 1}` }] },
    ]),
  );
  const parameters = [{ name: 'q', in: 'query', schema: { $ref: '#/components/schemas/S0' } }];
  const last = { S5000: { type: 'string' } };
  const tool = compileOne({ parameters }, { components: { schemas: { ...schemas, ...last } } });
  expect(Object.keys(objectAt(tool.validationSchema, '$defs'))).toHaveLength(5_001);
  expect(tool.inputSchema).toMatchObject({ properties: { q: {} } });
});
