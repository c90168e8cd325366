import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import {
  bindingOf,
  compileOne,
  compilePaths,
  compileText,
  fixture,
  lossesOf,
  propertiesOf,
  toolNamed,
} from './support.ts';

test.each([
  ['get', 'read', { readOnlyHint: true, destructiveHint: false, idempotentHint: true }],
  ['head', 'read', { readOnlyHint: true, destructiveHint: false, idempotentHint: true }],
  ['options', 'read', { readOnlyHint: true, destructiveHint: false, idempotentHint: true }],
  ['post', 'write', { readOnlyHint: false, destructiveHint: true, idempotentHint: false }],
  ['patch', 'write', { readOnlyHint: false, destructiveHint: true, idempotentHint: false }],
  ['put', 'write', { readOnlyHint: false, destructiveHint: true, idempotentHint: true }],
  ['delete', 'destructive', { readOnlyHint: false, destructiveHint: true, idempotentHint: true }],
  ['trace', 'destructive', { readOnlyHint: false, destructiveHint: true, idempotentHint: false }],
])('%s is %s, with cautious hints', (method, access, hints) => {
  const tool = compileOne({ summary: 'Does it' }, { method });
  expect(tool.access).toBe(access);
  expect(tool.annotations).toEqual({ title: 'Does it', ...hints, openWorldHint: true });
  expect(tool.attributes.method).toBe(method.toUpperCase());
  expect(bindingOf(tool).method).toBe(method.toUpperCase());
});

test('x-openai-isConsequential turns the hints, never the access', () => {
  const harmless = compileOne({ 'x-openai-isConsequential': false }, { method: 'post' });
  expect([harmless.annotations?.['destructiveHint'], harmless.access]).toEqual([false, 'write']);
  const grave = compileOne({ 'x-openai-isConsequential': true }, { method: 'get' });
  expect([grave.annotations?.['readOnlyHint'], grave.access]).toEqual([false, 'read']);
});

test.each<[string, JsonObject, string]>([
  ['summary and description', { summary: 'List', description: 'Lists all.' }, 'List\n\nLists all.'],
  ['a summary that the description repeats', { summary: 'List', description: 'List all.' }, 'List all.'],
  ['neither', {}, 'GET /things'],
  ['deprecation', { summary: 'List', deprecated: true }, 'Deprecated. List'],
  [
    'HTML',
    {
      description:
        '<p>A <b>bold</b> &amp; <a href="x">linked</a> word.</p><ul><li>one</li><li>two</li></ul><!-- no -->',
    },
    'A bold & linked word.\n\n- one\n- two',
  ],
  [
    'placeholders',
    { description: 'Use <user-id>, List<String>, a < b and b > a.' },
    'Use <user-id>, List<String>, a < b and b > a.',
  ],
  ['values that are no text', { summary: 7, description: ['x'] }, 'GET /things'],
])('the description comes from %s', (_from, operation, expected) => {
  expect(compileOne(operation).description).toBe(expected);
});

test('a long description is cut at the end of a sentence, or of a word', () => {
  const sentences = compileOne({ description: 'This is a sentence of some length. '.repeat(60) }).description;
  expect(sentences.length).toBeLessThanOrEqual(1000);
  expect(sentences).toMatch(/length\.$/);
  const words = compileOne({ description: 'word '.repeat(400) }).description;
  expect(words.length).toBeLessThanOrEqual(1000);
  expect(words).toMatch(/word…$/);
  expect(compileOne({ description: '😀'.repeat(2000) }).description.isWellFormed()).toBe(true);
});

test('the title is the summary in one line; without one there is none', () => {
  expect(compileOne({ summary: ' List\n all ' }).title).toBe('List all');
  expect(compileOne({ description: 'D' })).not.toHaveProperty('title');
});

test('tags are attributes, each once', () => {
  expect(compileOne({ tags: ['a', 'b', 'a', 7] }).attributes).toEqual({
    tags: ['a', 'b'],
    method: 'GET',
    path: '/things',
  });
  expect(compileOne({}).attributes).toEqual({ method: 'GET', path: '/things' });
});

const SCHEMES = {
  oauth: { type: 'oauth2', flows: {} },
  login: { $ref: '#/x-schemes/login' },
  key: { type: 'apiKey', in: 'header', name: 'X-Key' },
  basic: { type: 'http', scheme: 'Basic' },
  cert: { type: 'mutualTLS' },
  odd: { type: 'apiKey', in: 'body', name: 'x' },
};
const SECURED = {
  components: { securitySchemes: SCHEMES },
  'x-schemes': { login: { type: 'openIdConnect' } },
};

test('security is alternatives of conjunctions, and so are scopes', () => {
  const security = [
    { oauth: ['write', 'read'], key: [] },
    { login: ['openid'] },
    { basic: ['role'], cert: [], odd: [], lost: [] },
    {},
  ];
  const tool = compileOne({ security }, SECURED);
  expect(bindingOf(tool).security).toEqual([
    [
      { name: 'key', type: 'apiKey', in: 'header', parameter: 'X-Key' },
      { name: 'oauth', type: 'oauth2', scopes: ['read', 'write'] },
    ],
    [{ name: 'login', type: 'openIdConnect', scopes: ['openid'] }],
    [
      { name: 'basic', type: 'http', scheme: 'basic' },
      { name: 'cert', type: 'mutualTLS' },
      { name: 'lost', type: 'unknown' },
      { name: 'odd', type: 'unknown' },
    ],
    [],
  ]);
  expect(tool.scopes).toEqual([['read', 'write'], ['openid'], []]);
});

test("an operation's security replaces the document's, an empty list removes it", () => {
  const document = { ...SECURED, security: [{ oauth: ['read'] }] };
  expect(compileOne({}, document).scopes).toEqual([['read']]);
  expect(compileOne({ security: [{ key: [] }] }, document).scopes).toEqual([]);
  expect(bindingOf(compileOne({ security: [] }, document)).security).toEqual([]);
});

test('a malformed security requirement is a loss', () => {
  const contribution = compilePaths(
    { '/a': { get: { security: [7] } }, '/b': { get: { security: 'key' } } },
    SECURED,
  );
  expect(lossesOf(contribution)).toEqual(['unusable-security GET /a', 'unusable-security GET /b']);
  expect(contribution.tools).toHaveLength(2);
});

test.each<[string, Json, string | undefined]>([
  [
    'absolute',
    [{ url: 'https://api.example/v1' }, { url: 'https://other.example' }],
    'https://api.example/v1',
  ],
  [
    'with variables',
    [{ url: 'https://{r}.example/{v}', variables: { r: { default: 'eu' }, v: { default: 2 } } }],
    'https://eu.example/2',
  ],
  ['with a variable that has no default', [{ url: 'https://{r}.example' }], undefined],
  ['relative', [{ url: '/v1' }], undefined],
  ['not HTTP', [{ url: 'ftp://api.example' }], undefined],
  ['with credentials', [{ url: 'https://user:word@api.example' }], undefined],
  ['missing', [], undefined],
  ['malformed', 'https://api.example', undefined],
])('the server is the first one: %s', (_what, servers, expected) => {
  expect(bindingOf(compileOne({}, { servers })).server).toBe(expected);
});

const server = (name: string): Json => [{ url: `https://${name}.example` }];

test("the operation's server comes before the path's, and that before the document's", () => {
  const contribution = compilePaths(
    { '/a': { servers: server('path'), get: { servers: server('operation') }, post: {} }, '/b': { get: {} } },
    { servers: server('document') },
  );
  expect(contribution.tools.map((tool) => [tool.name, bindingOf(tool).server])).toEqual([
    ['get_a', 'https://operation.example'],
    ['get_b', 'https://document.example'],
    ['post_a', 'https://path.example'],
  ]);
});

test('accepts are the media types of the 2xx responses, JSON first', () => {
  const responses = {
    200: { content: { 'text/csv': {}, 'application/json;stream=watch': {}, 'application/json': {} } },
    '2XX': { content: { 'application/hal+json': {} } },
    404: { content: { 'application/problem+json': {} } },
    default: { content: { 'text/html': {} } },
  };
  expect(bindingOf(compileOne({ responses })).accepts).toEqual([
    'application/json',
    'application/json;stream=watch',
    'application/hal+json',
    'text/csv',
  ]);
});

test('binary forms of data are asked for only where there is nothing else', () => {
  const responses = {
    200: { content: { 'application/cbor': {}, 'application/vnd.kubernetes.protobuf': {} } },
  };
  expect(bindingOf(compileOne({ responses })).accepts).toHaveLength(2);
  const readable = { 200: { content: { ...responses[200].content, 'application/yaml': {} } } };
  expect(bindingOf(compileOne({ responses: readable })).accepts).toEqual(['application/yaml']);
});

/** The output schema of an operation whose 200 response is JSON of this schema. */
function outputOf(schema: Json, responses: JsonObject = {}): Json | undefined {
  return compileOne({ responses: { 200: { content: { 'application/json': { schema } } }, ...responses } })
    .outputSchema;
}

test('an object response has an output schema that demands nothing', () => {
  const schema = {
    type: 'object',
    required: ['id'],
    additionalProperties: false,
    minProperties: 1,
    properties: {
      id: { type: 'integer', minimum: 1, readOnly: true },
      secret: { type: 'string', writeOnly: true },
      state: { type: 'string', enum: ['a'], description: 'State.' },
      parts: {
        type: 'array',
        items: {
          oneOf: [
            { type: 'string', format: 'uuid' },
            { type: 'object', required: ['x'] },
          ],
        },
      },
    },
  };
  expect(outputOf(schema)).toEqual({
    type: 'object',
    properties: {
      id: { type: ['number', 'null'] },
      parts: {
        type: ['array', 'null'],
        items: { anyOf: [{ type: ['string', 'null'] }, { type: ['object', 'null'] }] },
      },
      state: { description: 'State.', type: ['string', 'null'] },
    },
  });
});

test.each<[string, Json, JsonObject?]>([
  ['an array', { type: 'array', items: {} }],
  ['a scalar', { type: 'string' }],
  ['a union', { oneOf: [{ type: 'object' }] }],
  ['no schema', {}],
  [
    'a large object',
    {
      type: 'object',
      properties: Object.fromEntries(
        Array.from({ length: 99 }, (_, index) => [
          `p${index}`,
          { type: 'string', description: 'Some words.' },
        ]),
      ),
    },
  ],
  ['an object, but 204 as well', { type: 'object', properties: {} }, { 204: {} }],
  [
    'an object, but text as well',
    { type: 'object', properties: {} },
    { 200: { content: { 'application/json': { schema: { type: 'object' } }, 'text/plain': {} } } },
  ],
])('there is no output schema for %s', (_what, schema, responses) => {
  expect(outputOf(schema, responses)).toBeUndefined();
});

test('a whole document: the tools as policy and clients see them', () => {
  const contribution = compileText(fixture('helpdesk.yaml'));
  const list = toolNamed(contribution, 'listTickets');
  expect(list).toMatchObject({
    description: 'List tickets\n\nLists the tickets of a team.',
    scopes: [['tickets:read'], []],
  });
  expect(bindingOf(list)).toMatchObject({
    server: 'https://eu.helpdesk.example/v1',
    accepts: ['application/json'],
    parameters: [
      { argument: 'X-Trace' },
      { argument: 'status', name: 'status[]' },
      { argument: 'filter', style: 'deepObject' },
    ],
  });
  expect(list.outputSchema).toMatchObject({ $defs: { Ticket: {} } });
  const create = toolNamed(contribution, 'tickets_create');
  expect(create.inputSchema).toMatchObject({
    required: ['subject'],
    properties: { parent: { $ref: '#/$defs/Ticket' } },
  });
  expect(create.inputSchema['properties']).not.toHaveProperty('id');
  expect(bindingOf(create).body?.mediaType).toBe('application/json; charset=utf-8');
  const remove = toolNamed(contribution, 'deleteTicket');
  expect(Object.keys(propertiesOf(remove))).toEqual(['id', 'notify', 'reason']);
  expect(remove.scopes).toEqual([]);
});
