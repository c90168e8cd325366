import fc from 'fast-check';
import { expect, test } from 'vitest';
import { schemasOfArgument, withoutArgument } from '../../src/catalog/argument-schema.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { Json, JsonObject, JsonSchema } from '../../src/catalog/json.ts';
import { toShownName } from '../../src/catalog/names.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { withPins } from '../../src/gateway/catalogs/pins.ts';
import { CatalogsSettings } from '../../src/gateway/catalogs/settings.ts';
import { compileCatalogs } from '../../src/gateway/catalogs/virtual-catalog.ts';
import { windowOf, type Window } from '../../src/gateway/window.ts';
import { catalog, catalogOf, tool } from '../policy/fixtures.ts';

const CATALOG = catalog(
  catalogOf('one', {
    tools: [tool('one', 'list'), tool('one', 'read'), tool('one', 'drop', 'destructive')],
    prompts: ['list', 'greet'],
    resources: ['file:///a', 'file:///b/c'],
  }),
  catalogOf('two', { tools: [tool('two', 'list'), tool('two', 'a_b')], prompts: ['greet'] }),
);

/** What a catalog with these settings shows. */
function open(settings: object, of: Catalog = CATALOG): Window & { leftOut?: unknown } {
  const catalogs = compileCatalogs(
    CatalogsSettings.parse({ s: { include: [{ source: ['one', 'two'] }], ...settings } }),
  );
  return windowOf({ catalog: of, catalogs }, { kind: 'catalog', name: 's' });
}

const toolNames = (window: Window, { tools }: Catalog = CATALOG): string[] =>
  tools
    .filter((one) => window.includes({ kind: 'tool', tool: one }))
    .map((one) => window.nameAt(one, 'tool'));

test('names are those of /mcp, also where a catalog has one source only', () => {
  expect(toolNames(open({ include: [{ source: 'two' }] }))).toEqual(['two_a_b', 'two_list']);
});

test('what is excluded is not in it, whatever includes it', () => {
  const window = open({
    exclude: [{ access: ['destructive'] }, { prompt: 'gr*' }, { resource: 'file:///b/*' }],
  });
  expect(toolNames(window)).toEqual(['one_list', 'one_read', 'two_a_b', 'two_list']);
  expect(window.promptNamed('one_list')?.name).toBe('list');
  expect(window.promptNamed('one_greet')).toBeUndefined();
  const includes = (uri: string): boolean => window.includes({ kind: 'resource', source: 'one', uri });
  expect(['file:///a', 'file:///b/c', 'file:///x/../b/c', 'file:///%62/c'].map(includes)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test('a tool and a prompt of the same name are both renamed', () => {
  const window = open({ rename: { one_list: 'everything' } });
  expect(window.toolNamed('everything')?.name).toBe('list');
  expect(window.promptNamed('everything')?.name).toBe('list');
  expect(window.toolNamed('one_list')).toBeUndefined();
});

test('two names can be swapped', () => {
  const window = open({ rename: { one_list: 'two_list', two_list: 'one_list' } });
  expect(window.toolNamed('one_list')?.source).toBe('two');
  expect(window.toolNamed('two_list')?.source).toBe('one');
});

test('what would be shown under a new name of something else is left out, be that there or not', () => {
  for (const from of ['one_list', 'one_gone']) {
    const window = open({ rename: { [from]: 'two_a_b' } });
    expect(window.toolNamed('two_a_b')?.name).toBe(from === 'one_list' ? 'list' : undefined);
    expect(window.leftOut).toEqual([
      { kind: 'tool', shownName: 'two_a_b', reason: 'has the name that something else is renamed to' },
    ]);
  }
});

const SHOWN = [
  'one_list',
  'one_read',
  'one_drop',
  'two_list',
  'two_a_b',
  'one_greet',
  'two_greet',
  'three_x',
];

const selectors = fc.array(
  fc.record(
    {
      source: fc.constantFrom('one', 'two'),
      access: fc.constantFrom('read', 'destructive'),
      tool: fc.constantFrom('*', 'list', 'r*', '*_b'),
    },
    { requiredKeys: ['source'] },
  ),
  { minLength: 1, maxLength: 3 },
);

const renames = fc.dictionary(
  fc.constantFrom(...SHOWN),
  fc.oneof(fc.constantFrom(...SHOWN), fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/)),
);

test('every name means one tool, and every tool has one name: there and back', () => {
  fc.assert(
    fc.property(selectors, fc.option(selectors), renames, (include, exclude, rename) => {
      fc.pre(new Set(Object.values(rename)).size === Object.keys(rename).length);
      const window = open({ include, ...(exclude && { exclude }), rename });
      const names = toolNames(window);
      expect(new Set(names).size).toBe(names.length);
      for (const one of CATALOG.tools) {
        const isIncluded = window.includes({ kind: 'tool', tool: one });
        const name = window.nameAt(one, 'tool');
        const shownName = toShownName(one.source, one.name);
        if (isIncluded) expect(window.toolNamed(name)).toBe(one);
        if (isIncluded) expect(name).toBe(rename[shownName] ?? shownName);
        else expect(names.map((each) => window.toolNamed(each))).not.toContain(one);
      }
      for (const name of [...SHOWN, ...Object.values(rename)]) {
        const found = window.toolNamed(name);
        expect(found === undefined || window.nameAt(found, 'tool') === name).toBe(true);
      }
    }),
  );
});

const withSchema = (validationSchema: JsonSchema): Tool => ({
  ...tool('one', 'find'),
  inputSchema: validationSchema,
  validationSchema,
});

const FIND = withSchema({ type: 'object', properties: { status: {}, filter: { properties: { kind: {} } } } });
const FINDING = catalog(catalogOf('one', { tools: [FIND] }));

const pinned = (pin: object, args: JsonObject): unknown => {
  try {
    return withPins(open({ include: [{ source: 'one' }], pin }, FINDING).pinsOf(FIND), args);
  } catch (error) {
    return (error as { data: { pointer: string } }).data.pointer;
  }
};

test.each<[string, object, JsonObject, Json]>([
  ['left out, it is put in', { one_find: { status: 'open' } }, { x: 1 }, { x: 1, status: 'open' }],
  ['given as it is, it stays', { one_find: { status: 'open' } }, { status: 'open' }, { status: 'open' }],
  ['another value is refused', { one_find: { status: 'open' } }, { status: 'closed' }, '/status'],
  ['nothing is not the same as null', { one_find: { status: null } }, {}, { status: null }],
  ['null is another value', { one_find: { status: 'open' } }, { status: null }, '/status'],
  ['deep, with what is on the way', { one_find: { '/filter/kind': [1] } }, {}, { filter: { kind: [1] } }],
  [
    'deep, beside others',
    { one_find: { '/filter/kind': 1 } },
    { filter: { a: 2 } },
    { filter: { a: 2, kind: 1 } },
  ],
  ['something else is in the way', { one_find: { '/filter/kind': 1 } }, { filter: [] }, '/filter/kind'],
  ['lists are compared whole', { one_find: { status: ['a', 'b'] } }, { status: ['b', 'a'] }, '/status'],
  [
    'whatever the order of members',
    { one_find: { status: { a: 1, b: 2 } } },
    { status: { b: 2, a: 1 } },
    { status: { b: 2, a: 1 } },
  ],
  ['a glob pins what there is', { 'one_*': { status: 1, nothing: 2 } }, {}, { status: 1 }],
  ['and refuses what there is not', { '*': { nothing: 2 } }, { nothing: 3 }, '/nothing'],
  ['an exact name pins what nobody declares', { one_find: { more: 1 } }, {}, { more: 1 }],
  ['a name like any other', { one_find: { constructor: 1 } }, {}, { constructor: 1 }],
  ['another tool is another matter', { one_other: { status: 1 } }, { status: 2 }, { status: 2 }],
])('a pinned argument: %s', (_what, pin, args, expected) => {
  expect(pinned(pin, args)).toEqual(expected);
});

test('a tool for which two pins contradict each other is left out, and pins that agree are one', () => {
  const of = (pin: object): Window & { leftOut?: unknown } =>
    open({ include: [{ source: 'one' }], pin }, FINDING);
  const both = of({ one_find: { status: 1 }, 'one_*': { status: 2 } });
  expect(toolNames(both, FINDING)).toEqual([]);
  expect(both.leftOut).toEqual([
    { kind: 'tool', shownName: 'one_find', reason: 'has different values pinned for /status' },
  ]);
  expect(of({ one_find: { filter: { kind: 1 } }, 'one_*': { '/filter/kind': 1 } }).leftOut).toHaveLength(1);
  expect(toolNames(of({ one_find: { status: [1] }, '*': { status: [1] } }), FINDING)).toEqual(['one_find']);
});

test.each<[string, JsonSchema, string[], JsonSchema]>([
  [
    'a property',
    { type: 'object', properties: { a: {}, b: {} }, required: ['a', 'b'] },
    ['a'],
    { type: 'object', properties: { b: {} }, required: ['b'] },
  ],
  ['the only one that is required', { properties: { a: {} }, required: ['a'] }, ['a'], { properties: {} }],
  [
    'one inside another',
    { properties: { f: { properties: { k: {}, l: {} }, required: ['k'] } }, required: ['f'] },
    ['f', 'k'],
    { properties: { f: { properties: { l: {} } } }, required: ['f'] },
  ],
  [
    'in alternatives',
    {
      anyOf: [{ properties: { a: {} }, required: ['a'] }, { properties: { b: {} } }],
      then: { required: ['a'] },
    },
    ['a'],
    { anyOf: [{ properties: {} }, { properties: { b: {} } }], then: {} },
  ],
  [
    'behind a reference, which others follow too',
    {
      properties: { f: { $ref: '#/$defs/F', description: 'f' }, g: { $ref: '#/$defs/F' } },
      $defs: { F: { properties: { k: {}, l: {} } } },
    },
    ['f', 'k'],
    {
      properties: { f: { properties: { l: {} }, description: 'f' }, g: { $ref: '#/$defs/F' } },
      $defs: { F: { properties: { k: {}, l: {} } } },
    },
  ],
])('a schema without an argument: %s', (_what, schema, path, expected) => {
  const before = structuredClone(schema);
  expect(withoutArgument(schema, path)).toEqual(expected);
  expect(schema).toEqual(before);
});

test('a schema that does not declare an argument stays what it is, circles and odd values included', () => {
  const circle = { properties: { a: { $ref: '#/$defs/A' } }, $defs: { A: { $ref: '#/$defs/A' } } };
  expect(withoutArgument(circle, ['a', 'b'])).toBe(circle);
  const odd = fc.letrec<{ schema: Json }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<Json>,
      fc.dictionary(
        fc.constantFrom(
          'properties',
          'allOf',
          'anyOf',
          'then',
          'required',
          '$ref',
          '$defs',
          'a',
          'constructor',
        ),
        fc.oneof(
          tie('schema'),
          fc.array(tie('schema'), { maxLength: 2 }),
          fc.constantFrom('#/$defs/a', '#/$defs/constructor', '#'),
        ),
        { noNullPrototype: true },
      ),
    ),
  })).schema;
  fc.assert(
    fc.property(
      odd,
      fc.array(fc.constantFrom('a', 'constructor', '__proto__'), { minLength: 1, maxLength: 3 }),
      (schema, path) => {
        const root = {
          ...(typeof schema === 'object' && !Array.isArray(schema) ? schema : {}),
        };
        const before = JSON.stringify(root);
        const shorter = withoutArgument(root, path);
        expect(JSON.stringify(root)).toBe(before);
        expect(schemasOfArgument(shorter, path)).toEqual([]);
        if (schemasOfArgument(root, path).length === 0 && !before.includes('required'))
          expect(shorter).toEqual(root);
      },
    ),
    { numRuns: 500 },
  );
});
