import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Tool } from '../../src/catalog/tool.ts';
import type { CallOutcome } from '../../src/upstream/upstream.ts';
import { BEARER, binding, context, serve, tool, upstream, type Running } from './fixtures.ts';

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

let running: Running;
let answer: Answer = {};
beforeAll(async () => {
  running = await serve((_request, response) => {
    response.writeHead(answer.status ?? 200, answer.headers ?? {});
    response.end(answer.body);
  });
});
afterAll(() => running.close());

/** Calls happen in turn within this file, so one server answers them all. */
async function call(given: Answer, called: Tool = tool(binding())): Promise<CallOutcome> {
  answer = given;
  const source = upstream({ url: running.url });
  try {
    return await source.callTool(called, {}, context());
  } finally {
    await source.close();
  }
}

const json = { 'content-type': 'application/json; charset=utf-8' };
const withOutput = tool(binding(), { outputSchema: { type: 'object', properties: { result: {} } } });

describe('an answer that succeeds', () => {
  test('a JSON object is text, verbatim, and structured content', async () => {
    const body = '{ "id": 12345678901234567890, "name": "ü" }';
    const { result, status, code } = await call({ headers: json, body });
    expect({ status, code }).toEqual({ status: 'ok', code: 200 });
    expect(result['content']).toEqual([{ type: 'text', text: body }]);
    expect(result['structuredContent']).toMatchObject({ name: 'ü' });
  });

  test.for(['[1,2]', '"text"', '7', 'null', 'true'])(
    '%s is text, and structured only where the tool declares an output',
    async (body) => {
      const plain = await call({ headers: json, body });
      expect(plain.result).toEqual({ content: [{ type: 'text', text: body }] });
      const declared = await call({ headers: json, body }, withOutput);
      expect(declared.result['structuredContent']).toEqual({ result: JSON.parse(body) });
    },
  );

  test('a +json type is JSON, and an answer without a type is when it parses', async () => {
    for (const headers of [{ 'content-type': 'application/hal+json' }, {}]) {
      const { result } = await call({ headers, body: '{"a":1}' });
      expect(result['structuredContent']).toEqual({ a: 1 });
    }
  });

  test.for<[string, string | Buffer, unknown]>([
    ['application/json; charset=utf-16le', Buffer.from('{"a":"ü"}', 'utf16le'), { a: 'ü' }],
    ['application/json; charset=iso-8859-1', Buffer.from('{"a":"ü"}', 'latin1'), { a: 'ü' }],
    ['application/json', '\uFEFF{"a":1}', { a: 1 }],
    ['text/json', '{"a":1}', { a: 1 }],
    ['application/vnd.api+json; profile="x;y"', '{"a":1}', { a: 1 }],
  ])('%s is decoded and read', async ([type, body, expected]) => {
    const { result } = await call({ headers: { 'content-type': type }, body });
    expect(result['structuredContent']).toEqual(expected);
  });

  test('an empty JSON body is no JSON, and one of spaces neither', async () => {
    expect((await call({ headers: json, body: '' })).result['content']).toEqual([
      { type: 'text', text: '200 OK' },
    ]);
    expect((await call({ headers: json, body: ' \n' })).result).toEqual({
      content: [{ type: 'text', text: ' \n' }],
    });
  });

  test('JSON under another type stays what its type says', async () => {
    const html = await call({ headers: { 'content-type': 'text/html' }, body: '{"a":1}' });
    expect(html.result).toEqual({ content: [{ type: 'text', text: '{"a":1}' }] });
    const bytes = await call({ headers: { 'content-type': 'application/octet-stream' }, body: '{"a":1}' });
    expect(bytes.result['content']).toMatchObject([{ type: 'resource', resource: { blob: 'eyJhIjoxfQ==' } }]);
  });

  test('JSON that does not parse passes as text', async () => {
    const { result, status } = await call({ headers: json, body: '{"a":' });
    expect(status).toBe('ok');
    expect(result).toEqual({ content: [{ type: 'text', text: '{"a":' }] });
  });

  test.for([
    [204, '204 No Content'],
    [200, '200 OK'],
    [202, '202 Accepted'],
    [205, '205 Reset Content'],
  ] as const)('an empty %d says so', async ([status, text]) => {
    const { result, code } = await call({ status });
    expect(code).toBe(status);
    expect(result).toEqual({ content: [{ type: 'text', text }] });
    const declared = await call({ status }, withOutput);
    expect(declared.result['structuredContent']).toEqual({});
  });

  test('an empty 201 says where the new thing is', async () => {
    const { result } = await call({ status: 201, headers: { location: '/tickets/7' } });
    expect(result['content']).toEqual([{ type: 'text', text: '201 Created\nLocation: /tickets/7' }]);
  });

  test.for([
    'text/plain',
    'text/csv',
    'application/xml',
    'application/problem+xml',
    'image/svg+xml',
    'application/x-ndjson',
    'application/yaml',
  ])('%s is text, even if it looks like JSON', async (type) => {
    const { result } = await call({ headers: { 'content-type': type }, body: '{"a":1}' });
    expect(result).toEqual({ content: [{ type: 'text', text: '{"a":1}' }] });
  });

  test('text is decoded in the charset that its type names', async () => {
    const headers = { 'content-type': 'text/plain; charset="ISO-8859-1"' };
    const { result } = await call({ headers, body: Buffer.from([0x67, 0xfc, 0x6e]) });
    expect(result['content']).toEqual([{ type: 'text', text: 'gün' }]);
    const unknown = await call({ headers: { 'content-type': 'text/plain; charset=klingon' }, body: 'ü' });
    expect(unknown.result['content']).toEqual([{ type: 'text', text: 'ü' }]);
  });

  test.for([
    ['image/png', 'image'],
    ['audio/wav', 'audio'],
  ] as const)('%s is %s content in base64', async ([type, kind]) => {
    const body = Buffer.from([0, 1, 2, 255]);
    const { result } = await call({ headers: { 'content-type': type }, body });
    expect(result['content']).toEqual([{ type: kind, data: 'AAEC/w==', mimeType: type }]);
  });

  test('a tool that declares an output has structured content whatever came back', async () => {
    for (const type of ['text/plain', 'image/png', 'application/pdf', 'application/json']) {
      const { result } = await call({ headers: { 'content-type': type }, body: 'not JSON' }, withOutput);
      expect(result['structuredContent']).toEqual({});
    }
  });

  test('other binary is an embedded resource whose URI names no address', async () => {
    const { result } = await call({
      headers: { 'content-type': 'application/pdf' },
      body: Buffer.from([0, 1]),
    });
    expect(result['content']).toEqual([
      {
        type: 'resource',
        resource: { uri: 'bailiwick://helpdesk/operation', mimeType: 'application/pdf', blob: 'AAE=' },
      },
    ]);
  });

  test("the upstream's own id of the request is handed on for the record", async () => {
    expect((await call({ headers: { 'x-request-id': 'abc-1' } })).upstreamId).toBe('abc-1');
    expect((await call({ headers: { 'request-id': 'abc-2' } })).upstreamId).toBe('abc-2');
    expect(await call({})).not.toHaveProperty('upstreamId');
  });
});

describe('an answer that fails', () => {
  test.for([400, 403, 404, 409, 422, 429, 500, 503])(
    '%d is a tool error with status and body',
    async (status) => {
      const outcome = await call({ status, headers: json, body: '{"detail":"no"}' });
      expect(outcome).toMatchObject({ status: 'tool-error', code: status });
      const { result } = outcome;
      expect(result['isError']).toBe(true);
      expect(result['structuredContent']).toMatchObject({
        error: { code: 'UPSTREAM_ERROR', status, body: { detail: 'no' } },
      });
      const text = new RegExp(`^helpdesk answered ${status} [A-Z][^\\n]*\\n\\{"detail":"no"\\}$`);
      expect(result['content']).toEqual([{ type: 'text', text: expect.stringMatching(text) }]);
    },
  );

  test('problem details are the body of the error', async () => {
    const headers = { 'content-type': 'application/problem+json' };
    const { result } = await call({
      status: 422,
      headers,
      body: '{"title":"Bad","errors":[{"pointer":"/a"}]}',
    });
    expect(result['structuredContent']).toMatchObject({
      error: { status: 422, body: { title: 'Bad', errors: [{ pointer: '/a' }] } },
    });
  });

  test('a body that is text is text in the error too, and an absent one is absent', async () => {
    const text = await call({ status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad</h1>' });
    expect(text.result['structuredContent']).toEqual({
      error: {
        code: 'UPSTREAM_ERROR',
        message: 'helpdesk answered 502 Bad Gateway',
        status: 502,
        body: '<h1>Bad</h1>',
      },
    });
    const empty = await call({ status: 500 });
    expect(empty.result['structuredContent']).toEqual({
      error: { code: 'UPSTREAM_ERROR', message: 'helpdesk answered 500 Internal Server Error', status: 500 },
    });
  });

  test('an error finds room beside an output schema that uses its place', async () => {
    const outputSchema = { type: 'object', properties: { error: { type: 'string' } } };
    const { result } = await call({ status: 404 }, tool(binding(), { outputSchema }));
    expect(result).not.toHaveProperty('structuredContent');
    expect(result['_meta']).toMatchObject({ 'io.bailiwick/error': { code: 'UPSTREAM_ERROR', status: 404 } });
    expect(result['isError']).toBe(true);
  });

  test('a 401 says which credential could be configured, where none is', async () => {
    const { result } = await call({ status: 401 }, tool(binding({ security: [[BEARER]] })));
    expect(JSON.stringify(result)).toContain('sources.helpdesk.credentials.token');
    const open = await call({ status: 401 });
    expect(JSON.stringify(open.result)).not.toContain('credentials');
  });

  test('a redirect without a target, and a status without a name, are errors like others', async () => {
    expect(await call({ status: 304 })).toMatchObject({ status: 'tool-error', code: 304 });
    expect(await call({ status: 599 })).toMatchObject({ status: 'tool-error', code: 599 });
  });
});
