import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { compileOpenApi } from '../../src/compile/openapi/compile.ts';
import type { OpenApiOptions } from '../../src/compile/openapi/settings.ts';
import { BailiwickError } from '../../src/errors.ts';
import { createHttpUpstream } from '../../src/upstream/http/http-upstream.ts';
import { readMultipart } from '../http-upstream/form-decoder.ts';
import { validator } from './support.ts';

/*
 * From a document to the request: compiled by one folder, sent by another, which do not know each other.
 */

interface Sent {
  readonly url: string;
  readonly type: string | undefined;
  readonly body: string | null;
}

function compileContent(content: JsonObject, options: OpenApiOptions = {}): Tool {
  const paths = { '/a': { post: { requestBody: { required: true, content } } } };
  const text = JSON.stringify({ openapi: '3.1.0', info: { title: 'T', version: '1' }, paths });
  const [tool] = compileOpenApi({ source: 'api', file: 'api.json', text, options }).tools;
  if (tool === undefined) throw new Error('nothing was compiled');
  return tool;
}

function send(tool: Tool, args: JsonObject): Sent {
  const upstream = createHttpUpstream({
    source: 'api',
    contribution: () => ({
      source: 'api',
      tools: [],
      resources: [],
      templates: [],
      prompts: [],
      skipped: [],
      lossy: [],
      operations: 0,
    }),
    url: 'http://api.test',
    timeoutMs: 1000,
    maxResponseBytes: 1000,
  });
  const plan = upstream.plan(tool, args);
  if (!('url' in plan)) throw new Error('not the plan of an HTTP request');
  return { url: plan.url, type: plan.headers['content-type'], body: plan.body };
}

const FIELDS = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    tags: { type: 'array', items: { type: 'string' } },
    address: { type: 'object', properties: { city: { type: 'string' } } },
  },
};
const GIVEN = { address: { city: 'Köln' }, name: 'A & B', tags: ['x', 'y'] };
const FORM = 'application/x-www-form-urlencoded';

test.each<[string, JsonObject, OpenApiOptions, JsonObject, string]>([
  ['application/json', { schema: FIELDS }, {}, GIVEN, JSON.stringify(GIVEN)],
  ['application/apply-patch+yaml', { schema: FIELDS }, {}, GIVEN, JSON.stringify(GIVEN)],
  [
    FORM,
    { schema: FIELDS },
    {},
    GIVEN,
    'address=%7B%22city%22%3A%22K%C3%B6ln%22%7D&name=A%20%26%20B&tags=x&tags=y',
  ],
  [
    FORM,
    { schema: FIELDS, encoding: { tags: { style: 'deepObject' }, address: { style: 'deepObject' } } },
    {},
    GIVEN,
    'address%5Bcity%5D=K%C3%B6ln&name=A%20%26%20B&tags%5B0%5D=x&tags%5B1%5D=y',
  ],
  [
    FORM,
    { schema: FIELDS },
    { forms: 'dots' },
    GIVEN,
    'address.city=K%C3%B6ln&name=A%20%26%20B&tags.0=x&tags.1=y',
  ],
  [
    FORM,
    { schema: { type: 'object', additionalProperties: true } },
    {},
    { body: { b: 1, a: [2] } },
    'b=1&a=2',
  ],
  ['text/csv', { schema: { type: 'string' } }, {}, { body: 'a,b\r\n1,2' }, 'a,b\r\n1,2'],
  ['application/xml', { schema: FIELDS }, {}, { body: '<a/>' }, '<a/>'],
  ['application/x-ndjson', {}, {}, { body: '{}\n{}\n' }, '{}\n{}\n'],
  ['image/png', {}, {}, { body: { data: 'iVBORw0K' } }, 'data:;base64,iVBORw0K'],
  ['image/jpeg', { schema: { type: 'string', format: 'byte' } }, {}, { body: '/9j/' }, '/9j/'],
])('%s with %j and %j', (mediaType, content, options, args, body) => {
  const tool = compileContent({ [mediaType]: content }, options);
  expect(validator(tool.validationSchema)(args)).toBe(true);
  expect(send(tool, args)).toEqual({ url: 'http://api.test/a', type: mediaType, body });
});

test('parts in the order of their names, files last', () => {
  const properties = { ...FIELDS.properties, logo: { contentMediaType: 'image/png' } };
  const tool = compileContent({ 'multipart/form-data': { schema: { type: 'object', properties } } });
  const args = { ...GIVEN, logo: { text: 'PNG', filename: 'l.png' } };
  expect(validator(tool.validationSchema)(args)).toBe(true);
  const { type, body } = send(tool, args);
  const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(type ?? '')?.[1] ?? '';
  expect(body?.split(`--${boundary}`).map((part) => part.trim())).toEqual([
    '',
    'Content-Disposition: form-data; name="address"\r\nContent-Type: application/json\r\n\r\n{"city":"Köln"}',
    'Content-Disposition: form-data; name="name"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nA & B',
    'Content-Disposition: form-data; name="tags"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nx',
    'Content-Disposition: form-data; name="tags"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\ny',
    'Content-Disposition: form-data; name="logo"; filename="l.png"\r\nContent-Type: image/png\r\n\r\nPNG',
    '--',
  ]);
});

function expectPlainHeaders({ body, type }: Sent): void {
  const base64 = /^data:;base64,(.*)$/s.exec(body ?? '')?.[1];
  const bytes = base64 === undefined ? Buffer.from(body ?? '') : Buffer.from(base64, 'base64');
  for (const { headers } of readMultipart(bytes, type ?? '')) {
    const names = Object.keys(headers).filter(
      (name) => name !== 'content-disposition' && name !== 'content-type',
    );
    expect(names).toEqual([]);
  }
}

test('whatever a document declares and a caller gives, the request is made or the arguments are refused', () => {
  const word = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('__proto__', 'a[b]', 'a.b', '\r\nX-Evil: 1', ''),
  );
  const schema = fc.constantFrom<Json>(
    {},
    FIELDS,
    { type: 'string' },
    { type: 'array', items: {} },
    { type: 'string', format: 'binary' },
    { type: 'object', additionalProperties: { format: 'binary' } },
    { oneOf: [FIELDS, { type: 'object', properties: { name: {} } }] },
  );
  const encoding = fc.dictionary(
    fc.constantFrom('name', 'tags', 'address', 'other'),
    fc.record(
      {
        style: fc.constantFrom('form', 'deepObject', 'spaceDelimited', 'pipeDelimited', 'odd'),
        explode: fc.boolean(),
        contentType: fc.constantFrom('application/json', 'image/*', 'text/xml', 'a\r\nb', ','),
      },
      { requiredKeys: [] },
    ),
  );
  const mediaType = fc.constantFrom(
    FORM,
    'multipart/form-data',
    'multipart/mixed',
    'image/*',
    '*/*',
    'text/plain',
    'text/xml',
  );
  const value = fc.oneof(
    fc.jsonValue({ stringUnit: 'binary' }),
    fc.record({ data: word, text: word, filename: word, mimeType: word }, { requiredKeys: [] }),
  );
  const args = fc.dictionary(
    fc.oneof(fc.constantFrom('name', 'tags', 'address', 'body', 'file'), word),
    value,
  );
  const forms = fc.constantFrom('standard', 'brackets', 'php', 'dots');
  let made = 0;
  fc.assert(
    fc.property(fc.tuple(mediaType, schema, encoding), forms, args, ([type, each, rules], profile, given) => {
      const content = { [type]: { schema: each, encoding: rules as JsonObject } };
      const tool = compileContent(content, { forms: profile as 'php' });
      try {
        const sent = send(tool, JSON.parse(JSON.stringify(given)) as JsonObject);
        expect(sent.url).toBe('http://api.test/a');
        expect(sent.type ?? '').not.toMatch(/[\r\n*]/);
        if (sent.type?.startsWith('multipart/') === true) expectPlainHeaders(sent);
        made += 1;
      } catch (error) {
        if (!(error instanceof BailiwickError && error.code === 'INVALID_ARGUMENTS')) throw error;
      }
    }),
    { numRuns: 300 },
  );
  expect(made).toBeGreaterThan(30);
});
