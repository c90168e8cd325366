import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { assignArgumentKeys, type Slot } from '../../src/compile/openapi/arguments.ts';
import { bindingOf, compileBody, compileOne, compilePaths, propertiesOf } from './support.ts';

const LEGAL_NAME = /^[A-Za-z0-9_-]{1,64}$/;
const LEGAL_KEY = /^[a-zA-Z0-9_.-]{1,64}$/;

/** Names by label of a document whose operations have these ids. */
function namesOf(ids: Record<string, string | undefined>): Record<string, string> {
  const paths = Object.fromEntries(
    Object.entries(ids).map(([path, operationId]) => [
      path,
      { get: operationId === undefined ? {} : { operationId } },
    ]),
  );
  return Object.fromEntries(compilePaths(paths).tools.map((tool) => [tool.attributes.path, tool.name]));
}

test('an operationId becomes the name, its other characters replaced', () => {
  expect(namesOf({ '/a': 'repos/get', '/b': 'a.b.c', '/c': 'list-all_2' })).toEqual({
    '/a': 'repos_get',
    '/b': 'a_b_c',
    '/c': 'list-all_2',
  });
});

test('without an operationId the method and the path make the name', () => {
  expect(namesOf({ '/': undefined, '/tickets/{id}/notes': undefined, '/x?Action=List': undefined })).toEqual({
    '/': 'get',
    '/tickets/{id}/notes': 'get_tickets_id_notes',
    '/x?Action=List': 'get_x_Action_List',
  });
});

test('of two equal names the one whose id was clean keeps it', () => {
  const names = namesOf({ '/a': 'a/b', '/b': 'a_b', '/c': 'a.b' });
  expect(names['/b']).toBe('a_b');
  expect(names['/a']).toMatch(/^a_b_[0-9a-f]{6}$/);
  expect(names['/c']).toMatch(/^a_b_[0-9a-f]{6}$/);
  expect(names['/a']).not.toBe(names['/c']);
});

test('equal ids, and generated names that are equal, are all told apart', () => {
  for (const ids of [
    { '/a': 'same', '/b': 'same' },
    { '/a/{b}': undefined, '/a/b': undefined },
    { '/ä': undefined, '/ö': undefined },
  ]) {
    const names = Object.values(namesOf(ids));
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/_[0-9a-f]{6}$/);
  }
});

test('an operation that cannot be compiled still holds its name, so that repairing it renames nobody', () => {
  const [before, after] = [7, []].map((parameters) => {
    const paths = {
      '/a': { get: { operationId: 'same' } },
      '/b': { get: { operationId: 'same', parameters } },
    };
    return compilePaths(paths).tools.find((tool) => tool.attributes.path === '/a')?.name;
  });
  expect(before).toMatch(/^same_/);
  expect(before).toBe(after);
});

test('names are legal, unique and independent of order, whatever the ids', () => {
  const id = fc.option(
    fc.oneof(fc.string({ maxLength: 90 }), fc.constantFrom('a', 'a/', 'a.', 'a_', 'x'.repeat(70))),
    { nil: undefined },
  );
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^\/[a-z{}?#/.]{0,12}$/), id, { maxKeys: 8, noNullPrototype: true }),
      (ids) => {
        const names = namesOf(ids);
        expect(Object.keys(names)).toHaveLength(Object.keys(ids).length);
        for (const name of Object.values(names)) expect(name).toMatch(LEGAL_NAME);
        expect(new Set(Object.values(names)).size).toBe(Object.keys(names).length);
        expect(namesOf(Object.fromEntries(Object.entries(ids).toReversed()))).toEqual(names);
      },
    ),
  );
});

test('on a collision the body field keeps the bare name', () => {
  const parameters = [
    { name: 'name', in: 'query' },
    { name: 'name', in: 'path' },
    { name: 'body', in: 'query' },
  ];
  const requestBody = {
    content: { 'application/json': { schema: { type: 'object', properties: { name: {} } } } },
  };
  const tool = compileOne({ parameters, requestBody }, { path: '/{name}', method: 'post' });
  expect(bindingOf(tool).parameters.map((one) => [one.argument, one.in, one.name])).toEqual([
    ['name_query', 'query', 'name'],
    ['name_path', 'path', 'name'],
    ['body', 'query', 'body'],
  ]);
  expect(bindingOf(tool).body?.shape).toMatchObject({ properties: [{ argument: 'name', name: 'name' }] });
});

test('between parameters the path keeps the bare name, then the query', () => {
  const parameters = ['cookie', 'header', 'query', 'path'].map((location) => ({
    name: 'path',
    in: location,
  }));
  const tool = compileOne({ parameters }, { path: '/{path}' });
  expect(bindingOf(tool).parameters.map((one) => one.argument)).toEqual([
    'path_cookie',
    'path_header',
    'path_query',
    'path',
  ]);
});

test('a whole body and a parameter called body do not meet', () => {
  const requestBody = { content: { 'application/json': { schema: { type: 'string' } } } };
  const tool = compileOne({ parameters: [{ name: 'body', in: 'query' }], requestBody }, { method: 'post' });
  expect(Object.keys(propertiesOf(tool)).toSorted()).toEqual(['body', 'body_query']);
});

test('keys that clients refuse are mapped, and the binding holds the name on the wire', () => {
  const names = ['expand[]', '$filter', 'filter[name]', 'StartTime<', 'ä', '__proto__', 'x'.repeat(80)];
  const tool = compileOne({
    parameters: names.map((name) => ({ name, in: 'query', schema: { type: 'string' } })),
  });
  expect(bindingOf(tool).parameters.map((one) => one.name)).toEqual(names);
  expect(
    bindingOf(tool)
      .parameters.map((one) => one.argument)
      .slice(0, 6),
  ).toEqual(['expand', 'filter', 'filter_name', 'StartTime', 'value', 'proto']);
  for (const key of Object.keys(propertiesOf(tool))) expect(key).toMatch(LEGAL_KEY);
  expect(Object.keys(propertiesOf(tool))).toHaveLength(names.length);
});

test('of two names that come out equal the one that was legal keeps the key', () => {
  const parameters = ['expand[]', 'expand'].map((name) => ({ name, in: 'query' }));
  const tool = compileOne({ parameters });
  const keys = bindingOf(tool).parameters.map((one) => one.argument);
  expect(keys[1]).toBe('expand');
  expect(keys[0]).toMatch(/^expand_query_[0-9a-f]{6}$/);
});

test('body properties with illegal names are mapped too', () => {
  const tool = compileBody({ type: 'object', properties: { 'a b': { type: 'string' } }, required: ['a b'] });
  expect(tool.inputSchema).toMatchObject({ properties: { a_b: { type: 'string' } }, required: ['a_b'] });
  expect(bindingOf(tool).body?.shape).toMatchObject({ properties: [{ argument: 'a_b', name: 'a b' }] });
});

test('argument keys are legal, unique and independent of order, whatever the names', () => {
  const name = fc.oneof(
    fc.string({ minLength: 1, maxLength: 70 }),
    fc.constantFrom('a', 'a[]', 'a_query', 'a_path', '[a]', 'body'),
  );
  const slot: fc.Arbitrary<Slot> = fc.record({
    in: fc.constantFrom('body', 'path', 'query', 'header', 'cookie'),
    name,
  });
  const slots = fc.uniqueArray(slot, { selector: (one) => `${one.in} ${one.name}`, maxLength: 10 });
  fc.assert(
    fc.property(slots, (list) => {
      const keys = assignArgumentKeys(list);
      for (const key of keys) expect(key).toMatch(LEGAL_KEY);
      expect(new Set(keys).size).toBe(list.length);
      expect(assignArgumentKeys(list.toReversed()).toReversed()).toEqual(keys);
    }),
  );
});
