import { symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readExternal } from '../../src/config/read-external.ts';
import { InputReader } from '../../src/config/read-inputs.ts';
import { loadConfig } from '../../src/config/load.ts';
import { loadText, makeFolder, refusalOf } from './folder.ts';

const CONFIG = (rest = ''): string => `sources:\n  api: { openapi: apis/api.yaml${rest} }\n`;

/** The document of source `api`, whose references are `refs`. */
async function bundleOf(refs: readonly string[], files: Record<string, string> = {}, rest = '') {
  const text = `openapi: 3.1.0\nx: [ ${refs.map((ref) => `{ $ref: '${ref}' }`).join(', ')} ]\n`;
  const loaded = await loadText(CONFIG(rest), { 'apis/api.yaml': text, ...files });
  const bundle = loaded.documents.get('api');
  if (bundle === undefined) throw new Error('the document was not read');
  return { bundle, loaded };
}

test('what a document refers to is read, and what that refers to, and all of it is an input', async () => {
  const { bundle, loaded } = await bundleOf(['parts/a.yaml#/A'], {
    'apis/parts/a.yaml': 'A: { $ref: "b.json#/B" }\nB: { $ref: ../api.yaml }',
    'apis/parts/b.json': '{"B": {"$ref": "a.yaml#/B"}}',
    'apis/unused.yaml': '',
  });
  expect([...bundle.files.keys()]).toEqual(['parts/a.yaml', 'parts/b.json']);
  expect(bundle.absent).toEqual(new Map());
  const inputs = loaded.inputs.map((input) => path.relative(loaded.folder, input.path));
  expect(inputs).toEqual(expect.arrayContaining(['apis/api.yaml', 'apis/parts/a.yaml', 'apis/parts/b.json']));
});

test('a file that is not there is an input too, so that its coming is seen', async () => {
  const { bundle, loaded } = await bundleOf(['later.yaml']);
  expect(bundle.absent).toEqual(new Map([['later.yaml', 'which does not exist']]));
  expect(loaded.inputs.map((input) => input.path)).toContain(path.join(loaded.folder, 'apis/later.yaml'));
});

test.each([
  '../secret.yaml',
  '/etc/hostname',
  'file:///etc/hostname',
  'x/../../secret.yaml',
  '..%2Fsecret.yaml',
])('%s lies outside the folder of the document and is not looked at', async (ref) => {
  const { bundle, loaded } = await bundleOf([ref], { 'secret.yaml': 'a: 1' });
  expect([...bundle.files]).toEqual([]);
  expect([...bundle.absent.values()]).toEqual([expect.stringContaining('name its folder in `references`')]);
  expect(loaded.inputs.some((input) => /secret|hostname/.test(input.path))).toBe(false);
});

test('a link that leads outside is not followed', async () => {
  const folder = await makeFolder({
    'apis/api.yaml': 'openapi: 3.1.0\nx: { $ref: link.yaml }',
    'secret.yaml': 'a: 1',
  });
  await symlink(path.join(folder, 'secret.yaml'), path.join(folder, 'apis/link.yaml'));
  await writeFile(path.join(folder, 'bailiwick.yaml'), CONFIG());
  const { documents } = await loadConfig(path.join(folder, 'bailiwick.yaml'), {});
  expect(documents.get('api')?.absent.get('link.yaml')).toContain('is a link that leads outside');
});

test('a folder that `references` names is open to the document', async () => {
  const { bundle } = await bundleOf(
    ['../common/x.yaml'],
    { 'common/x.yaml': 'a: 1' },
    ', references: [common]',
  );
  expect(bundle.files).toEqual(new Map([['../common/x.yaml', 'a: 1']]));
});

test('overlays are read in their order, and what they refer to as well', async () => {
  const { bundle } = await bundleOf(
    [],
    { 'o1.yaml': 'overlay: 1.0.0', 'o2.yaml': 'x: { $ref: new.yaml }', 'apis/new.yaml': 'a: 1' },
    ', overlays: [o2.yaml, o1.yaml]',
  );
  expect(bundle.overlays.map(({ file, text }) => [path.basename(file), text])).toEqual([
    ['o2.yaml', 'x: { $ref: new.yaml }'],
    ['o1.yaml', 'overlay: 1.0.0'],
  ]);
  expect([...bundle.files.keys()]).toEqual(['new.yaml']);
});

test('overlays and folders that are not there, and prefixes that are none, are refused', async () => {
  const files = { 'apis/api.yaml': 'openapi: 3.1.0\n' };
  const text = CONFIG(
    ', overlays: [no.yaml], references: [nowhere, "http://a.example/", "https://a.example/?q"]',
  );
  expect(await refusalOf(text, files)).toEqual([
    expect.stringContaining('2:45  the overlay does not exist'),
    expect.stringContaining('this folder does not exist'),
    expect.stringContaining('is not a prefix of https:// URLs'),
    expect.stringContaining('is not a prefix of https:// URLs'),
  ]);
});

test('URLs are fetched once, below a prefix only, and their own references count', async () => {
  const asked: string[] = [];
  const pages: Record<string, string> = {
    'https://a.example/v1/x.json':
      '{"a":{"$ref":"y.json"},"b":{"$ref":"y.json#/b"},"c":{"$ref":"/v10/z.json"},"d":{"$ref":"../local.yaml"}}',
    'https://a.example/v1/y.json': '{"$ref":"x.json"}',
  };
  const fetchText = (url: string) => {
    asked.push(url);
    const text = pages[url];
    return Promise.resolve(text === undefined ? { reason: 'which was answered with 404' } : { text });
  };
  const text = [
    'https://a.example/v1/x.json#/a',
    'https://a.example.evil.example/v1/x.json',
    'http://a.example/v1/x.json',
    'https://a.example/v1/no.json',
    'urn:a:b',
  ]
    .map((ref) => `- $ref: ${ref}`)
    .join('\n');
  const { files, absent } = await readExternal({ file: '/srv/api.yaml', text }, [], {
    reader: new InputReader(),
    fetchText,
    allowed: { folders: [], prefixes: ['https://a.example/v1'] },
  });
  expect([...files.keys()]).toEqual(['https://a.example/v1/x.json', 'https://a.example/v1/y.json']);
  expect(asked.toSorted()).toEqual([
    'https://a.example/v1/no.json',
    'https://a.example/v1/x.json',
    'https://a.example/v1/y.json',
  ]);
  expect(Object.fromEntries(absent)).toEqual({
    'http://a.example/v1/x.json': 'which was not fetched',
    'https://a.example.evil.example/v1/x.json': expect.stringContaining(
      'name a prefix of it in `references`',
    ),
    'https://a.example/local.yaml': expect.stringContaining('was not fetched'),
    'https://a.example/v1/no.json': 'which was answered with 404',
    'https://a.example/v10/z.json': expect.stringContaining('was not fetched'),
    'urn:a:b': 'which is neither a file nor an https:// URL',
  });
});

/** A page whose reference leads to the next one. */
const fetchNext = (url: string) => Promise.resolve({ text: `$ref: ${Number(/(\d+)$/.exec(url)?.[1]) + 1}` });

test('a chain of documents without end is followed for a bounded way', async () => {
  const { files, absent } = await readExternal(
    { file: '/srv/api.yaml', text: '$ref: https://a.example/1' },
    [],
    {
      reader: new InputReader(),
      fetchText: fetchNext,
      allowed: { folders: [], prefixes: ['https://a.example/'] },
    },
  );
  expect(files.size).toBe(5000);
  expect([...absent]).toEqual([['https://a.example/5001', 'which is beyond the limit of 5000 documents']]);
});

test('a reference that looks like a URL and is none costs itself alone', async () => {
  const text = "$ref: 'https://[x/y'\n$ref: https://a.example/1";
  const { files, absent } = await readExternal({ file: '/srv/api.yaml', text }, [], {
    reader: new InputReader(),
    fetchText: () => Promise.resolve({ text: 'a: 1' }),
    allowed: { folders: [], prefixes: ['https://a.example/'] },
  });
  expect([...files.keys()]).toEqual(['https://a.example/1']);
  expect([...absent.keys()]).toEqual(['https://[x/y']);
});

test('a document may mention more others than are read of it', async () => {
  const page = Array.from({ length: 200_000 }, (_, index) => `$ref: https://b.example/${index}`).join('\n');
  const { files, absent } = await readExternal(
    { file: '/srv/api.yaml', text: '$ref: https://a.example/1' },
    [],
    {
      reader: new InputReader(),
      fetchText: () => Promise.resolve({ text: page }),
      allowed: { folders: [], prefixes: ['https://a.example/'] },
    },
  );
  expect(files.size).toBe(1);
  expect(absent.size).toBe(5001);
});
