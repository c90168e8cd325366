import { expect, test } from 'vitest';
import {
  bindingOf,
  compilePaths,
  compileText,
  fixture,
  lossesOf,
  propertiesOf,
  skipsOf,
  toolNamed,
  validator,
} from './support.ts';

const V32 = { openapi: '3.2.0' };
const features = compileText(fixture('features-3.2.yaml'));

test('every operation is a tool or a named skip; webhooks are none', () => {
  expect(features.tools.map((tool) => `${bindingOf(tool).method} ${tool.name}`).toSorted()).toEqual([
    'GET listItems',
    'LOCK lockItems',
    'POST importItems',
    'Purge purge_items',
    'QUERY searchItems',
  ]);
  expect(skipsOf(features)).toEqual([
    'malformed-operation additional NOT A TOKEN /items',
    'malformed-operation additional POST /items',
  ]);
  expect(features).toMatchObject({ operations: 7, lossy: [] });
});

test('QUERY reads, with a body; a method that nobody knows is destructive', () => {
  const search = toolNamed(features, 'searchItems');
  expect(search).toMatchObject({ access: 'read', annotations: { readOnlyHint: true, idempotentHint: true } });
  expect(bindingOf(search).body).toMatchObject({ mediaType: 'application/json', format: 'json' });
  expect(search.outputSchema).toMatchObject({ properties: { items: {} } });
  expect(toolNamed(features, 'lockItems').access).toBe('destructive');
});

test('one parameter is the whole query; a cookie has a style of its own', () => {
  expect(bindingOf(toolNamed(features, 'listItems')).parameters).toEqual([
    {
      argument: 'selector',
      in: 'querystring',
      name: 'selector',
      style: 'form',
      explode: true,
      allowReserved: false,
      mediaType: 'application/x-www-form-urlencoded',
    },
    { argument: 'theme', in: 'cookie', name: 'theme', style: 'cookie', explode: true, allowReserved: false },
    {
      argument: 'session',
      in: 'cookie',
      name: 'session',
      style: 'form',
      explode: true,
      allowReserved: false,
    },
  ]);
});

test('a sequence of JSON texts is given as text', () => {
  const tool = toolNamed(features, 'importItems');
  expect(bindingOf(tool).body).toMatchObject({ mediaType: 'application/jsonl', format: 'text' });
  expect(propertiesOf(tool)).toEqual({ body: { type: 'string' } });
});

test('a security scheme with a device flow holds the scopes of the tool', () => {
  expect(toolNamed(features, 'listItems').scopes).toEqual([['items:read']]);
});

const undescribed = (required: boolean) => ({
  '/a': { get: { parameters: [{ name: 'q', in: 'querystring', required, schema: { type: 'object' } }] } },
});

test('a query string that nothing describes, or that an older version declares, is no parameter', () => {
  expect(skipsOf(compilePaths(undescribed(true), V32))).toEqual(['malformed-parameter GET /a']);
  expect(lossesOf(compilePaths(undescribed(false), V32))).toEqual(['parameter-dropped GET /a']);
  const described = {
    name: 'q',
    in: 'querystring',
    required: true,
    content: { 'application/json': { schema: {} } },
  };
  const paths = { '/a': { get: { parameters: [described] } } };
  expect(skipsOf(compilePaths(paths))).toEqual(['malformed-parameter GET /a']);
  expect(skipsOf(compilePaths(paths, V32))).toEqual([]);
});

test.each(['get', 'QUERY', 'CONNECT', 'a b', '', 'a/b', 'GET\r\nX: y'])(
  'additional method %j is refused',
  (method) => {
    const additionalOperations = { [method]: { operationId: 'bad' }, PROPFIND: { operationId: 'good' } };
    const contribution = compilePaths({ '/a': { additionalOperations } }, V32);
    expect(contribution.tools.map((tool) => tool.name)).toEqual(['good']);
    expect(contribution.skipped).toMatchObject([{ reason: 'malformed-operation' }]);
    expect(contribution.operations).toBe(2);
  },
);

test('older versions have neither additional operations nor QUERY', () => {
  const contribution = compilePaths({ '/a': { query: {}, additionalOperations: { LOCK: {} } } });
  expect(contribution.operations).toBe(0);
});

test.each([
  ['3.1.0', { type: 'integer' }, true],
  ['3.1.0', { type: 'string', enum: ['a'] }, true],
  ['3.1.0', { type: 'string', minLength: 1 }, false],
])('%s: allowEmptyValue opens a query parameter of %j for the empty text', (openapi, schema, isOpened) => {
  const declared = { name: 'q', in: 'query', allowEmptyValue: true, schema };
  const [tool] = compilePaths({ '/a': { get: { parameters: [declared] } } }, { openapi }).tools;
  expect(validator(tool?.inputSchema ?? {})({ q: '' })).toBe(isOpened);
});
