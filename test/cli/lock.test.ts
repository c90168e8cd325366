import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { COMPILE_SCHEMA } from '../../src/cli/compile-schema.ts';
import { runWith } from '../support/in-process.ts';
import { createFolder, DOCUMENT, notesFiles } from '../support/gateway.ts';

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(COMPILE_SCHEMA);

/** What `--json` printed; it fits the documented schema. */
function documentOf(out: string): Record<string, never> {
  const document = JSON.parse(out) as Record<string, never>;
  expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  return document;
}

const changed = DOCUMENT.replace('maximum: 100', 'maximum: 500')
  .replace('operationId: wipe', 'operationId: erase')
  .replace(
    'paths:\n',
    "paths:\n  /broken: { get: { operationId: broken, parameters: [{ $ref: '#/nowhere' }] } }\n",
  );

test('from no lock to drift to a lock again: check says no with what differs, lock accepts, held tools are listed', async () => {
  await using workspace = await createFolder(notesFiles('http://127.0.0.1:9'));
  const run = (...args: string[]) => runWith(workspace.folder, args);
  const without = await run('compile', '--check');
  expect([without.status, without.out]).toEqual([
    1,
    expect.stringMatching(/^there is no lock.*\n(\+ notes\/\w+ {2}new\n){4}/),
  ]);

  const first = await run('compile', '--lock');
  expect([first.status, first.out]).toEqual([
    0,
    expect.stringContaining('bailiwick.lock written: 4 added, 0 changed, 0 removed; 4 tools in all'),
  ]);
  const text = await readFile(path.join(workspace.folder, 'bailiwick.lock'), 'utf8');
  expect(await readdir(workspace.folder)).toEqual([
    'bailiwick.lock',
    'bailiwick.yaml',
    'notes.yaml',
    'policies',
  ]);
  const equal = await run('compile', '--check');
  expect([equal.status, equal.out]).toEqual([0, 'bailiwick.lock holds all 4 tools as they are\n']);

  await workspace.write('notes.yaml', changed);
  const drift = await run('compile', '--check');
  expect([drift.status, drift.out]).toEqual([
    1,
    `bailiwick.lock is not what the sources offer: 1 new, 1 changed, 1 gone; what is new or changed is not served
\`bailiwick compile --lock\` accepts what was reviewed
+ notes/erase  new
~ notes/list_notes  changed
    ~ /inputSchema/properties/limit/maximum  100 → 500
- notes/wipe  gone
`,
  ]);
  const held = await run('tools', '--held', '--json');
  expect([held.status, JSON.parse(held.out)]).toEqual([
    0,
    {
      held: [
        { name: 'notes_erase', source: 'notes', tool: 'notes/erase', status: 'new', changes: [] },
        {
          name: 'notes_list_notes',
          source: 'notes',
          tool: 'notes/list_notes',
          status: 'changed',
          changes: [{ pointer: '/inputSchema/properties/limit/maximum', before: 100, after: 500 }],
        },
      ],
    },
  ]);
  const tools = await run('tools');
  expect(tools.out).not.toMatch(/erase|list_notes/);
  expect(tools.err).toContain('2 tools held back by the lock: `bailiwick tools --held`');
  const checked = await run('check');
  expect([checked.status, checked.out]).toEqual([
    0,
    expect.stringContaining('2 tools held back by the lock; `bailiwick compile --check`'),
  ]);
  const call = await run('call', 'notes_list_notes', '--as', 'reader');
  expect([call.status, call.err]).toEqual([1, expect.stringContaining('held back')]);

  const second = await run('compile', '--lock', '--json');
  expect(documentOf(second.out)).toMatchObject({
    sources: [
      { operations: 5, tools: 4, skipped: [{ operation: 'GET /broken', reason: 'unresolved-reference' }] },
    ],
    lock: {
      state: 'in-force',
      written: true,
      drift: [
        { tool: 'notes/erase', status: 'new', changes: [] },
        { tool: 'notes/list_notes', status: 'changed' },
        { tool: 'notes/wipe', status: 'gone', changes: [] },
      ],
    },
  });
  expect(await readFile(path.join(workspace.folder, 'bailiwick.lock'), 'utf8')).not.toBe(text);
  expect((await run('compile', '--check')).status).toBe(0);
});

const twoSources = (command: string): Record<string, string> => {
  const files = notesFiles('http://127.0.0.1:9');
  const sources = `sources:\n  other: { openapi: notes.yaml }\n  up: { mcp: { command: [${command}] } }`;
  files['bailiwick.yaml'] = files['bailiwick.yaml']?.replace('sources:', sources) ?? '';
  return files;
};

/** A child that offers one tool, in the least of the protocol. */
const CHILD = `
import { createInterface } from 'node:readline';
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  if (id === undefined) return;
  const result = {
    initialize: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'c', version: '1' } },
    'tools/list': { tools: [{ name: 'look', annotations: { readOnlyHint: true }, inputSchema: { type: 'object' } }] },
  }[method];
  process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, ...(result ? { result } : { error: { code: -32601, message: 'no' } }) }) + '\\n');
});
`;

test('a source that cannot be reached keeps its entries, and --source replaces the entries of that source alone', async () => {
  await using workspace = await createFolder({
    ...twoSources(`'${process.execPath}', child.mjs`),
    'child.mjs': CHILD,
  });
  const run = (...args: string[]) => runWith(workspace.folder, args);
  const all = await run('compile', '--lock');
  expect([all.status, all.out]).toEqual([0, expect.stringContaining('9 tools in all')]);
  expect(all.out).toContain('1 tool without `trustAnnotations`');

  await workspace.write('child.mjs', 'process.exit(1);');
  await workspace.write('notes.yaml', changed);
  const one = await run('compile', '--lock', '--source', 'other');
  expect([one.status, one.out]).toEqual([
    0,
    expect.stringContaining('1 added, 1 changed, 1 removed; 9 tools in all'),
  ]);
  const check = await run('compile', '--check', '--json');
  expect([check.status, documentOf(check.out)]).toEqual([
    1,
    expect.objectContaining({
      failed: [expect.objectContaining({ source: 'up' })],
      lock: expect.objectContaining({
        drift: [
          expect.objectContaining({ tool: 'notes/erase', status: 'new' }),
          expect.objectContaining({ tool: 'notes/list_notes', status: 'changed' }),
          expect.objectContaining({ tool: 'notes/wipe', status: 'gone' }),
        ],
      }),
    }),
  ]);
  const rest = await run('compile', '--lock');
  expect([rest.status, rest.out]).toEqual([3, expect.stringContaining('9 tools in all')]);
  expect((await run('compile', '--check')).status).toBe(3);
});

test('what makes no sense is a mistake of usage, and an edited lock one of configuration', async () => {
  await using workspace = await createFolder({
    ...notesFiles('http://127.0.0.1:9'),
    'bailiwick.lock': 'version: 1\ntools: { notes/wipe: { digest: x } }\n',
  });
  const edited = await runWith(workspace.folder, ['compile', '--check']);
  expect([edited.status, edited.err]).toEqual([
    2,
    expect.stringMatching(/bailiwick\.lock:2:24 {2}notes\/wipe: the digest is not that of the entry/),
  ]);
  await workspace.write(
    'bailiwick.yaml',
    `${notesFiles('http://127.0.0.1:9')['bailiwick.yaml']}lock: no/such/folder/it.lock\n`,
  );
  const unwritable = await runWith(workspace.folder, ['compile', '--lock']);
  expect([unwritable.status, unwritable.err]).toEqual([
    2,
    expect.stringContaining('it.lock cannot be written (ENOENT)'),
  ]);
  for (const args of [
    ['compile', '--lock', '--check'],
    ['tools', '--held', '--as', 'reader'],
  ]) {
    expect((await runWith(workspace.folder, args)).status).toBe(2);
  }
});

test('the report says of each operation what became of it, by reason, and keeps long lists short', async () => {
  const broken = Array.from(
    { length: 12 },
    (_, index) => `  /b${index}: { get: { operationId: b${index}, parameters: [{ $ref: '#/nowhere' }] } }\n`,
  );
  const files = notesFiles('http://127.0.0.1:9', 'lock: bailiwick.lock\n');
  files['notes.yaml'] = DOCUMENT.replace('paths:\n', `paths:\n${broken.join('')}`);
  await using workspace = await createFolder(files);
  const { status, out } = await runWith(workspace.folder, ['compile', '--report']);
  expect(status).toBe(0);
  expect(out).toMatch(/^notes {2}16 operations: 4 tools, 12 skipped\n/);
  expect(out).toMatch(/skipped: unresolved-reference \(12\) {2}A `\$ref` points at nothing/);
  expect(out.match(/GET \/b\d+ {2}.*nowhere/g)).toHaveLength(5);
  expect(out).toContain('… and 7 more rows (--all prints them)');
  expect(out).toMatch(/largest tools.*\n +\d+ {2}notes_/);
  expect(out).toMatch(
    /bailiwick\.lock does not exist, and the configuration names it: every tool is held back/,
  );
  const all = await runWith(workspace.folder, ['compile', '--report', '--all']);
  expect(all.out.match(/GET \/b\d+ {2}.*nowhere/g)).toHaveLength(12);
});
