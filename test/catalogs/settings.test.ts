import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CatalogsSettings } from '../../src/gateway/catalogs/settings.ts';
import { loadText, refusalOf } from '../config/folder.ts';

const SOURCES = 'sources: { helpdesk: { openapi: api.yaml }, files: { openapi: api.yaml } }\n';

test('a catalog is as little as what it includes', async () => {
  const { config } = await loadText(
    `${SOURCES}catalogs: { support: { include: [ { source: helpdesk } ] } }\n`,
  );
  expect(config.catalogs).toEqual({
    support: { include: [{ source: ['helpdesk'] }], rename: {}, pin: {} },
  });
});

test('arguments are pinned by name or JSON Pointer, and mean the same either way', async () => {
  const pin = 'pin: { helpdesk_list: { status: open, /a~1b: 1 }, "files_*": { /filter/kind: [x] } }';
  const { config } = await loadText(`${SOURCES}catalogs:\n  s: { include: [ { source: files } ], ${pin} }\n`);
  expect(config.catalogs['s']?.pin).toEqual({
    helpdesk_list: { '/status': 'open', '/a~1b': 1 },
    'files_*': { '/filter/kind': ['x'] },
  });
});

/** One catalog `s` with these members, on the lines from 3 on. */
const catalogWith = (...lines: readonly string[]): string =>
  `${SOURCES}catalogs:\n  s:\n${lines.map((line) => `    ${line}\n`).join('')}`;

const INCLUDE = 'include: [ { source: files } ]';

test.each<[string, string, string]>([
  ['nothing included', catalogWith('rename: {}'), '3:3  `catalogs.s.include` is missing'],
  ['an empty list', catalogWith('include: []'), '4:14  `catalogs.s.include` must have at least one entry'],
  [
    'a selector that selects nothing',
    catalogWith('include: [ {} ]'),
    '4:16  `catalogs.s.include[0]` is not valid: selects nothing in particular',
  ],
  [
    'a selector that is no list',
    catalogWith('include: { source: files }'),
    '4:14  `catalogs.s.include` must be a list, got a mapping',
  ],
  [
    'a model, which no catalog shows',
    catalogWith('include: [ { model: "*" } ]'),
    '4:18  unknown key `model` in `catalogs.s.include[0]`',
  ],
  [
    'a source that is not there',
    catalogWith('include: [ { source: [files, helpdsk] } ]'),
    '4:34  `catalogs.s.include[0].source[1]` must be a source of `sources`, like `helpdesk`, got "helpdsk"',
  ],
  [
    'a source that is not there, excluded',
    catalogWith(INCLUDE, 'exclude: [ { source: nowhere } ]'),
    '5:26  `catalogs.s.exclude[0].source[0]` must be a source of `sources`',
  ],
  [
    'an unknown key',
    catalogWith(INCLUDE, 'renames: {}'),
    '5:5  unknown key `renames` in `catalogs.s`; did you mean `rename`?',
  ],
  [
    'two tools with one name',
    catalogWith(INCLUDE, 'rename: { files_a: x, files_b: x }'),
    '5:36  `catalogs.s.rename.files_b` is the new name of `files_a` too; two tools cannot have one name',
  ],
  [
    'a name that clients refuse',
    catalogWith(INCLUDE, 'rename: { files_a: "a b" }'),
    '5:24  `catalogs.s.rename.files_a` must be 1 to 64 letters, digits, `_` or `-`, got "a b"',
  ],
  [
    'the name of a built-in tool',
    catalogWith(INCLUDE, 'rename: { files_a: call_tool }'),
    '5:24  `catalogs.s.rename.files_a` is the name of a built-in tool; choose another, got "call_tool"',
  ],
  [
    'one argument pinned twice',
    catalogWith(INCLUDE, 'pin: { files_a: { x: 1, /x/y: 2 } }'),
    '5:35  `catalogs.s.pin.files_a./x/y` is about the same argument as `x`; pin it once',
  ],
  [
    'nothing pinned',
    catalogWith(INCLUDE, 'pin: { files_a: {} }'),
    '5:21  `catalogs.s.pin.files_a` names no argument; remove it',
  ],
  [
    'a pointer that is none',
    catalogWith(INCLUDE, 'pin: { files_a: { /x~: 1 } }'),
    '5:23  `catalogs.s.pin.files_a./x~`: must be the name of an argument, or a JSON Pointer (RFC 6901)',
  ],
  [
    'the name of a source',
    `${SOURCES}catalogs:\n  files: { ${INCLUDE} }\n`,
    '3:3  `catalogs.files` has the name of a source, which is the endpoint /mcp/files already; name it otherwise',
  ],
  [
    'a reserved name',
    `${SOURCES}catalogs:\n  find: { ${INCLUDE} }\n`,
    '3:3  `catalogs.find`: the names `find`, `describe`',
  ],
  [
    'a name that is none',
    `${SOURCES}catalogs:\n  Support_1: { ${INCLUDE} }\n`,
    '3:3  `catalogs.Support_1`: a catalog is named with 1 to 24 lower-case letters',
  ],
])('%s is refused, with its place', async (_what, text, expected) => {
  expect((await refusalOf(text)).join('\n')).toContain(expected);
});

test('no settings are taken for something that they are not', () => {
  const name = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'files_a',
      'files_b',
      '__proto__',
      'constructor',
      'files_*',
      '*',
      '',
      '/',
      '/x',
      'x'.repeat(65),
    ),
  );
  const settings = fc.record(
    {
      include: fc.array(fc.record({ source: fc.constantFrom('files', 'helpdesk') }), { maxLength: 2 }),
      rename: fc.dictionary(name, name, { noNullPrototype: true }),
      pin: fc.dictionary(
        name,
        fc.oneof(fc.dictionary(name, fc.jsonValue(), { noNullPrototype: true }), fc.jsonValue()),
        { noNullPrototype: true },
      ),
    },
    { requiredKeys: ['include'] },
  );
  fc.assert(
    fc.property(fc.oneof(name, fc.constant('s')), settings, (key, given) => {
      const parsed = CatalogsSettings.safeParse(Object.fromEntries([[key, given]]));
      if (!parsed.success) return;
      const [[catalog, read] = ['s', undefined]] = Object.entries(parsed.data);
      // No YAML has this key.
      if (key === '__proto__') return;
      expect(catalog).toMatch(/^[a-z][a-z0-9-]{0,23}$/);
      expect(read?.include.length).toBeGreaterThan(0);
      const targets = Object.values(read?.rename ?? {});
      expect(new Set(targets).size).toBe(targets.length);
      for (const target of targets) expect(target).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
      for (const pinned of Object.values(read?.pin ?? {})) {
        for (const pointer of Object.keys(pinned)) expect(pointer).toMatch(/^(\/([^~/]|~[01])*)+$/u);
      }
      // What was read means the same when it is read again.
      expect(CatalogsSettings.parse(parsed.data)).toEqual(parsed.data);
    }),
  );
});
