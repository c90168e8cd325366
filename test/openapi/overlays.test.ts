import { expect, test } from 'vitest';
import type { Contribution } from '../../src/catalog/entries.ts';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import { compileOpenApi } from '../../src/compile/openapi/compile.ts';
import { applyOverlays } from '../../src/compile/openapi/overlays/apply.ts';
import { BailiwickError } from '../../src/errors.ts';

const DOCUMENT = { file: '/apis/api.yaml', self: undefined };

/** What the actions make of a document, and the warnings. */
function overlay(
  root: JsonObject,
  actions: Json,
  version = '1.1.0',
): { root: JsonObject; warnings: string[] } {
  const text = JSON.stringify(
    { overlay: version, info: { title: 'T', version: '1' }, actions },
    undefined,
    1,
  );
  const copy = structuredClone(root);
  return { warnings: applyOverlays(copy, [{ file: '/apis/o.yaml', text }], DOCUMENT), root: copy };
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof BailiwickError && error.code === 'CONFIGURATION') return error.message;
    throw error;
  }
  return 'accepted';
}

test.each<[string, JsonObject, Json, JsonObject]>([
  [
    'an update merges objects, concatenates lists, replaces primitive values and adds the rest',
    { info: { title: 'Old', x: [1] }, paths: {} },
    [{ target: '$', update: { info: { title: 'New', x: [2], y: { z: 1 } }, tags: [{ name: 't' }] } }],
    { info: { title: 'New', x: [1, 2], y: { z: 1 } }, paths: {}, tags: [{ name: 't' }] },
  ],
  [
    'a list is extended by a list, an object or a primitive value',
    { a: [1], b: [{}], c: [] },
    [
      { target: '$.a', update: [2, 3] },
      { target: '$.b', update: { x: 1 } },
      { target: '$.c', update: 'word' },
    ],
    { a: [1, 2, 3], b: [{}, { x: 1 }], c: ['word'] },
  ],
  [
    'a primitive value is replaced',
    { a: [{ b: 1 }] },
    [{ target: '$.a[0].b', update: 'two' }],
    { a: [{ b: 'two' }] },
  ],
  [
    'items and members are removed, whatever else is removed before them',
    { a: [0, 1, 2, 3], b: { c: { d: 1 } } },
    [
      { target: '$.a[?@ == 1 || @ == 2]', remove: true },
      { target: '$.b..*', remove: true, update: { ignored: true } },
    ],
    { a: [0, 3], b: {} },
  ],
  [
    'a copy takes what the actions before it have made',
    { paths: { '/items': { get: { x: 1 } }, '/some': { delete: {} } } },
    [
      { target: '$.paths', update: { '/other': {} } },
      { target: "$.paths['/items'].get", update: { x: 2 } },
      { target: "$.paths['/other']", copy: "$.paths['/items']" },
      { target: "$.paths['/items']", remove: true },
    ],
    { paths: { '/some': { delete: {} }, '/other': { get: { x: 2 } } } },
  ],
  [
    'each target of a wildcard has a copy of its own',
    { a: { x: {}, y: {} } },
    [
      { target: '$.a.*', update: { list: [] } },
      { target: '$.a.x.list', update: 1 },
    ],
    { a: { x: { list: [1] }, y: { list: [] } } },
  ],
  [
    'traits, as the specification has them',
    {
      paths: { '/a': { get: { 'x-oai-traits': ['paged'], parameters: [{ name: 'q' }] } }, '/b': { get: {} } },
    },
    [
      {
        target: "$.paths[?(@.get['x-oai-traits'][?(@ == 'paged')])].get",
        update: { parameters: [{ name: 'top' }] },
      },
    ],
    {
      paths: {
        '/a': { get: { 'x-oai-traits': ['paged'], parameters: [{ name: 'q' }, { name: 'top' }] } },
        '/b': { get: {} },
      },
    },
  ],
  [
    'an empty section of an overlay that mirrors a document leaves the section as it is',
    { components: { schemas: {} } },
    [{ target: '$', update: { components: null } }],
    { components: { schemas: {} } },
  ],
])('%s', (_what, root, actions, expected) => {
  const result = overlay(root, actions);
  expect(result.root).toEqual(expected);
  expect(result.warnings).toEqual([]);
});

test.each<[string, Json, string, RegExp]>([
  [
    'a target that matches nothing',
    [{ target: '$.nowhere', remove: true }],
    '1.1.0',
    /^\/apis\/o\.yaml:\d+:\d+ the target \$\.nowhere matches nothing$/,
  ],
  ['an action without effect', [{ target: '$.a' }], '1.1.0', /the action changes nothing/],
  [
    'a primitive target in Overlay 1.0',
    [{ target: '$.a.b', update: 2 }],
    '1.0.0',
    /needs `overlay: 1\.1\.0`/,
  ],
  [
    'a field that does not exist',
    [{ target: '$.a', updates: 1, remove: true }],
    '1.0.0',
    /`updates` is unknown and ignored/,
  ],
  ['a later version', [{ target: '$.a', remove: true }], '1.3.0', /Overlay 1\.3\.0 is read as 1\.1/],
])('%s is warned of', (_what, actions, version, expected) => {
  const { warnings } = overlay({ a: { b: 1 } }, actions, version);
  expect(warnings).toEqual([expect.stringMatching(expected)]);
});

test.each<[string, string, RegExp]>([
  ['no YAML', 'overlay: [', /^o\.yaml:1:\d+ the overlay is not valid YAML or JSON/],
  ['a repeated key', 'overlay: 1.1.0\noverlay: 1.1.0', /^o\.yaml:2:1 the key `overlay` is repeated/],
  ['no mapping', '[]', /^o\.yaml:1:1 an overlay is a mapping/],
  ['no version', 'actions: [{ target: $, update: {} }]', /^o\.yaml:1:1 `overlay` is not a version/],
  [
    'another version',
    'overlay: 2.0.0\nactions: [{ target: $, update: {} }]',
    /^o\.yaml:1:10 `overlay` is not a version/,
  ],
  ['no actions', 'overlay: 1.0.0', /^o\.yaml:1:1 `actions` is not a list/],
  [
    'an action without a target',
    'overlay: 1.0.0\nactions:\n  - update: 1',
    /^o\.yaml:3:5 the `target` of an action/,
  ],
  [
    'a target that is no query',
    "overlay: 1.0.0\nactions:\n  - target: 'paths./a'\n    remove: true",
    /^o\.yaml:3:13 this is not a JSONPath query \(RFC 9535\): expected '\$'/,
  ],
  [
    'a query that would take too long',
    'overlay: 1.0.0\nactions: [{ target: $..a..b..c..d, remove: true }]',
    /`\.\.` stands in it more than 3 times/,
  ],
  [
    'copy in Overlay 1.0',
    'overlay: 1.0.0\nactions: [{ target: $.a, copy: $.b }]',
    /`copy` needs `overlay: 1\.1\.0`/,
  ],
  [
    'copy beside update',
    'overlay: 1.1.0\nactions: [{ target: $.a, copy: $.b, update: {} }]',
    /cancel each other/,
  ],
  [
    'remove that is no flag',
    'overlay: 1.1.0\nactions: [{ target: $.a, remove: "yes" }]',
    /`remove` is neither true nor false/,
  ],
  [
    'a merge of an object with text',
    'overlay: 1.1.0\nactions: [{ target: $.info, update: { title: {} } }]',
    /^o\.yaml:2:21 .*an object cannot be merged with a primitive value at title/,
  ],
  [
    'an update of objects with text',
    'overlay: 1.1.0\nactions: [{ target: $.info, update: a }]',
    /a primitive value cannot be merged with an object/,
  ],
  [
    'targets of several kinds',
    'overlay: 1.1.0\nactions: [{ target: $.*, update: {} }]',
    /it selects a primitive value and an object at once/,
  ],
  [
    'the root removed',
    'overlay: 1.1.0\nactions: [{ target: $, remove: true }]',
    /the root of the document cannot be removed/,
  ],
  [
    'a copy of nothing',
    'overlay: 1.1.0\nactions: [{ target: $.info, copy: $.no }]',
    /`copy` selects nothing, not one/,
  ],
  [
    'a copy of several',
    'overlay: 1.1.0\nactions: [{ target: $.info, copy: $.* }]',
    /`copy` selects 2 nodes, not one/,
  ],
])('an overlay with %s is refused with file, line and column', (_what, text, expected) => {
  const root = { openapi: '3.1.0', info: { title: 'T' } };
  expect(refusal(() => applyOverlays(root, [{ file: 'o.yaml', text }], DOCUMENT))).toMatch(expected);
});

test('copies that double the document again and again end in a refusal', () => {
  const actions = Array.from({ length: 60 }, (_, index) => [
    { target: '$', update: { [`x${index}`]: {} } },
    { target: `$.x${index}`, copy: '$' },
  ]).flat();
  expect(refusal(() => overlay({ a: [1, 2, 3] }, actions))).toMatch(/overlays add too much to the document/);
});

test.each([
  ['api.yaml', 0],
  ['./x/../api.yaml', 0],
  ['/apis/api.yaml', 0],
  ['file:///apis/api.yaml', 0],
  ['https://example.com/v1/api.yaml', 0],
  ['other.yaml', 1],
  ['https://example.com/v1/other.yaml', 1],
])('an overlay that extends %s has %i warnings', (reference, count) => {
  const text = `overlay: 1.1.0\nextends: ${reference}\nactions: [{ target: $, update: {} }]`;
  const warnings = applyOverlays({ openapi: '3.1.0' }, [{ file: '/apis/o.yaml', text }], DOCUMENT);
  expect(warnings).toHaveLength(count);
  if (count > 0)
    expect(warnings[0]).toBe(
      `/apis/o.yaml:2:10 the overlay extends ${reference} and is applied to another document`,
    );
});

function compileWith(text: string): Contribution {
  const overlays = [
    {
      file: 'first.yaml',
      text: "overlay: 1.0.0\nactions:\n  - target: $.paths.*[?@.operationId == 'a']\n    update: { summary: First. }",
    },
    {
      file: 'second.json',
      text: '{"overlay":"1.1.0","actions":[{"target":"$.paths[\'/b\']","remove":true},{"target":"$.paths.*.get.summary","update":"Second."},{"target":"$.none","remove":true}]}',
    },
  ];
  return compileOpenApi({ source: 'api', file: 'api.yaml', text, overlays });
}

test('overlays apply before compiling, in their order; what they say about nothing is a warning', () => {
  const contribution = compileWith(
    'openapi: 3.1.0\npaths: { /a: { get: { operationId: a } }, /b: { get: { operationId: b } } }',
  );
  expect(contribution.tools.map(({ name, description }) => [name, description])).toEqual([['a', 'Second.']]);
  expect(contribution.warnings).toEqual(['second.json:1:136 the target $.none matches nothing']);
});

test('an overlaid document compiles to the same bytes whatever the order of its keys', () => {
  const [one, other] = [
    'openapi: 3.1.0\npaths: { /c: { get: { operationId: c } }, /a: { get: { operationId: a } } }',
    'paths: { /a: { get: { operationId: a } }, /c: { get: { operationId: c } } }\nopenapi: 3.1.0',
  ].map((text) => JSON.stringify(compileWith(text)));
  expect(other).toBe(one);
});
