import { expect, test } from 'vitest';
import type { Contribution } from '../../src/catalog/entries.ts';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import { compileOpenApi } from '../../src/compile/openapi/compile.ts';
import { OpenApiSettings, type OperationRule } from '../../src/compile/openapi/settings.ts';
import { bindingOf, lossesOf, propertiesOf, skipsOf, toolNamed } from './support.ts';

const SEARCH = {
  operationId: 'tickets/search',
  tags: ['tickets', 'search'],
  parameters: [
    { name: 'limit', in: 'query', schema: { type: 'integer', maximum: 100 }, required: true },
    { name: 'X-Tenant', in: 'header', schema: { type: 'string' } },
    { name: 'sid', in: 'cookie', schema: { type: 'string' } },
  ],
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          required: ['term', 'mode'],
          properties: { term: { type: 'string' }, mode: { enum: ['fast', 'deep'] } },
        },
      },
      'application/x-www-form-urlencoded': {
        schema: { type: 'object', properties: { term: { type: 'string' } } },
      },
    },
  },
  responses: { 200: { description: '', content: { 'application/json': { schema: { type: 'array' } } } } },
};
const LIST = { operationId: 'listUsers', tags: ['users'] };
const ADMIN = { operationId: 'purge' };

function compile(rules: readonly OperationRule[], extension?: Json): Contribution {
  const search: JsonObject = extension === undefined ? SEARCH : { ...SEARCH, 'x-bailiwick': extension };
  const paths = {
    '/tickets/search': { post: search },
    '/users': { get: LIST },
    '/admin/users/{id}': { delete: { ...ADMIN, parameters: [{ name: 'id', in: 'path', required: true }] } },
  };
  const text = JSON.stringify({ openapi: '3.1.0', info: { title: 'T', version: '1' }, paths });
  return compileOpenApi({ source: 'api', file: 'api.json', text, options: { rules: [...rules] } });
}

function searchTool(contribution: Contribution, name = 'tickets_search') {
  return toolNamed(contribution, name);
}

test('a rule changes what its keys name, and nothing else', () => {
  const set = {
    name: 'search',
    description: 'Finds tickets.',
    access: 'read',
    tags: ['reading'],
    hints: ['find'],
    scopes: [['tickets:read']],
  } as const;
  const { tools } = compile([{ match: { path: '/tickets/search' }, set: structuredClone(set) as never }]);
  const tool = tools.find((one) => one.name === 'search');
  expect(tool).toMatchObject({
    description: 'Finds tickets.',
    access: 'read',
    hints: ['find'],
    scopes: [['tickets:read']],
    attributes: { tags: ['reading'], method: 'POST', path: '/tickets/search' },
    annotations: { readOnlyHint: true, destructiveHint: false },
  });
  expect(tools.map((one) => one.name).toSorted()).toEqual(['listUsers', 'purge', 'search']);
});

test.for<[OperationRule['match'], string[]]>([
  [{}, ['listUsers', 'purge', 'tickets/search']],
  [{ operationId: 'tickets/*' }, ['tickets/search']],
  [{ operationId: ['purge', 'listU*'] }, ['listUsers', 'purge']],
  [{ method: 'delete' }, ['purge']],
  [{ method: ['GET', 'POST'] }, ['listUsers', 'tickets/search']],
  [{ path: '/admin/**' }, ['purge']],
  [{ path: '/admin/*' }, []],
  [{ path: '/*' }, ['listUsers']],
  [{ path: '/**/{id}' }, ['purge']],
  [{ tag: 'sea*' }, ['tickets/search']],
  [{ tag: ['users', 'tickets'], method: 'GET' }, ['listUsers']],
])('%j matches %j', ([match, ids]) => {
  const { skipped, warnings = [] } = compile([{ match, set: { hidden: true } }]);
  const labels: Record<string, string> = {
    listUsers: 'hidden GET /users',
    purge: 'hidden DELETE /admin/users/{id}',
    'tickets/search': 'hidden POST /tickets/search',
  };
  expect(skipped.map((skip) => `${skip.reason} ${skip.operation}`).toSorted()).toEqual(
    ids.map((id) => String(labels[id])).toSorted(),
  );
  expect(warnings).toEqual(ids.length === 0 ? ['rules[0] matches no operation of the document'] : []);
});

test('a hidden operation is counted and named as skipped', () => {
  const contribution = compile([{ match: { method: 'DELETE' }, set: { hidden: true } }]);
  expect(contribution.operations).toBe(3);
  expect(skipsOf(contribution)).toEqual(['hidden DELETE /admin/users/{id}']);
});

test('of the rules that match the first counts, and it goes key by key before the extension', () => {
  const contribution = compile(
    [
      { match: { tag: 'search' }, set: { description: 'of the rule' } },
      { match: {}, set: { description: 'of the second rule', access: 'destructive' } },
    ],
    { description: 'of the document', access: 'read', hints: ['own'] },
  );
  expect(searchTool(contribution)).toMatchObject({
    description: 'of the rule',
    access: 'read',
    hints: ['own'],
  });
  expect(toolNamed(contribution, 'listUsers').access).toBe('destructive');
});

test.for<[Json, string]>([
  [7, '#/paths/~1tickets~1search/post/x-bailiwick is not an object'],
  [{ nmae: 'x' }, '#/paths/~1tickets~1search/post/x-bailiwick/nmae: there is no key "nmae"'],
  [{ name: 'has space' }, '/x-bailiwick/name: must be 1 to 64 letters, digits, `_` or `-`'],
  [{ select: '[[' }, '/x-bailiwick/select: is no JMESPath: '],
  [{ tags: ['a', 7] }, '/x-bailiwick/tags: [1]: '],
  [{ hidden: 'yes' }, '/x-bailiwick/hidden: '],
  [{ scopes: 'a' }, '/x-bailiwick/scopes: '],
  [JSON.parse('{"__proto__": {"hidden": true}}'), '/x-bailiwick/__proto__: there is no key'],
])('a malformed extension %j is a loss with its place, and the rest of it counts', ([extension, detail]) => {
  const given =
    typeof extension === 'object' ? { ...(extension as JsonObject), description: 'kept' } : extension;
  const contribution = compile([], given);
  expect(lossesOf(contribution)).toEqual(['unusable-extension POST /tickets/search']);
  expect(contribution.lossy[0]?.detail).toContain(detail);
  if (typeof extension === 'object') expect(searchTool(contribution).description).toBe('kept');
});

test('two operations with the same explicit name: the first by label has it, the other keeps its own', () => {
  const contribution = compile([{ match: { path: '/**users**' }, set: { name: 'users' } }]);
  expect(contribution.tools.map((tool) => [tool.name, tool.attributes.method])).toEqual([
    ['listUsers', 'GET'],
    ['tickets_search', 'POST'],
    ['users', 'DELETE'],
  ]);
  expect(lossesOf(contribution)).toEqual(['name-taken GET /users']);
});

test('an explicit name goes before a name that another operation would have by its id', () => {
  const { tools } = compile([{ match: { method: 'DELETE' }, set: { name: 'listUsers' } }]);
  const nameOf = (method: string) => tools.find((tool) => tool.attributes.method === method)?.name;
  expect(nameOf('DELETE')).toBe('listUsers');
  expect(nameOf('GET')).toMatch(/^listUsers_[0-9a-f]{6}$/);
});

test("a pinned argument is nobody's to set, wherever it goes", () => {
  const pin = { limit: 20, 'X-Tenant': 'acme', sid: 'x', mode: 'deep' };
  const tool = searchTool(compile([{ match: { tag: 'search' }, set: { pin } }]));
  expect(Object.keys(propertiesOf(tool)).toSorted()).toEqual(['select', 'term']);
  expect(tool.inputSchema['required']).toEqual(['term']);
  expect(tool.inputSchema['additionalProperties']).toBe(false);
  expect(bindingOf(tool).pinned).toEqual(pin);
});

test('a value that names no argument, or that its schema does not allow, is a loss, and opens no pinned argument', () => {
  const pin = { limit: 'many', color: 'red', mode: 'deep' };
  const contribution = compile([{ match: { tag: 'search' }, set: { pin, defaults: { sid: 500 } } }]);
  expect(bindingOf(searchTool(contribution)).pinned).toEqual({ limit: 'many', mode: 'deep' });
  expect(propertiesOf(searchTool(contribution))).not.toHaveProperty('limit');
  expect(bindingOf(searchTool(contribution)).defaults).toBeUndefined();
  expect(contribution.lossy.map((loss) => loss.detail)).toEqual([
    'defaults.sid: /value must be string',
    'pin.color: there is no such argument',
    'pin.limit: /value must be integer',
  ]);
});

function pinning(schema: object): object {
  return {
    parameters: [{ name: 'dryRun', in: 'query', schema }],
    'x-bailiwick': { pin: { dryRun: 'All' } },
  };
}

test('a single value stands for the list of it, so that one pin fits an argument that is a list in some operations', () => {
  const paths = {
    '/a': { post: pinning({ type: 'string' }) },
    '/b': { delete: pinning({ type: 'array', items: { type: 'string' } }) },
    '/c': { put: pinning({ type: 'array', items: { type: 'integer' } }) },
  };
  const text = JSON.stringify({ openapi: '3.1.0', info: {}, paths });
  const { tools, lossy } = compileOpenApi({ source: 'api', file: 'api.json', text });
  expect(Object.fromEntries(tools.map((tool) => [tool.attributes.method, bindingOf(tool).pinned]))).toEqual({
    POST: { dryRun: 'All' },
    DELETE: { dryRun: ['All'] },
    PUT: { dryRun: 'All' },
  });
  expect(lossy.map(({ detail }) => detail)).toEqual(['pin.dryRun: /value must be array']);
});

test('a default is shown in the schema and takes the obligation away', () => {
  const tool = searchTool(compile([{ match: { tag: 'search' }, set: { defaults: { limit: 20 } } }]));
  expect(propertiesOf(tool)['limit']).toMatchObject({ type: 'integer', default: 20 });
  expect(tool.inputSchema['required']).toEqual(['mode', 'term']);
  expect(bindingOf(tool).defaults).toEqual({ limit: 20 });
});

test('what the pinned property of an optional body requires becomes required', () => {
  const requestBody = { ...SEARCH.requestBody, required: false };
  const paths = { '/s': { post: { requestBody, 'x-bailiwick': { pin: { mode: 'fast' } } } } };
  const text = JSON.stringify({ openapi: '3.1.0', info: {}, paths });
  const [tool] = compileOpenApi({ source: 'api', file: 'api.json', text }).tools;
  expect(tool?.inputSchema['required']).toEqual(['term']);
  expect(tool?.inputSchema).not.toHaveProperty('dependentRequired');
});

test('the media type of the body can be chosen, of those that are declared', () => {
  const form = 'application/x-www-form-urlencoded';
  const chosen = compile([{ match: { tag: 'search' }, set: { mediaType: form } }]);
  expect(bindingOf(searchTool(chosen)).body?.mediaType).toBe(form);
  const unknown = compile([{ match: { tag: 'search' }, set: { mediaType: 'text/csv' } }]);
  expect(bindingOf(searchTool(unknown)).body?.mediaType).toBe('application/json');
  expect(lossesOf(unknown)).toEqual(['unknown-media-type POST /tickets/search']);
});

test('a projection that does not parse is refused with the configuration', () => {
  const settings = { openapi: 'a.yaml', rules: [{ match: {}, set: { select: 'items[' } }] };
  const { error } = OpenApiSettings.safeParse(settings);
  expect(error?.issues[0]).toMatchObject({ path: ['rules', 0, 'set', 'select'] });
  expect(error?.issues[0]?.message).toContain('is no JMESPath: Syntax error');
});

function query(name: string): JsonObject {
  return { name, in: 'query', schema: { type: 'string' } };
}

test('a tool whose answer is JSON takes `select`, under another key where the operation has that one', () => {
  const responses = SEARCH.responses;
  const keysOf = (parameters: Json, options: JsonObject = {}) => {
    const paths = { '/s': { get: { operationId: 'get', parameters, responses } } };
    const text = JSON.stringify({ openapi: '3.1.0', info: {}, paths });
    const [tool] = compileOpenApi({ source: 'api', file: 'api.json', text, options }).tools;
    if (tool === undefined) throw new Error('no tool');
    return [
      Object.keys(propertiesOf(tool)),
      bindingOf(tool).result?.selectArgument,
      bindingOf(tool).parameters.length,
    ];
  };
  expect(keysOf([])).toEqual([['select'], 'select', 0]);
  expect(keysOf([query('select')])).toEqual([['select', 'select_result'], 'select_result', 1]);
  expect(keysOf([query('select'), query('select_result')])[1]).toBeUndefined();
  expect(keysOf([], { select: false })).toEqual([[], undefined, 0]);
});
