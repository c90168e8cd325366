import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import {
  bindingOf,
  compileText,
  fixture,
  lossesOf,
  objectAt,
  propertiesOf,
  skipsOf,
  toolNamed,
  validator,
} from './support.ts';

/** The one tool of a Swagger 2.0 document whose only operation this is. */
function compileSwagger(operation: JsonObject, rest: JsonObject = {}, path = '/a/{id}'): Tool {
  const contribution = compileText(
    JSON.stringify({ swagger: '2.0', paths: { [path]: { post: operation } }, ...rest }),
  );
  const [tool] = contribution.tools;
  if (tool === undefined) throw new Error(JSON.stringify(contribution.skipped));
  return tool;
}

const parameter = (location: string, rest: JsonObject): JsonObject => ({
  parameters: [
    { name: 'id', in: location, required: true, type: 'array', items: { type: 'string' }, ...rest },
  ],
});

test.each<[string, string, string, boolean]>([
  ['query', 'csv', 'form', false],
  ['query', 'ssv', 'spaceDelimited', false],
  ['query', 'tsv', 'tabDelimited', false],
  ['query', 'pipes', 'pipeDelimited', false],
  ['query', 'multi', 'form', true],
  ['path', 'csv', 'simple', false],
  ['path', 'ssv', 'spaceDelimited', false],
  ['path', 'tsv', 'tabDelimited', false],
  ['path', 'pipes', 'pipeDelimited', false],
  ['header', 'csv', 'simple', false],
  ['header', 'ssv', 'spaceDelimited', false],
  ['header', 'tsv', 'tabDelimited', false],
  ['header', 'pipes', 'pipeDelimited', false],
])('a list in a %s by %s is %s, exploded %s', (location, collectionFormat, style, explode) => {
  const { parameters } = bindingOf(compileSwagger(parameter(location, { collectionFormat })));
  expect(parameters.find((each) => each.in === location)).toMatchObject({ name: 'id', style, explode });
});

test.each([
  ['csv', { style: 'form', explode: false }],
  [undefined, { style: 'form', explode: false }],
  ['ssv', { style: 'spaceDelimited', explode: false }],
  ['tsv', { style: 'tabDelimited', explode: false }],
  ['pipes', { style: 'pipeDelimited', explode: false }],
  ['multi', { style: 'form', explode: true }],
])('a list in a form by %s is encoded as %j', (collectionFormat, encoding) => {
  const format = collectionFormat === undefined ? {} : { collectionFormat };
  expect(bindingOf(compileSwagger(parameter('formData', format), {}, '/a')).body?.encoding).toEqual({
    id: encoding,
  });
});

test.each([
  ['path', 'multi'],
  ['header', 'multi'],
  ['query', 'spaces'],
  ['formData', 7],
])('in a %s, collectionFormat %j is csv, with a row', (location, collectionFormat) => {
  const paths = { '/a/{id}': { post: parameter(location, { collectionFormat }) } };
  const contribution = compileText(JSON.stringify({ swagger: '2.0', paths }));
  expect(lossesOf(contribution)).toContain('style-ignored POST /a/{id}');
});

const body = (rest: JsonObject = {}): JsonObject => ({
  parameters: [{ in: 'body', name: 'x', required: true, schema: { type: 'string' }, ...rest }],
});

test.each<[Json, string]>([
  [null, 'application/json'],
  [[], 'application/json'],
  [['*/*'], 'application/json'],
  [['application/xml', 'application/json'], 'application/json'],
  [['text/plain', 'application/vnd.x+json'], 'application/vnd.x+json'],
  [['application/xml'], 'application/xml'],
  [['application/x-www-form-urlencoded', 'text/plain'], 'text/plain'],
  [['multipart/form-data'], 'application/json'],
  ['text/plain', 'text/plain'],
])('a body that consumes %j is sent as %s', (consumes, mediaType) => {
  expect(bindingOf(compileSwagger({ ...body(), consumes }, {}, '/a')).body?.mediaType).toBe(mediaType);
  if (Array.isArray(consumes)) {
    const ofDocument = compileSwagger(body(), { consumes }, '/a');
    expect(bindingOf(ofDocument).body?.mediaType).toBe(mediaType);
  }
});

test('an operation may consume and produce nothing of what its document does', () => {
  const tool = compileSwagger(
    { ...body(), consumes: [], produces: [], responses: { 200: { schema: { type: 'file' } } } },
    { consumes: ['application/xml'], produces: ['application/xml'] },
    '/a',
  );
  expect(bindingOf(tool)).toMatchObject({ accepts: [], body: { mediaType: 'application/json' } });
});

test.each<[JsonObject, string | undefined, JsonObject?]>([
  [{ host: 'h.example' }, 'https://h.example'],
  [{ host: 'h.example', basePath: '/v1' }, 'https://h.example/v1'],
  [{ host: 'h.example:81', basePath: 'v1', schemes: ['http'] }, 'http://h.example:81/v1'],
  [{ host: 'h.example', schemes: ['ws', 'http', 'HTTPS'] }, 'https://h.example'],
  [{ host: 'h.example', schemes: ['http'] }, 'https://h.example', { schemes: ['https'] }],
  [{ host: 'h.example', schemes: ['wss'] }, 'https://h.example'],
  [{ basePath: '/v1', schemes: ['https'] }, undefined],
  [{ host: 'user@h.example' }, undefined],
  [{ host: 'h.example/path' }, undefined],
  [{ host: 'h.example:x' }, undefined],
  [{ host: 7 }, undefined],
])('%j is served at %s', (rest, server, operation = {}) => {
  expect(bindingOf(compileSwagger(operation, rest, '/a')).server).toBe(server);
});

test('a document in YAML and in JSON is the same', () => {
  const yaml = compileText(fixture('swagger-shop.yaml'));
  const json = compileText(fixture('swagger-shop.json'));
  expect(JSON.stringify(yaml)).toBe(JSON.stringify(json));
  expect(yaml).toMatchObject({ operations: 4, skipped: [], lossy: [] });
});

test('references, security, null and the one name of a definition, as in OpenAPI 3', () => {
  const contribution = compileText(fixture('swagger-shop.yaml'));
  const add = toolNamed(contribution, 'addItem');
  expect(bindingOf(add)).toMatchObject({
    server: 'https://shop.example:8443/v2',
    accepts: ['application/json', 'application/xml'],
    security: [
      [{ name: 'shop_auth', type: 'oauth2', scopes: ['read:items'] }],
      [
        { name: 'key', type: 'apiKey', in: 'header', parameter: 'Api_Key' },
        { name: 'user', type: 'http', scheme: 'basic' },
      ],
    ],
  });
  expect(add.scopes).toEqual([['read:items'], []]);
  expect(Object.keys(objectAt(add.inputSchema, '$defs'))).toEqual(['Item']);
  expect(Object.keys(propertiesOf(add))).not.toContain('id');
  const validate = validator(add.inputSchema);
  expect(validate({ name: 'Bowl', note: null, parent: null, price: 1 })).toBe(true);
  expect(validate({ name: 'Bowl', price: 0 })).toBe(false);
  expect(validate({ name: null })).toBe(false);
  const get = toolNamed(contribution, 'getItems');
  expect(Object.keys(propertiesOf(get))).toEqual(['ids', 'X-Fields', 'select']);
  expect(bindingOf(get).security).toEqual([]);
  expect(propertiesOf(toolNamed(contribution, 'findItems'))).toMatchObject({
    limit: { type: 'integer', maximum: 100, default: 20, description: 'How many.' },
  });
});

test('an API with one path: operations are told apart by the query in it, the signature is no argument', () => {
  const contribution = compileText(fixture('swagger-query-paths.yaml'));
  expect(contribution).toMatchObject({ operations: 3, skipped: [], lossy: [] });
  const create = toolNamed(contribution, 'POST_CreateQueue');
  expect(bindingOf(create)).toMatchObject({
    path: '/',
    fixedQuery: [
      ['Action', 'CreateQueue'],
      ['Version', '2012-11-05'],
    ],
    body: { mediaType: 'application/x-www-form-urlencoded', format: 'form' },
    accepts: ['text/xml'],
  });
  expect(Object.keys(propertiesOf(create))).toEqual(['X-Queue-Date', 'QueueName']);
  expect(create.inputSchema['required']).toEqual(['QueueName']);
  expect(toolNamed(contribution, 'PurgeQueue').binding).toMatchObject({ path: '/', fixedQuery: [] });
});

test('a management API: shared parameters, definitions through allOf, one broken reference for one operation', () => {
  const contribution = compileText(fixture('swagger-management.yaml'));
  const put = toolNamed(contribution, 'Servers_CreateOrUpdate');
  expect(put.inputSchema['required']).toEqual(['name', 'subscriptionId', 'api-version', 'properties']);
  expect(objectAt(put.inputSchema, '$defs')).toEqual({
    ServerProperties: { properties: { size: { type: 'integer', format: 'int32' } } },
  });
  expect(skipsOf(contribution)).toEqual([
    'external-reference DELETE /subscriptions/{subscriptionId}/servers/{name}',
  ]);
  expect(lossesOf(contribution)).toEqual(['parameter-dropped GET /operations']);
  expect(Object.keys(propertiesOf(toolNamed(contribution, 'Operations_List')))).toContain('api-version');
});

test.each([
  ['uploadFile', { mediaType: 'multipart/form-data', format: 'multipart', required: true }],
  ['setAvatar', { mediaType: 'multipart/form-data', format: 'multipart', required: false }],
  ['addNote', { mediaType: 'application/x-www-form-urlencoded', format: 'form', required: true }],
  ['placeOrder', { mediaType: 'application/xml', format: 'text' }],
  ['sendAnything', { mediaType: 'application/json', format: 'json', required: false }],
  ['sendUndeclared', { mediaType: 'application/json', format: 'json' }],
])(
  '%s is sent as %j',
  (name, { required, ...sent }: { mediaType: string; format: string; required?: boolean }) => {
    const { body: bound } = bindingOf(toolNamed(compileText(fixture('swagger-uploads.yaml')), name));
    expect(bound).toMatchObject(sent);
    if (required !== undefined) expect(bound?.shape).toMatchObject({ kind: 'properties', required });
  },
);

test('a file is asked for as a file, fields beside it keep their constraints', () => {
  const upload = toolNamed(compileText(fixture('swagger-uploads.yaml')), 'uploadFile');
  expect(bindingOf(upload).body?.encoding).toMatchObject({ file: { file: 'one' } });
  const validate = validator(upload.inputSchema);
  expect(validate({ file: { text: 'x' }, keywords: ['a'], size: 1 })).toBe(true);
  expect(validate({ file: { text: 'x' }, size: 0 })).toBe(false);
  expect(validate({ keywords: ['a'] })).toBe(false);
});

test('a body of the operation replaces that of its path, whatever they are called', () => {
  const item = {
    parameters: [{ in: 'body', name: 'old', schema: { type: 'object', properties: { old: {} } } }],
    put: { parameters: [{ in: 'body', name: 'new', schema: { type: 'object', properties: { new: {} } } }] },
  };
  const { tools } = compileText(JSON.stringify({ swagger: '2.0', paths: { '/a': item } }));
  expect(tools.map((tool) => Object.keys(propertiesOf(tool)))).toEqual([['new']]);
});

test('whatever a Swagger 2.0 operation holds, it is a tool or a row, and its neighbour stays', () => {
  const anything = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(
      'body',
      'formData',
      'query',
      'file',
      'array',
      'multi',
      '#/definitions/A',
      'application/json',
    ),
  );
  const parameters = fc.array(
    fc.record(
      {
        name: anything,
        in: fc.constantFrom<Json>('body', 'formData', 'query', 'path', 'header', 'cookie', 7),
        required: anything,
        type: anything,
        items: anything,
        schema: anything,
        collectionFormat: anything,
        $ref: anything,
      },
      { requiredKeys: ['in'] },
    ),
    { maxLength: 4 },
  );
  const operation = fc.record(
    {
      parameters,
      consumes: anything,
      produces: anything,
      schemes: anything,
      security: anything,
      responses: anything,
    },
    { requiredKeys: [] },
  );
  const document = fc.record(
    {
      host: anything,
      basePath: anything,
      schemes: anything,
      consumes: anything,
      securityDefinitions: anything,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(operation, document, (post, rest) => {
      const paths = { '/a/{id}': { post }, '/b': { get: { operationId: 'b' } } };
      const contribution = compileText(JSON.stringify({ swagger: '2.0', ...rest, paths }));
      expect(contribution.operations).toBe(2);
      expect(contribution.tools.length + contribution.skipped.length).toBe(2);
      for (const tool of contribution.tools) validator(tool.validationSchema);
      toolNamed(contribution, 'b');
    }),
    { numRuns: 150, seed: 20 },
  );
});
