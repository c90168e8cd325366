import { expect, test } from 'vitest';
import type { BodyBinding } from '../../src/catalog/binding.ts';
import { binding, faultOf, parameter, planOf, tool, upstream, wholeJsonBody } from './fixtures.ts';

function fields(required: boolean, mediaType = 'application/json'): BodyBinding {
  const properties = [
    { argument: 'title', name: 'title' },
    { argument: 'id_body', name: 'id' },
    { argument: '__proto__', name: '__proto__' },
  ];
  return {
    mediaType,
    format: mediaType === 'text/plain' ? 'text' : 'json',
    shape: { kind: 'properties', required, properties },
  };
}

test('a plan shows method, URL, headers and body', () => {
  const http = binding({
    method: 'POST',
    path: '/tickets/{id}/notes',
    parameters: [
      parameter('path', 'id'),
      parameter('query', 'notify'),
      parameter('header', 'X-Trace', { argument: 'trace' }),
    ],
    body: wholeJsonBody(),
  });
  const plan = upstream({ url: 'https://api.test/v1/' }).plan(tool(http), {
    id: 7,
    notify: false,
    trace: 'abc',
    body: { text: 'hello' },
  });
  expect(plan).toEqual({
    method: 'POST',
    url: 'https://api.test/v1/tickets/7/notes?notify=false',
    headers: {
      accept: 'application/json',
      'accept-encoding': 'gzip, br',
      'user-agent': 'bailiwick',
      'content-type': 'application/json',
      'x-trace': 'abc',
    },
    body: '{"text":"hello"}',
  });
});

test('empty, zero and false are sent, absent and null parameters are not', () => {
  const names = ['zero', 'no', 'empty', 'absent', 'nothing'];
  const http = binding({ parameters: names.map((name) => parameter('query', name)) });
  const { target } = planOf(http, { zero: 0, no: false, empty: '', nothing: null });
  expect(target).toBe('/things?zero=0&no=false&empty=');
});

test('an argument is taken from the call only, never from what every object inherits', () => {
  const http = binding({
    parameters: ['constructor', 'toString', '__proto__'].map((name) => parameter('query', name)),
  });
  expect(planOf(http, {}).target).toBe('/things');
});

test('the query of the path template comes first and decides what it decides', () => {
  const http = binding({
    path: '/',
    fixedQuery: [
      ['Action', 'List All'],
      ['acl', ''],
    ],
    parameters: [parameter('query', 'n')],
  });
  expect(planOf(http, { n: 1 }).target).toBe('/?Action=List%20All&acl=&n=1');
});

test('a body made from properties holds the given ones under their own names, null and false included', () => {
  const http = binding({ method: 'PATCH', body: fields(false) });
  expect(planOf(http, { title: null, id_body: false }).body).toBe('{"title":null,"id":false}');
  const args = JSON.parse('{"__proto__":{"admin":true}}');
  expect(planOf(http, args).body).toBe('{"__proto__":{"admin":true}}');
});

test('an optional body without an argument is not sent, a required one is sent empty', () => {
  const optional = planOf(binding({ method: 'POST', body: fields(false) }), {});
  expect(optional.body).toBeNull();
  expect(optional.headers).not.toHaveProperty('content-type');
  expect(planOf(binding({ method: 'POST', body: fields(true) }), {}).body).toBe('{}');
});

test('a whole body may be any JSON value, and is absent only when its argument is', () => {
  const http = binding({
    method: 'PUT',
    body: {
      mediaType: 'application/merge-patch+json',
      format: 'json',
      shape: { kind: 'whole', argument: 'body' },
    },
  });
  for (const value of [null, false, 0, '', [], {}, 'text', [1, { a: null }]]) {
    const plan = planOf(http, { body: value });
    expect(plan.body).toBe(JSON.stringify(value));
    expect(plan.headers['content-type']).toBe('application/merge-patch+json');
  }
  expect(planOf(http, {}).body).toBeNull();
});

test('DELETE and GET carry a body where the document gives them one', () => {
  for (const method of ['DELETE', 'GET']) {
    expect(planOf(binding({ method, body: wholeJsonBody() }), { body: { dryRun: true } }).body).toBe(
      '{"dryRun":true}',
    );
  }
});

test('text is sent as it is', () => {
  const text: BodyBinding = {
    mediaType: 'text/plain',
    format: 'text',
    shape: { kind: 'whole', argument: 'body' },
  };
  expect(planOf(binding({ method: 'POST', body: text }), { body: 'a\r\nb' }).body).toBe('a\r\nb');
});

test('what the operation answers is what is accepted', () => {
  expect(planOf(binding({ accepts: ['application/json', 'text/csv'] }), {}).headers['accept']).toBe(
    'application/json, text/csv',
  );
  expect(planOf(binding({ accepts: [] }), {}).headers['accept']).toBe('*/*');
});

test("the configured URL wins over the document's server, path included", () => {
  const http = binding({ server: 'https://document.test/v9' });
  expect(planOf(http, {}, { url: 'http://pinned.test/api' }).url).toBe('http://pinned.test/api/things');
  expect(planOf(http, {}, { url: undefined }).url).toBe('https://document.test/v9/things');
});

test.for([
  undefined,
  '/v1',
  '//host',
  'ftp://host',
  'https://user:pw@host',
  'https://host/?a=1',
  '{scheme}://host',
])('a document whose server is %s needs a configured URL, and the error says which key', async (server) => {
  const http = server === undefined ? binding() : binding({ server });
  const fault = await faultOf(() => planOf(http, {}, { url: undefined }));
  expect(fault.code).toBe('CONFIGURATION');
  expect(fault.message).toContain('sources.helpdesk.url');
  expect(fault.message).toContain('GET /things');
});

test('a path variable that no parameter fills is reported as a fault of the document', async () => {
  const fault = await faultOf(() => planOf(binding({ path: '/x/{id}' }), { id: 1 }));
  expect(fault.code).toBe('CONFIGURATION');
  expect(fault.message).toContain('{id}');
});

test('literal text of a path is encoded where a URL needs it, and nowhere else', () => {
  const http = binding({ path: '/a b/ü/%2F/x:y/{path/+}', parameters: [parameter('path', 'path/+')] });
  expect(planOf(http, { 'path/+': 'z' }).target).toBe('/a%20b/%C3%BC/%2F/x:y/z');
});

test('a name or media type of the document that would break the message is refused', async () => {
  const http = binding({ accepts: ['application/json\r\nX-Evil: 1'] });
  expect((await faultOf(() => planOf(http, {}))).code).toBe('CONFIGURATION');
  const named = binding({ parameters: [parameter('header', 'X Evil')] });
  expect((await faultOf(() => planOf(named, { 'X Evil': '1' }))).code).toBe('CONFIGURATION');
});

test('an HTTP source has no resources and no prompts', async () => {
  const source = upstream({ url: 'http://api.test' });
  const none = { signal: new AbortController().signal };
  const ask = (
    method: 'resources/read' | 'prompts/get' | 'completion/complete',
    params: Record<string, string>,
  ) => faultOf(() => source.request(method, params, none)).then((fault) => fault.code);
  expect(await ask('resources/read', { uri: 'file:///x' })).toBe('UNKNOWN_RESOURCE');
  expect(await ask('prompts/get', { name: 'x' })).toBe('UNKNOWN_PROMPT');
  expect(await ask('completion/complete', {})).toBe('UNKNOWN_PROMPT');
});
