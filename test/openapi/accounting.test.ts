import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import { compilePaths, compileText, fixture, lossesOf, skipsOf, toolNamed } from './support.ts';

const GOOD = { operationId: 'good', responses: {} };

/** What becomes of a bad operation; the good one beside it must not notice. */
function skipped(operation: Json, rest: JsonObject = {}): { reason: string; detail: string } | undefined {
  const contribution = compilePaths({ '/a': { get: GOOD, post: operation } }, rest);
  expect(contribution.tools.map((tool) => tool.name)).toEqual(['good']);
  expect(contribution.operations).toBe(2);
  expect(contribution.skipped).toHaveLength(1);
  expect(contribution.skipped[0]?.operation).toBe('POST /a');
  return contribution.skipped[0];
}

const query = (schema: Json): Json => ({ parameters: [{ name: 'q', in: 'query', required: true, schema }] });
const body = (content: Json): Json => ({ requestBody: { required: true, content } });

test.each<[string, Json, JsonObject?]>([
  ['malformed-operation', 'not an operation'],
  ['malformed-operation', null],
  ['malformed-parameter', { parameters: 'q' }],
  ['malformed-parameter', { parameters: [7] }],
  ['malformed-parameter', { parameters: [{ in: 'query', required: true }] }],
  ['malformed-parameter', { parameters: [{ name: 'q', in: 'formData', required: true }] }],
  ['malformed-body', { requestBody: 'x' }],
  ['malformed-body', { requestBody: { content: [] } }],
  ['unsupported-body', body({ 'application/cbor': {} })],
  ['unsupported-body', body({})],
  ['unresolved-reference', { parameters: [{ $ref: '#/components/parameters/None' }] }],
  ['unresolved-reference', query({ $ref: '#/components/schemas/None' })],
  ['unresolved-reference', query({ items: { properties: { a: { $ref: '#/info/title' } } } })],
  [
    'unresolved-reference',
    body({ 'application/json': { schema: { $ref: '#/components/schemas/Deep' } } }),
    {
      components: { schemas: { Deep: { properties: { a: { $ref: '#/components/schemas/None' } } } } },
    },
  ],
  ['external-reference', query({ $ref: 'other.yaml#/Thing' })],
  ['external-reference', { $ref: 'https://elsewhere.example/operations.yaml#/a' }],
  ['anchor-reference', query({ $ref: '#anchor' })],
  [
    'cyclic-reference',
    { requestBody: { $ref: '#/components/requestBodies/A' } },
    {
      components: {
        requestBodies: {
          A: { $ref: '#/components/requestBodies/B' },
          B: { $ref: '#/components/requestBodies/A' },
        },
      },
    },
  ],
  [
    'cyclic-reference',
    query({ $ref: '#/components/schemas/A' }),
    {
      components: {
        schemas: { A: { $ref: '#/components/schemas/B' }, B: { $ref: '#/components/schemas/A' } },
      },
    },
  ],
])('%s costs one operation and no neighbour: %j', (reason, operation, rest) => {
  expect(skipped(operation, rest)?.reason).toBe(reason);
});

test('schemas and values that are nested without measure cost one operation', () => {
  const items = Array.from({ length: 200 }).reduce<Json>((inner) => ({ items: inner }), {});
  const lists = Array.from({ length: 200 }).reduce<Json>((inner) => [inner], []);
  expect(skipped(query(items))?.reason).toBe('nested-too-deeply');
  expect(skipped(query({ default: lists }))?.reason).toBe('nested-too-deeply');
});

test('a skip says where, as a JSON pointer', () => {
  expect(skipped(query({ $ref: '#/components/schemas/None' }))?.detail).toBe(
    '#/paths/~1a/post/parameters/0/schema refers to #/components/schemas/None, which does not exist',
  );
});

test('which problem is reported does not depend on the order of keys', () => {
  const broken = { a: { $ref: '#/a' }, b: { $ref: '#/b' } };
  const turned = { b: { $ref: '#/b' }, a: { $ref: '#/a' } };
  expect(skipped(query({ properties: broken }))?.detail).toBe(skipped(query({ properties: turned }))?.detail);
});

test('a path item that cannot be read is one row', () => {
  const contribution = compilePaths({ '/a': 'x', '/b': { $ref: 'b.yaml' }, '/c': { get: GOOD }, '/d': null });
  expect(skipsOf(contribution)).toEqual(['malformed-operation /a', 'external-reference /b']);
  expect(contribution.operations).toBe(3);
  expect(contribution.tools).toHaveLength(1);
});

test('a method in capitals is accounted for, other members of a path item are not operations', () => {
  const contribution = compilePaths({
    '/a': { GET: GOOD, get: GOOD, 'x-get': {}, summary: 'S', servers: [], parameters: [], query: {} },
    'x-paths': { get: GOOD },
  });
  expect(skipsOf(contribution)).toEqual(['malformed-operation GET /a']);
  expect(contribution.operations).toBe(2);
});

test('all eight methods become tools', () => {
  const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
  const contribution = compilePaths({ '/a': Object.fromEntries(methods.map((method) => [method, {}])) });
  expect(contribution.tools.map((tool) => tool.name)).toEqual(
    methods.map((method) => `${method}_a`).toSorted(),
  );
});

test('an operation that is skipped leaves no row in lossy', () => {
  const contribution = compilePaths({
    '/a/{x}': { get: { parameters: [{ name: 'q', in: 'query', style: 'odd' }, 7] } },
  });
  expect(skipsOf(contribution)).toEqual(['malformed-parameter GET /a/{x}']);
  expect(contribution.lossy).toEqual([]);
});

test('a response that cannot be read is a loss, not a skip', () => {
  const contribution = compilePaths({
    '/a': { get: { responses: { 200: { $ref: '#/components/responses/None' } } } },
  });
  expect(lossesOf(contribution)).toEqual(['unusable-response GET /a']);
  expect(contribution.tools).toHaveLength(1);
});

test('a broken schema in a response only costs the output schema', () => {
  const content = {
    'application/json': { schema: { type: 'object', properties: { a: { $ref: '#/none' } } } },
  };
  const contribution = compilePaths({ '/a': { get: { operationId: 'a', responses: { 200: { content } } } } });
  expect(toolNamed(contribution, 'a').outputSchema).toBeUndefined();
});

test('a whole document: every operation is a tool or a row with a named reason', () => {
  const contribution = compileText(fixture('helpdesk.yaml'));
  expect(contribution.tools.map((tool) => tool.name)).toEqual([
    'deleteTicket',
    'get_tickets_id',
    'listTickets',
    'putAttachment',
    'tickets_create',
  ]);
  expect(skipsOf(contribution)).toEqual(['unresolved-reference GET /broken']);
  expect(contribution.operations).toBe(6);
  expect(contribution).toMatchObject({ source: 'api', resources: [], templates: [], prompts: [], lossy: [] });
});

test.each<[string, Json]>([
  ['a schema that leads nowhere', { name: 'q', in: 'query', schema: { $ref: '#/components/schemas/None' } }],
  ['no name', { in: 'query', schema: {} }],
  ['a location that does not exist', { name: 'q', in: 'formData' }],
])('an optional parameter with %s is left out, with a row', (_what, parameter) => {
  const kept = { name: 'k', in: 'query', schema: { type: 'string' } };
  const contribution = compilePaths({ '/a': { get: { operationId: 'a', parameters: [parameter, kept] } } });
  expect(lossesOf(contribution)).toEqual(['parameter-dropped GET /a']);
  expect(toolNamed(contribution, 'a').binding).toMatchObject({ parameters: [{ name: 'k' }] });
});
