import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HttpBinding, Pagination } from '../../src/catalog/binding.ts';
import type { Json, JsonObject, JsonSchema } from '../../src/catalog/json.ts';
import type { Access, Tool } from '../../src/catalog/tool.ts';
import { nextOfLinks } from '../../src/upstream/http/link-header.ts';
import { shapeResult } from '../../src/gateway/shape-result.ts';
import { binding, context, parameter, serve, tool, upstream, type Running } from './fixtures.ts';

const NEXT = 'io.bailiwick/next';

let running: Running;
let answer: { headers?: Record<string, string | string[]>; body: string } = { body: '[]' };
beforeAll(async () => {
  running = await serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...answer.headers });
    response.end(answer.body);
  });
});
afterAll(() => running.close());

const QUERY: HttpBinding = binding({
  path: '/repos/{owner}/issues',
  parameters: [
    parameter('path', 'owner'),
    ...['page', 'per_page', 'cursor', 'state', 'labels'].map((name) => parameter('query', name)),
  ],
});
const COUNT = { type: 'integer' };
const SCHEMA: JsonSchema = {
  type: 'object',
  properties: { page: COUNT, per_page: COUNT, cursor: { type: 'string' }, offset: COUNT },
};

interface Call {
  readonly args?: JsonObject;
  readonly body?: Json;
  readonly headers?: Record<string, string | string[]>;
  readonly pagination?: Pagination;
  readonly more?: Partial<HttpBinding>;
  readonly access?: Access;
  readonly url?: string;
}

async function resultOf({
  args,
  body = [{}],
  headers = {},
  pagination,
  more,
  access,
  url = '',
}: Call): Promise<JsonObject> {
  answer = { headers, body: JSON.stringify(body) };
  const result = pagination === undefined ? {} : { result: { pagination } };
  const called: Tool = {
    ...tool({ ...QUERY, ...result, ...more }, access === undefined ? {} : { access }),
    validationSchema: SCHEMA,
  };
  const source = upstream({ url: `${running.url}${url}` });
  try {
    return (await source.callTool(called, { owner: 'o', ...args }, context())).result;
  } finally {
    await source.close();
  }
}

/** The next call's arguments, which `_meta` and the last block of text agree on. */
async function nextOf(call: Call): Promise<Json | undefined> {
  const { _meta: meta, content } = await resultOf(call);
  const next = (meta as Record<string, { arguments: JsonObject }> | undefined)?.[NEXT]?.arguments;
  const last = (content as { text: string }[]).at(-1)?.text;
  if (next === undefined) expect(last).not.toMatch(/^More: /);
  else expect(last).toBe(`More: call again with ${JSON.stringify(next)}`);
  return next;
}

const CURSOR: Pagination = { kind: 'cursor', argument: 'cursor', pointer: '/meta/next' };
const PAGE: Pagination = {
  kind: 'page',
  argument: 'page',
  first: 1,
  items: '/items',
  sizeArgument: 'per_page',
};
const OFFSET: Pagination = { kind: 'offset', argument: 'offset', items: '/items', sizeArgument: 'per_page' };
const LAST: Pagination = { kind: 'last-item', argument: 'cursor', items: '/items', member: 'id' };
const TWO = { items: [{ id: 'a' }, { id: 'b' }] };

describe('the next call', () => {
  test.for<[string, Call, JsonObject | undefined]>([
    [
      'a cursor',
      { pagination: CURSOR, body: { meta: { next: 'abc' } }, args: { state: 'open' } },
      { state: 'open', cursor: 'abc' },
    ],
    [
      'a cursor that is a number',
      { pagination: { ...CURSOR, argument: 'page' }, body: { meta: { next: '7' } } },
      { page: 7 },
    ],
    ['an empty cursor', { pagination: CURSOR, body: { meta: { next: '' } } }, undefined],
    ['a cursor that is null', { pagination: CURSOR, body: { meta: { next: null } } }, undefined],
    [
      'the same cursor again',
      { pagination: CURSOR, body: { meta: { next: 'abc' } }, args: { cursor: 'abc' } },
      undefined,
    ],
    [
      'a cursor beside has_more: false',
      { pagination: CURSOR, body: { meta: { next: 'abc' }, has_more: false } },
      undefined,
    ],
    [
      'a cursor that is far too long',
      { pagination: CURSOR, body: { meta: { next: 'x'.repeat(5000) } } },
      undefined,
    ],
    ['a cursor where an object is', { pagination: CURSOR, body: { meta: { next: { a: 1 } } } }, undefined],
    ['an answer of another form', { pagination: CURSOR, body: 'text' }, undefined],
    ['the last item', { pagination: LAST, body: { ...TWO, has_more: true } }, { cursor: 'b' }],
    ['the last item of the last page', { pagination: LAST, body: { ...TWO, has_more: false } }, undefined],
    ['a full page', { pagination: PAGE, body: TWO, args: { per_page: 2 } }, { per_page: 2, page: 2 }],
    [
      'a full third page',
      { pagination: PAGE, body: TWO, args: { per_page: 2, page: 3 } },
      { per_page: 2, page: 4 },
    ],
    ['a page that is not full', { pagination: PAGE, body: TWO, args: { per_page: 3 } }, undefined],
    ['an empty page', { pagination: PAGE, body: { items: [], has_more: true } }, undefined],
    ['a page of unknown size', { pagination: PAGE, body: TWO }, undefined],
    ['a page of several', { pagination: PAGE, body: { ...TWO, total_pages: 2 } }, { page: 2 }],
    [
      'the last page of several',
      { pagination: PAGE, body: { ...TWO, total_pages: 2 }, args: { page: 2 } },
      undefined,
    ],
    [
      'a full last page by its total',
      { pagination: PAGE, body: { ...TWO, meta: { total: 4 } }, args: { page: 2, per_page: 2 } },
      undefined,
    ],
    ['items counted', { pagination: OFFSET, body: { ...TWO, total: 9 } }, { offset: 2 }],
    [
      'items counted on',
      { pagination: OFFSET, body: { ...TWO, total: 9 }, args: { offset: 6 } },
      { offset: 8 },
    ],
    ['all items counted', { pagination: OFFSET, body: { ...TWO, total: 9 }, args: { offset: 7 } }, undefined],
    [
      'an empty place for a next URL',
      { pagination: PAGE, body: { ...TWO, next: null }, args: { per_page: 2 } },
      undefined,
    ],
  ])('%s', async ([, call, expected]) => {
    const next = await nextOf(call);
    expect(next).toEqual(expected && { owner: 'o', ...expected });
  });

  test.for<[string, Call, JsonObject | undefined]>([
    ['<?page=2>; rel="next"', {}, { page: 2 }],
    [
      '<https://elsewhere.test/repos/o/issues?page=2&per_page=5>; rel=next',
      { args: { per_page: 5 } },
      { per_page: 5, page: 2 },
    ],
    [
      '<https://api.test/repositories/17/issues?page=2>; rel="next last", <?page=1>; rel="first"',
      {},
      { page: 2 },
    ],
    ['</repos/o/pulls?page=2>; rel="next"', {}, undefined],
    ['<?page=2&trace=1>; rel="next"', {}, undefined],
    ['<?labels=a&labels=b>; rel="next"', {}, undefined],
    [
      '<?page=1>; rel="prev", <?page=1>; rel="first"',
      { pagination: PAGE, body: TWO, args: { per_page: 2 } },
      undefined,
    ],
    ['<?page=2>; rel="next"', { args: { page: 2 } }, undefined],
    ['<?page=2>; rel="next"', { more: { pinned: { page: 1 } } }, undefined],
    ['<?page=2>; rel="next"', { more: { defaults: { page: 1 } } }, { page: 2 }],
    ['<?page=2>; rel="next"', { access: 'write' }, undefined],
    ['<?page=2>; rel="next"; anchor="/other"', {}, undefined],
    ['<:::>; rel="next"', {}, undefined],
  ])('by the header %s %j', async ([link, call, expected]) => {
    const next = await nextOf({ ...call, headers: { link } });
    expect(next).toEqual(expected && { owner: 'o', ...expected });
  });

  test('a header in several lines is one list', async () => {
    const link = ['<?page=1>; rel="prev"', '<?page=3>; rel="next"'];
    expect(await nextOf({ headers: { link }, args: { page: 2 } })).toEqual({ owner: 'o', page: 3 });
  });

  test.for<[Json]>([
    [{ next: '/repos/o/issues?cursor=abc' }],
    [{ links: { next: 'https://api.test/repos/o/issues?cursor=abc' } }],
    [{ _links: { next: { href: '?cursor=abc' } } }],
    [{ '@odata.nextLink': 'https://api.test/repos/o/issues?cursor=abc' }],
    [{ paging: { next_url: '?cursor=abc' } }],
  ])('by a URL in the answer: %j', async ([body]) => {
    expect(await nextOf({ body })).toEqual({ owner: 'o', cursor: 'abc' });
  });

  test('is read from the whole answer, whatever is selected from it, and selects the same again', async () => {
    const result = await resultOf({
      more: { result: { pagination: CURSOR, select: 'items', selectArgument: 'select' } },
      body: { items: [{ id: 1 }], meta: { next: 'n' } },
      args: { select: '[].id' },
    });
    expect(result).toEqual({
      content: [
        { type: 'text', text: '[1]' },
        { type: 'text', text: 'More: call again with {"owner":"o","select":"[].id","cursor":"n"}' },
      ],
      structuredContent: { result: [1] },
      _meta: { [NEXT]: { arguments: { owner: 'o', select: '[].id', cursor: 'n' } } },
    });
  });

  test('outlives the cut of an answer that is too large', async () => {
    const items = Array.from({ length: 300 }, (_each, id) => ({ id, text: 'x'.repeat(40) }));
    const result = await resultOf({ pagination: CURSOR, body: { items, meta: { next: 'n' } } });
    const shaped = shapeResult(result, 2_000, '`select`');
    const texts = (shaped['content'] as { text: string }[]).map((block) => block.text);
    expect(texts.at(-1)).toBe('More: call again with {"owner":"o","cursor":"n"}');
    expect(texts.at(-2)).toMatch(/^\[Result cut: .*Narrow the call \(filter, limit, page; `select`\)/);
    expect(() => JSON.parse(texts[0]!) as unknown).not.toThrow();
    expect(shaped['_meta']).toMatchObject({ [NEXT]: { arguments: { owner: 'o', cursor: 'n' } } });
  });

  test('of long arguments the text names the change', async () => {
    const args = { state: 'x'.repeat(2000) };
    const result = await resultOf({ pagination: CURSOR, body: { meta: { next: 'n' } }, args });
    expect((result['content'] as JsonObject[]).at(-1)).toEqual({
      type: 'text',
      text: 'More: call again with the same arguments and {"cursor":"n"}',
    });
    expect(result['_meta']).toEqual({ [NEXT]: { arguments: { owner: 'o', ...args, cursor: 'n' } } });
  });
});

test('a Link header is read as RFC 8288 writes it', () => {
  expect(nextOfLinks('<a>; title="x, <b>; rel=\\"next\\""; rel=prev, <c>; REL="Next"')).toBe('c');
  expect(nextOfLinks('<a>; rel=prev; rel=next')).toBe('');
  expect(nextOfLinks('<a>; rel="alternate"')).toBeUndefined();
  expect(nextOfLinks('')).toBeUndefined();
});

test('no header makes reading it fail or take long', () => {
  const piece = fc.constantFrom('<', '>', ';', ',', '"', '\\', '=', ' ', 'rel', 'next', 'a');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      expect(['undefined', 'string']).toContain(typeof nextOfLinks(pieces.join('')));
    }),
  );
  for (const each of ['<', '<>;', '<>;a', '<>; a="', ';a=', ' ', '<>;a=b;'])
    nextOfLinks(each.repeat(Math.floor(16_000 / each.length)));
});
