import { expect, test } from 'vitest';
import type { Json } from '../../src/catalog/json.ts';
import { bindingOf, compileOne, compilePaths, lossesOf, propertiesOf } from './support.ts';

const parameter = (location: string, more: Record<string, Json> = {}): Json => ({
  parameters: [{ name: 'p', in: location, schema: { type: 'array', items: { type: 'string' } }, ...more }],
});

test.each([
  ['path', 'simple', false],
  ['query', 'form', true],
  ['header', 'simple', false],
  ['cookie', 'form', true],
])('a %s parameter is %s with explode %s when nothing is declared', (location, style, explode) => {
  const tool = compileOne(
    { parameters: [{ name: 'p', in: location }] },
    { path: location === 'path' ? '/{p}' : '/' },
  );
  const binding = { argument: 'p', in: location, name: 'p', style, explode, allowReserved: false };
  expect(bindingOf(tool).parameters.find((one) => one.in === location)).toEqual(binding);
});

test.each([
  ['path', 'label'],
  ['path', 'matrix'],
  ['query', 'spaceDelimited'],
  ['query', 'pipeDelimited'],
  ['query', 'deepObject'],
])('the declared style and explode of a %s parameter are kept: %s', (location, style) => {
  const contribution = compilePaths({ '/{p}': { get: parameter(location, { style, explode: true }) } });
  const [tool] = contribution.tools;
  expect(tool && bindingOf(tool).parameters[0]).toMatchObject({ style, explode: true });
});

test.each([
  ['3.0.4', 'query', true],
  ['3.1.1', 'query', true],
  ['3.1.1', 'path', false],
  ['3.1.1', 'cookie', false],
  ['3.2.0', 'path', true],
  ['3.2.0', 'cookie', true],
])('in OpenAPI %s allowReserved of a %s parameter counts: %s', (openapi, location, expected) => {
  const contribution = compilePaths(
    { '/{p}': { get: parameter(location, { allowReserved: true }) } },
    { openapi },
  );
  const [tool] = contribution.tools;
  const binding = tool && bindingOf(tool).parameters.find((one) => one.in === location);
  expect(binding?.allowReserved).toBe(expected);
});

test('explode defaults to false for every style but form', () => {
  const tool = compileOne({ parameters: [{ name: 'p', in: 'query', style: 'pipeDelimited' }] });
  expect(bindingOf(tool).parameters[0]?.explode).toBe(false);
});

test('a style that the location does not have falls back to the default, and says so', () => {
  const contribution = compilePaths({
    '/a': { get: { parameters: [{ name: 'p', in: 'header', style: 'form' }] } },
  });
  expect(lossesOf(contribution)).toEqual(['style-ignored GET /a']);
  expect(contribution.tools[0] && bindingOf(contribution.tools[0]).parameters[0]?.style).toBe('simple');
});

test('a parameter described by content carries its media type', () => {
  const content = { 'text/plain': {}, 'application/json': { schema: { type: 'object' } } };
  const tool = compileOne({ parameters: [{ name: 'filter', in: 'query', content }] });
  expect(bindingOf(tool).parameters[0]).toMatchObject({ argument: 'filter', mediaType: 'application/json' });
  expect(propertiesOf(tool)).toEqual({ filter: { type: 'object' } });
});

test('Accept, Content-Type and Authorization parameters are ignored, in any case', () => {
  const parameters = ['Accept', 'content-type', 'AUTHORIZATION', 'X-Kept'].map((name) => ({
    name,
    in: 'header',
  }));
  const tool = compileOne({ parameters: [...parameters, { name: 'accept', in: 'query' }] });
  expect(Object.keys(propertiesOf(tool))).toEqual(['X-Kept', 'accept']);
});

test('parameters of the path item are merged, overridden by the operation', () => {
  const contribution = compilePaths({
    '/{id}': {
      parameters: [
        { name: 'id', in: 'path', schema: { type: 'string' } },
        { name: 'q', in: 'query', schema: { type: 'string' } },
      ],
      get: {
        parameters: [
          { name: 'q', in: 'query', required: true, schema: { type: 'integer' } },
          { name: 'q', in: 'header' },
        ],
      },
    },
  });
  const [tool] = contribution.tools;
  expect(tool?.inputSchema).toMatchObject({
    properties: { id: { type: 'string' }, q: { type: 'integer' }, q_header: {} },
    required: ['id', 'q'],
  });
});

test('a parameter that carries an API key is hidden wherever a scheme of the document says so', () => {
  const securitySchemes = {
    header: { type: 'apiKey', in: 'header', name: 'X-Key' },
    query: { type: 'apiKey', in: 'query', name: 'token' },
  };
  const parameters = [
    { name: 'x-key', in: 'header', required: true },
    { name: 'token', in: 'query' },
    { name: 'token', in: 'cookie' },
  ];
  const tool = compileOne({ parameters }, { components: { securitySchemes } });
  expect(bindingOf(tool).parameters.map((one) => `${one.in} ${one.name}`)).toEqual(['cookie token']);
  expect(tool.inputSchema).not.toHaveProperty('required');
});

test('a path parameter is required whatever the document says', () => {
  const tool = compileOne(
    { parameters: [{ name: 'id', in: 'path', required: false, schema: {} }] },
    { path: '/{id}' },
  );
  expect(tool.inputSchema['required']).toEqual(['id']);
});

test('a path variable that nobody describes is a string, and a described one that is not in the path is left out', () => {
  const contribution = compilePaths({ '/{a}': { get: { parameters: [{ name: 'b', in: 'path' }] } } });
  expect(lossesOf(contribution)).toEqual([
    'undeclared-path-parameter GET /{a}',
    'unused-path-parameter GET /{a}',
  ]);
  const [tool] = contribution.tools;
  expect(tool?.inputSchema).toEqual({
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a'],
    additionalProperties: false,
  });
});

test.each<[string, string, [string, string][]]>([
  [
    '/?Action=List&Version=2',
    '/',
    [
      ['Action', 'List'],
      ['Version', '2'],
    ],
  ],
  [
    '/x?q=a%20b+c&flag',
    '/x',
    [
      ['q', 'a b c'],
      ['flag', ''],
    ],
  ],
  ['/#Action=List', '/', []],
  ['/x?a=1#b?c=2', '/x', [['a', '1']]],
  ['/plain', '/plain', []],
  ['relative/{id}', '/relative/{id}', []],
])('the path template %s is path %s with a fixed query', (template, path, fixedQuery) => {
  const tool = compileOne({}, { path: template });
  expect(bindingOf(tool)).toMatchObject({ path, fixedQuery });
  expect(tool.attributes.path).toBe(template);
});

test("a parameter's description counts more than its schema's, and deprecated is kept", () => {
  const tool = compileOne({
    parameters: [
      {
        name: 'p',
        in: 'query',
        deprecated: true,
        description: 'Outer.',
        schema: { type: 'string', description: 'Inner.' },
      },
    ],
  });
  expect(propertiesOf(tool)['p']).toEqual({ type: 'string', description: 'Outer.', deprecated: true });
});

test('a variable in the query of a path is the query parameter that it stands for', () => {
  const operation = {
    parameters: [{ name: 'page', in: 'path', required: true, schema: { type: 'integer' } }],
  };
  const tool = compileOne(operation, { path: '/a/{id}?view=full&page={page}&per_page={size}' });
  expect(bindingOf(tool)).toMatchObject({
    path: '/a/{id}',
    fixedQuery: [['view', 'full']],
    parameters: [
      { in: 'query', name: 'page', argument: 'page' },
      { in: 'path', name: 'id' },
      { in: 'query', name: 'per_page', argument: 'per_page' },
    ],
  });
  expect(tool.inputSchema['required']).toEqual(['page', 'id', 'per_page']);
});

test('a query parameter that the path names again is asked for once', () => {
  const operation = { parameters: [{ name: 'page', in: 'query', schema: { type: 'integer' } }] };
  const { fixedQuery, parameters } = bindingOf(compileOne(operation, { path: '/a?page={page}' }));
  expect({ fixedQuery, names: parameters.map((each) => `${each.in} ${each.name}`) }).toEqual({
    fixedQuery: [],
    names: ['query page'],
  });
});
