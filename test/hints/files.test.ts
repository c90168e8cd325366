import fc from 'fast-check';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Contribution } from '../../src/catalog/entries.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { toolsOnly } from '../../src/catalog/tools-only.ts';
import { BailiwickError } from '../../src/errors.ts';
import { createLocker } from '../../src/lock/entry.ts';
import { catalogFromLock } from '../../src/lock/catalog-from-lock.ts';
import { toDocuments } from '../../src/search/document.ts';
import { openHints } from '../../src/search/hints/hint-book.ts';
import { readHintFile } from '../../src/search/hints/hint-file.ts';
import { startHttpFixture } from '../mcp-upstream/support.ts';
import { createFolder, DOCUMENT, notesFiles, startGateway } from '../support/gateway.ts';
import { runWith } from '../support/in-process.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

function tool(name: string, more: Partial<Tool> = {}): Tool {
  const schema = { type: 'object' };
  return {
    source: 'desk',
    name,
    description: '',
    inputSchema: schema,
    validationSchema: schema,
    access: 'read',
    scopes: [],
    attributes: {},
    binding: { kind: 'mcp', upstreamName: name },
    ...more,
  };
}

function offer(...tools: Tool[]): Contribution {
  return toolsOnly('desk', tools);
}

const book = (text: string) => openHints([{ file: 'hints/desk.hints.yaml', text }]);

test('words of documents, of files by name and of files by glob add up, each once', () => {
  const own = tool('get_ticket', { hints: ['case', 'issue'] });
  const { tools } = book('desk: { get_ticket: [case, customer request], "get_*": [show] }').give(
    offer(own, tool('get_user'), tool('wipe')),
  );
  expect(tools.map(({ hints }) => hints)).toEqual([
    ['case', 'issue', 'customer request', 'show'],
    ['show'],
    undefined,
  ]);
});

test('what has no hints stays the same object, and nobody reads a schema to give a tool some', () => {
  const lazy = Object.defineProperty(tool('a'), 'outputSchema', {
    get: () => expect.fail('the schema was read'),
    enumerable: true,
  });
  const contribution = offer(lazy, tool('b'));
  const hints = book('desk: { a: [x] }');
  const given = hints.give(contribution);
  expect(given.tools[1]).toBe(contribution.tools[1]);
  expect(hints.give(contribution)).toBe(given);
  const other = { ...contribution, source: 'other' };
  expect(hints.give(other)).toBe(other);
});

test('a file that did not change is not read again', () => {
  const files = [{ file: 'a.hints.yaml', text: 'desk: { a: [x] }' }];
  const before = openHints(files);
  expect(openHints(structuredClone(files), before)).toBe(before);
});

test('a name that the source does not have is a warning with its place, and the near one', () => {
  const text =
    'desk:\n  get_tiket: [case]\n  "put_*": [change]\n  desk_get_ticket: [issue]\nhelpdesk: { a: [b] }\n';
  expect(book(text).give(offer(tool('get_ticket'))).warnings).toEqual([
    'hints/desk.hints.yaml:2:3  the source has no tool `get_tiket`; did you mean `get_ticket`?',
    'hints/desk.hints.yaml:3:3  no tool of the source matches `put_*`',
    'hints/desk.hints.yaml:4:3  the source has no tool `desk_get_ticket`; tools are named without their source here: `get_ticket`',
  ]);
  expect(book(text).strangers(['desk', 'help-desk'])).toEqual([
    {
      file: 'hints/desk.hints.yaml',
      line: 5,
      column: 1,
      message: 'there is no source `helpdesk`; did you mean `help-desk`?',
    },
  ]);
});

test.each([
  ['desk: [a]', '1:7  a source is a mapping of tools, which this is not'],
  ['- desk', '1:1  a file of hints is a mapping of sources, which this is not'],
  ['desk: { a: word }', '1:12  must be a list of words, or what a model wrote'],
  ['desk: { a: [1] }', '1:13  must be text: a word or a few'],
  ['desk: { a: ["see https://example.com"] }', '1:13  holds an address: '],
  ['desk: { a: ["<b>bold</b>"] }', '1:13  holds markup: '],
  ['desk: { a: ["?!"] }', '1:13  must hold a letter or a digit'],
  [`desk: { a: [${'x'.repeat(101)}] }`, '1:13  has 101 characters: '],
  ['desk: { a: ["two\\nlines"] }', '1:13  holds a line break'],
  [`desk: { a: [${'x,'.repeat(33)}] }`, '1:12  has 33 hints; more than 32 are not read'],
  [`desk: { a: { hints: [x], by: m, of: no } }`, '1:37  `of` must be the digest'],
  [`desk: { a: { hints: [x], of: '${DIGEST}', by: m, and: 1 } }`, 'is none of `hints`, `by` and `of`'],
  ['desk: { a: [x], a: [y] }', '1:17  is no YAML that can be read: duplicate-key a'],
])('%s is refused with its place', (text, problem) => {
  expect(() => book(text)).toThrow(problem);
});

test('whatever a file holds, it is read or refused as a configuration', () => {
  const word = fc.oneof(fc.string(), fc.constant('plain'), fc.jsonValue());
  const said = fc.oneof(fc.array(word), fc.record({ hints: fc.array(word), by: word, of: word }), word);
  const text = fc.oneof(
    fc.string(),
    fc.dictionary(fc.string(), fc.dictionary(fc.string(), said)).map((file) => JSON.stringify(file)),
  );
  fc.assert(
    fc.property(text, (content) => {
      try {
        for (const { hints } of readHintFile({ file: 'f', text: content }))
          for (const hint of hints) expect(hint).toMatch(/^[^\n<>`]{1,100}$/);
      } catch (error) {
        expect(error).toBeInstanceOf(BailiwickError);
      }
    }),
    { numRuns: 40 },
  );
});

test('hints are part of what is locked, and a lock without them is the lock it was', () => {
  const { entryOf } = createLocker();
  const plain = entryOf(tool('a'));
  expect(entryOf(tool('a', { hints: [] }))).toEqual(plain);
  const hinted = entryOf(tool('a', { hints: ['case'] }));
  expect(hinted.digest).not.toBe(plain.digest);
  const lock = { entries: new Map([[hinted.id, hinted]]) };
  expect(catalogFromLock(lock as never)[0]?.tools[0]?.hints).toEqual(['case']);
});

test('hints of a document and of a file reach the index, for an API and for an MCP server', async () => {
  const { url } = await startHttpFixture('modern-server.ts');
  const source = `\n  remote: { mcp: { url: '${url}' } }`;
  const document = DOCUMENT.replace(
    'operationId: wipe,',
    "operationId: wipe, x-bailiwick: { hints: [start over, 'see https://example.com'] },",
  );
  const clean = document.replace(", 'see https://example.com'", '');
  await using gateway = await startGateway({
    ...notesFiles('http://127.0.0.1:9', source),
    'notes.yaml': clean,
    'overlay.yaml': `overlay: 1.0.0
info: { title: Words, version: '1' }
actions: [{ target: "$.paths['/notes'].get", update: { x-bailiwick: { hints: [memos] } } }]
`,
    'hints/notes.hints.yaml': 'notes: { create_note: [jot down] }\nremote: { echo: [parrot] }\n',
  });
  await gateway.write(
    'bailiwick.yaml',
    notesFiles('http://127.0.0.1:9', source, ', overlays: [overlay.yaml]')['bailiwick.yaml'] ?? '',
  );
  await gateway.reload();
  await gateway.app.settled();
  const hinted = (): string[] =>
    gateway.app
      .offered()
      .contributions.flatMap(toDocuments)
      .filter(({ hints }) => hints.length > 0)
      .map(({ source: from, name, hints }) => `${from}/${name}: ${hints.join(', ')}`);
  const expected = ['notes/create_note: jot down', 'notes/list_notes: memos', 'notes/wipe: start over'];
  expect(hinted()).toEqual([...expected, 'remote/echo: parrot']);

  // What cannot be used costs the key that it is in.
  await gateway.write('notes.yaml', document);
  await gateway.write('hints/notes.hints.yaml', 'remote: { echo: [mirror] }\n');
  await gateway.reload();
  await gateway.app.settled();
  expect(hinted()).toEqual(['notes/list_notes: memos', 'remote/echo: mirror']);
});

test('changed hints of a reviewed tool hold it back, `compile --check` shows them, and `check` warns of unknown tools', async () => {
  await using workspace = await createFolder({
    ...notesFiles('http://127.0.0.1:9'),
    'hints/notes.hints.yaml': 'notes:\n  wipe: [start over]\n  lst_notes: [memos]\nelsewhere: { a: [b] }\n',
  });
  const run = (...args: string[]) => runWith(workspace.folder, args);
  const checked = await run('check');
  expect(checked.status).toBe(0);
  expect(checked.out).toContain(
    'sources.notes: hints/notes.hints.yaml:3:3  the source has no tool `lst_notes`; did you mean `list_notes`?',
  );
  expect(checked.out).toMatch(
    /^(?!.*bailiwick\.yaml).*hints\/notes\.hints\.yaml:4:1  .*there is no source `elsewhere`/m,
  );
  expect((await run('compile', '--lock')).status).toBe(0);

  await workspace.write('hints/notes.hints.yaml', 'notes: { wipe: [start over, reset] }');
  const drift = await run('compile', '--check');
  expect([drift.status, drift.out]).toEqual([
    1,
    expect.stringContaining('~ notes/wipe  changed\n    + /hints/1  "reset"'),
  ]);
  expect((await run('tools', '--held')).out).toContain('notes/wipe');
  await rm(path.join(workspace.folder, 'hints'), { recursive: true });
  expect((await run('compile', '--check')).out).toContain('- /hints');
});

test('a file of hints that is wrong is refused with file, line and column', async () => {
  await using workspace = await createFolder({
    ...notesFiles('http://127.0.0.1:9'),
    'hints/notes.hints.yaml': 'notes:\n  wipe: 3\n',
  });
  const checked = await runWith(workspace.folder, ['check']);
  expect(checked.status).toBe(2);
  expect(checked.err).toContain('hints/notes.hints.yaml:2:9  must be a list of words');
});
