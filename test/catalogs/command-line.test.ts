import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../ledger/support.ts';
import { principal } from '../policy/fixtures.ts';
import { CLIENT_KINDS, type AnyClient } from '../support/clients.ts';
import { BIN } from '../support/command-line.ts';
import { createFolder, notesFiles, startApi, startGateway } from '../support/gateway.ts';
import { runWith } from '../support/in-process.ts';
import { connectOverStdio } from '../support/stdio.ts';

const CATALOGS = `
catalogs:
  desk:
    include: [ { source: notes, tag: notes } ]
    exclude: [ { access: destructive } ]
    rename: { notes_create_note: write_down }
    pin: { notes_list_notes: { limit: 3 } }
`;

let api: Awaited<ReturnType<typeof startApi>>;
let workspace: Awaited<ReturnType<typeof createFolder>>;

beforeAll(async () => {
  api = await startApi();
  workspace = await createFolder(notesFiles(api.url, CATALOGS));
});
afterAll(async () => {
  await workspace[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

const run = (...args: readonly string[]) => runWith(workspace.folder, args);

test('tools shows a catalog as one of the principals sees it', async () => {
  const whole = await run('tools', '--catalog', 'desk');
  expect(whole.out).toMatch(/write_down[^]*notes_list_notes/);
  expect(whole.out).not.toContain('delete');
  const reader = JSON.parse(
    (await run('tools', '--catalog', 'desk', '--as', 'reader', '--json')).out,
  ) as unknown;
  expect(reader).toMatchObject({
    tools: [{ name: 'notes_list_notes', source: 'notes', inputSchema: { type: 'object', properties: {} } }],
  });
});

test('call and plan go through a catalog, by its names and with what it pins', async () => {
  const called = await run(
    'call',
    'write_down',
    '--catalog',
    'desk',
    '--as',
    'writer',
    '--args',
    '{"text":"x"}',
  );
  expect([called.status, JSON.parse(called.out)]).toEqual([0, { method: 'POST', url: '/notes' }]);
  const listed = await run('call', 'notes_list_notes', '--catalog', 'desk', '--as', 'reader');
  expect(listed.out).toContain('/notes?limit=3');
  expect((await run('plan', 'notes_list_notes', '--catalog', 'desk')).out).toContain('/notes?limit=3');
  const other = await run('plan', 'notes_list_notes', '--catalog', 'desk', '--args', '{"limit":4}');
  expect([other.status, other.err]).toEqual([1, expect.stringContaining('/limit is fixed at this endpoint')]);
});

test('a name that the catalog does not have is unknown, with the one that was meant where there is one', async () => {
  const renamed = await run('call', 'notes_create_note', '--catalog', 'desk', '--as', 'writer');
  expect([renamed.status, renamed.err]).toEqual([1, expect.stringContaining('did you mean write_down?')]);
  const left = await run('call', 'notes_wipe', '--catalog', 'desk', '--as', 'writer');
  expect(left.err).toContain('`bailiwick tools --catalog desk --as writer` lists what there is');
});

test('a tool whose pinned argument policy never permits is not there, as at the endpoint', async () => {
  const rule = `{ id: five, effect: permit, what: { tool: list_notes }, when: 'args.limit == 5' }`;
  await using other = await createFolder({
    ...notesFiles(api.url, CATALOGS),
    'policies/notes.policy.yaml': `policy: notes\nrules:\n  - ${rule}\n`,
  });
  const through = ['--catalog', 'desk', '--as', 'reader'];
  expect((await runWith(other.folder, ['tools', ...through])).out).toBe('no tools\n');
  expect((await runWith(other.folder, ['tools', '--as', 'reader'])).out).toContain('notes_list_notes');
  for (const command of ['call', 'plan']) {
    const { status, err } = await runWith(other.folder, [command, 'notes_list_notes', ...through]);
    expect([status, err]).toEqual([1, expect.stringContaining('lists what there is')]);
  }
});

test.each([
  [['tools', '--catalog', 'dsk'], 'no catalog "dsk"'],
  [['call', 'x', '--catalog', 'other'], 'there is desk'],
  [['tools', '--held', '--catalog', 'desk'], 'no catalog shows what is held back'],
  [['serve', '--catalog', 'desk'], 'over HTTP every catalog is served, this one at /mcp/desk'],
  [['connect', 'claude', '--catalog', 'dsk'], 'did you mean desk?'],
  [['connect', 'cursor', '--catalog', 'desk', '--url', 'http://x/mcp'], '--url names the endpoint itself'],
])('%j is refused with what would do', async (args, expected) => {
  const { status, err } = await run(...args);
  expect([status, err]).toEqual([2, expect.stringContaining(expected)]);
});

test('connect leads a client to a catalog', async () => {
  expect((await run('connect', 'cursor', '--catalog', 'desk')).out).toContain('/mcp/desk"');
  const stdio = await run('connect', 'claude', '--catalog', 'desk', '--as', 'reader');
  expect(stdio.out).toMatch(/"--catalog",\s+"desk",\s+"--as",\s+"reader"/);
});

test('check says what in a catalog means nothing, with its place', async () => {
  const broken = `
catalogs:
  desk:
    include: [ { source: notes, tool: [list_notes, lst_notes] } ]
    exclude: [ { tag: gone } ]
    rename:
      notes_wipe: wipe
      notes_list_note: list
      notes_list_notes: notes_create_note
    pin:
      notes_list_notes: { limt: 3 }
      notes_nothing: { x: 1 }
  late:
    include: [ { source: notes } ]
    rename: { notes_wipe: notes_list_notes }
    pin:
      notes_list_notes: { limit: 1000 }
      "*": { limit: 5 }
  wiping:
    include: [ { source: notes, tool: wipe } ]
`;
  await using folder = await createFolder(notesFiles(api.url, broken));
  const { status, out } = await runWith(folder.folder, ['check']);
  const lines = out.split('\n').map((line) => line.replace(/^.*\.yaml:(\d+):\d+ {2}/, '$1 '));
  const first = notesFiles(api.url, '')['bailiwick.yaml']?.split('\n').length ?? 0;
  const at = (line: number, message: string): string => `${first + line} ${message}`;
  expect(status).toBe(1);
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringContaining(
        at(3, 'catalogs.desk.include: tool `lst_notes` matches nothing: no tool has this name in notes'),
      ),
      at(4, 'catalogs.desk.exclude: tag `gone` matches nothing: no tool has this tag'),
      at(
        6,
        'catalogs.desk.rename.notes_wipe: is not in this catalog, so it has no name here; include it, or remove this',
      ),
      at(
        7,
        'catalogs.desk.rename.notes_list_note: there is no tool or prompt of this name; did you mean `notes_list_notes`?',
      ),
      at(
        10,
        'catalogs.desk.pin.notes_list_notes.limt: no tool that is pinned here has the argument /limt; did you mean `limit`?',
      ),
      at(11, 'catalogs.desk.pin.notes_nothing: there is no tool of this name'),
      at(
        12,
        'catalogs.late: the tool notes_list_notes is left out: it has the name that something else is renamed to',
      ),
      expect.stringContaining(
        'warning: catalogs.wiping: empty for everybody who is configured (local, reader, writer, careful)',
      ),
    ]),
  );
});

test('serve warns of what check calls an error, and reads a catalog that changed', async () => {
  await using gateway = await startGateway(notesFiles(api.url, CATALOGS));
  const rename = 'rename: { notes_create_note: notes_list_notes }';
  const changed = CATALOGS.replace('rename: { notes_create_note: write_down }', rename);
  await gateway.write('bailiwick.yaml', notesFiles(api.url, changed)['bailiwick.yaml'] ?? '');
  await gateway.reload();
  expect(gateway.log.filter((line) => line.includes('"warn"')).join('\n')).toContain(
    'catalogs.desk: the tool notes_list_notes is left out: it has the name that something else is renamed to',
  );
});

test('serve --stdio serves a catalog alone', async () => {
  const client = new Client({ name: 'desktop', version: '1.0.0' });
  const config = path.join(workspace.folder, 'bailiwick.yaml');
  const args = [BIN, 'serve', '--stdio', '--as', 'writer', '--catalog', 'desk', '--config', config];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' }));
  try {
    await servesTheDesk(client);
  } finally {
    await client.close();
  }
});

test.each(CLIENT_KINDS)('over stdio a catalog is what it is over HTTP (%s)', async (kind) => {
  await using gateway = await startGateway(notesFiles(api.url, CATALOGS));
  const who = principal({ scopes: ['notes:read', 'notes:write'] });
  await using client = await connectOverStdio(kind, {
    gateway: gateway.app.gateway,
    principal: who,
    endpoint: { kind: 'catalog', name: 'desk' },
    logger: createLog().logger,
  });
  await servesTheDesk(client);
});

async function servesTheDesk(client: Pick<AnyClient, 'listTools' | 'callTool'>): Promise<void> {
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([
    'write_down',
    'notes_list_notes',
  ]);
  const { structuredContent } = await client.callTool({ name: 'notes_list_notes', arguments: {} });
  expect(structuredContent).toEqual({ method: 'GET', url: '/notes?limit=3' });
  await expect(client.callTool({ name: 'notes_delete_note', arguments: { id: '1' } })).rejects.toThrow(
    'Unknown tool: notes_delete_note',
  );
}
