import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import { bindingOf, compileOne } from './support.ts';

const TEXT = { type: 'string' };
const COUNT = { type: 'integer' };
const LIST = { type: 'array', items: { type: 'object', properties: { id: TEXT } } };

function paginationOf(query: Record<string, Json>, answer: Json, rest: JsonObject = {}) {
  const parameters = Object.entries(query).map(([name, schema]) => ({ name, in: 'query', schema }));
  const responses = { 200: { description: '', content: { 'application/json': { schema: answer } } } };
  return bindingOf(compileOne({ parameters, responses }, rest)).result?.pagination;
}

function object(properties: JsonObject): JsonObject {
  return { type: 'object', properties };
}

describe('a cursor is an argument of the family with a member of the answer that it takes', () => {
  test.for<[string, Json, string]>([
    ['cursor', object({ next_cursor: TEXT }), '/next_cursor'],
    [
      'cursor',
      object({ response_metadata: object({ next_cursor: TEXT }) }),
      '/response_metadata/next_cursor',
    ],
    ['page_token', object({ nextPageToken: TEXT }), '/nextPageToken'],
    ['pageToken', object({ next_page_token: TEXT }), '/next_page_token'],
    ['after', object({ paging: object({ next: object({ after: TEXT }) }) }), '/paging/next/after'],
    ['after', object({ data: LIST, has_more: { type: 'boolean' }, last_id: TEXT }), '/last_id'],
    ['continue', object({ metadata: { $ref: '#/components/schemas/ListMeta' } }), '/metadata/continue'],
    ['marker', object({ nextMarker: TEXT }), '/nextMarker'],
    ['nextToken', object({ nextToken: { type: ['string', 'null'] } }), '/nextToken'],
    ['page[cursor]', object({ meta: object({ 'next/cursor': TEXT }) }), '/meta/next~1cursor'],
    ['cursor', { allOf: [object({ items: LIST }), object({ nextCursor: TEXT })] }, '/nextCursor'],
  ])('%s', ([name, answer, pointer]) => {
    const components = { schemas: { ListMeta: object({ continue: TEXT, resourceVersion: TEXT }) } };
    const argument = name.replace('[', '_').replace(']', '');
    expect(paginationOf({ [name]: TEXT }, answer, { components })).toEqual({
      kind: 'cursor',
      argument,
      pointer,
    });
  });

  test('one in the body of a search that only reads counts too', () => {
    const operation = {
      requestBody: { content: { 'application/json': { schema: object({ cursor: TEXT }) } } },
      responses: {
        200: { description: '', content: { 'application/json': { schema: object({ next_cursor: TEXT }) } } },
      },
    };
    const read = compileOne({ ...operation, 'x-bailiwick': { access: 'read' } }, { method: 'post' });
    expect(bindingOf(read).result?.pagination).toMatchObject({ argument: 'cursor', pointer: '/next_cursor' });
    const write = compileOne(operation, { method: 'post' });
    expect(bindingOf(write).result).toEqual({ selectArgument: 'select' });
  });
});

test('an argument that takes the last id goes with an answer that says whether there is more', () => {
  const answer = object({ data: LIST, has_more: { type: 'boolean' } });
  expect(paginationOf({ starting_after: TEXT }, answer)).toEqual({
    kind: 'last-item',
    argument: 'starting_after',
    items: '/data',
    member: 'id',
  });
});

test.for<[Record<string, Json>, Json, Json]>([
  [
    { page: COUNT, per_page: COUNT },
    LIST,
    { kind: 'page', argument: 'page', first: 1, items: '', sizeArgument: 'per_page' },
  ],
  [
    { page: { type: 'integer', minimum: 0 } },
    object({ items: LIST }),
    { kind: 'page', argument: 'page', first: 0, items: '/items' },
  ],
  [
    { offset: COUNT, limit: COUNT },
    object({ results: LIST, tags: LIST }),
    { kind: 'offset', argument: 'offset', items: '/results', sizeArgument: 'limit' },
  ],
  [
    { 'page[number]': COUNT, 'page[size]': COUNT },
    object({ data: LIST }),
    { kind: 'page', argument: 'page_number', first: 1, items: '/data', sizeArgument: 'page_size' },
  ],
])('counted pages: %j', ([query, answer, expected]) => {
  expect(paginationOf(query, answer)).toEqual(expected);
});

test.for<[string, Record<string, Json>, Json]>([
  ['an argument without its counterpart', { cursor: TEXT }, object({ items: LIST })],
  ['a counterpart without its argument', { q: TEXT }, object({ next_cursor: TEXT })],
  ['a page that is text', { page: TEXT }, LIST],
  ['an answer with several lists that nobody can tell apart', { page: COUNT }, object({ a: LIST, b: LIST })],
  ['an answer that is not described', { cursor: TEXT, page: COUNT }, {}],
  ['a broken reference in the answer', { cursor: TEXT }, object({ metadata: { $ref: '#/nowhere' } })],
  ['a next cursor that is an object', { cursor: TEXT }, object({ next_cursor: object({}) })],
])('no pages: %s', ([, query, answer]) => {
  expect(paginationOf(query, answer)).toBeUndefined();
});

test('a cursor that is pinned turns no pages', () => {
  const tool = compileOne({
    parameters: [{ name: 'cursor', in: 'query', schema: TEXT }],
    responses: {
      200: { description: '', content: { 'application/json': { schema: object({ next_cursor: TEXT }) } } },
    },
    'x-bailiwick': { pin: { cursor: 'x' } },
  });
  expect(bindingOf(tool).result?.pagination).toBeUndefined();
});
