import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { bailiwick } from '../support/command-line.ts';
import { runHere, runWith } from '../support/in-process.ts';
import { createFolder, notesFiles, readRecords, startApi } from '../support/gateway.ts';

const COMMANDS = [
  'serve',
  'connect',
  'tools',
  'call',
  'find',
  'search report',
  'plan',
  'compile',
  'check',
  'audit',
  'hints',
  'keys',
  'whoami',
  'schema',
  'demo-api',
];

test.each(COMMANDS)('%s --help teaches by example and names the exit codes', async (command) => {
  const { status, out } = await runHere([...command.split(' '), '--help']);
  expect(status).toBe(0);
  expect(out).toMatch(/Examples:\n  \$ bailiwick /);
  expect(out).toContain(
    'Exit status: 0 yes; 1 the answer is no; 2 usage or configuration; 3 something cannot be reached.',
  );
});

test('tools prints what a principal sees, for people and for scripts', async () => {
  await using api = await startApi();
  await using workspace = await createFolder(notesFiles(api.url));
  const table = await runWith(workspace.folder, ['tools', '--as', 'reader']);
  expect(table.status).toBe(0);
  expect(table.out.split('\n').map((line) => line.split(/\s+/)[0])).toEqual(['TOOL', 'notes_list_notes', '']);
  expect(table.out).not.toContain('\u001B');
  const json = await runWith(workspace.folder, ['tools', '--as', 'writer', '--json']);
  const { tools } = JSON.parse(json.out) as { tools: Record<string, unknown>[] };
  expect(tools.map((tool) => [tool['name'], tool['source'], tool['access']])).toEqual([
    ['notes_create_note', 'notes', 'write'],
    ['notes_delete_note', 'notes', 'destructive'],
    ['notes_list_notes', 'notes', 'read'],
  ]);
  expect(Object.keys(tools[0] ?? {})).toEqual(['name', 'source', 'access', 'description', 'inputSchema']);
  const everything = await runWith(workspace.folder, ['tools']);
  expect(everything.out).toContain('notes_wipe');
});

test('call goes down the road under policy and leaves a record of its own', async () => {
  await using api = await startApi();
  await using workspace = await createFolder(notesFiles(api.url));
  const done = await runWith(workspace.folder, [
    'call',
    'notes_list_notes',
    '--as',
    'reader',
    '--args',
    '{"limit":3}',
    '--json',
  ]);
  expect(done.status).toBe(0);
  expect(JSON.parse(done.out)).toMatchObject({ structuredContent: { method: 'GET', url: '/notes?limit=3' } });
  const denied = await runWith(workspace.folder, [
    'call',
    'notes_delete_note',
    '--as',
    'reader',
    '--args',
    '{"id":"1"}',
  ]);
  expect([denied.status, denied.err]).toEqual([
    1,
    expect.stringContaining('Unknown tool: notes_delete_note'),
  ]);
  const wrong = await bailiwick(
    workspace.folder,
    ['call', 'notes_list_notes', '--as', 'reader', '--args', '-'],
    { input: '{"limit":0}' },
  );
  expect([wrong.status, wrong.out]).toEqual([1, expect.stringContaining('/limit must be >= 1')]);
  expect(api.received).toHaveLength(1);
  const records = await readRecords(path.join(workspace.folder, '.bailiwick/audit'));
  expect(records.filter((record) => record.type === 'call.intent')).toEqual([
    expect.objectContaining({
      via: { face: 'cli', endpoint: '/mcp' },
      principal: expect.objectContaining({ subject: 'reader' }),
    }),
  ]);
});

test('call says beside the result what else there is to know of it', async () => {
  await using api = await startApi();
  await using workspace = await createFolder(notesFiles(api.url));
  const call = ['call', 'notes_list_notes', '--as', 'reader', '--args', '{"select":"keys(`1`)"}'];
  const { status, out, err } = await runWith(workspace.folder, call);
  expect([status, err]).toEqual([0, expect.stringContaining('select was not applied')]);
  expect(() => JSON.parse(out) as unknown).not.toThrow();
});

test('call says 3 when the source cannot be reached', async () => {
  await using workspace = await createFolder(notesFiles('http://127.0.0.1:9'));
  const { status, out } = await runWith(workspace.folder, ['call', 'notes_list_notes', '--as', 'reader']);
  expect([status, out]).toEqual([3, expect.stringContaining('UPSTREAM_UNAVAILABLE')]);
});

test('plan prints the exact request and sends nothing', async () => {
  await using api = await startApi();
  await using workspace = await createFolder(notesFiles(api.url));
  const json = await runWith(workspace.folder, [
    'plan',
    'notes_create_note',
    '--args',
    '{"text":"a"}',
    '--json',
  ]);
  expect(JSON.parse(json.out)).toMatchObject({
    method: 'POST',
    url: `${api.url}/notes`,
    body: '{"text":"a"}',
  });
  const hidden = await runWith(workspace.folder, [
    'plan',
    'notes_create_note',
    '--as',
    'reader',
    '--args',
    '{"text":"a"}',
  ]);
  expect(hidden.status).toBe(1);
  expect(api.received).toEqual([]);
});

test('compile accounts for every operation', async () => {
  await using workspace = await createFolder(notesFiles('http://127.0.0.1:9'));
  const { status, out } = await runWith(workspace.folder, ['compile', '--json']);
  expect(status).toBe(0);
  expect(JSON.parse(out)).toEqual({
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    sources: [{ source: 'notes', operations: 4, tools: 4, skipped: [], lossy: [], warnings: [] }],
    failed: [],
    lock: {
      file: path.join(workspace.folder, 'bailiwick.lock'),
      state: 'absent',
      written: false,
      drift: [],
      refused: [],
    },
  });
});

test('check finds what is wrong, says where, and says yes when nothing is', async () => {
  const files = notesFiles('http://127.0.0.1:9');
  await using workspace = await createFolder(files);
  expect(await runWith(workspace.folder, ['check'])).toMatchObject({
    status: 0,
    out: expect.stringContaining('in order'),
  });
  await workspace.write(
    'policies/more.policy.yaml',
    'policy: more\nrules:\n  - { id: a, effect: permit, what: { source: notes, tool: delete_nota } }\n',
  );
  const unmatched = await runWith(workspace.folder, ['check']);
  expect(unmatched.status).toBe(1);
  expect(unmatched.out).toMatch(/more\.policy\.yaml:3:\d+ .*delete_nota/);
  await workspace.write('bailiwick.yaml', `${files['bailiwick.yaml']}\nsorces: {}\n`);
  const unknown = await runWith(workspace.folder, ['check']);
  expect(unknown.status).toBe(2);
  expect(unknown.err).toMatch(/bailiwick\.yaml:\d+:1 .*`sorces`[\s\S]*did you mean `sources`/);
});

test.each([
  ['an unknown command', ['toolz'], /unknown command 'toolz'[\s\S]*tools/],
  ['an unknown option', ['tools', '--az', 'x'], /unknown option '--az'/],
  ['arguments that are no JSON', ['call', 'x_y', '--args', '{'], /--args is not JSON/],
  ['arguments that are no object', ['call', 'x_y', '--args', '[1]'], /must be a JSON object/],
  ['an unknown format', ['schema', 'nothing'], /there is config, policy, .*record/],
])('%s is a usage error that says what would be right', async (_what, args, message) => {
  const { status, out, err } = await runHere(args);
  expect([status, out]).toEqual([2, '']);
  expect(err).toMatch(message);
});

test('no configuration is a usage error that says what would be right', async () => {
  await using workspace = await createFolder({});
  const { status, out, err } = await bailiwick(workspace.folder, ['tools']);
  expect([status, out]).toEqual([2, '']);
  expect(err).toMatch(/bailiwick\.yaml/);
});

test('--as with a name that is none says which there are', async () => {
  await using workspace = await createFolder(notesFiles('http://127.0.0.1:9'));
  const { status, err } = await runWith(workspace.folder, ['tools', '--as', 'nobody']);
  expect([status, err]).toEqual([2, expect.stringContaining('reader, writer, careful')]);
});

test('a secret from the environment is in no output, not even where it is wrong', async () => {
  const files = notesFiles('http://127.0.0.1:9');
  files['bailiwick.yaml'] = files['bailiwick.yaml']?.replace('http://127.0.0.1:9', '${env:API_URL}') ?? '';
  await using workspace = await createFolder(files);
  const wrong = await bailiwick(workspace.folder, ['compile'], {
    environment: { API_URL: 'canary-not-a-url' },
  });
  expect(wrong.status).toBe(2);
  expect(wrong.err).toMatch(/bailiwick\.yaml:\d+:\d+/);
  expect(wrong.err + wrong.out).not.toContain('canary');
  const missing = await runWith(workspace.folder, ['compile']);
  expect([missing.status, missing.err]).toEqual([2, expect.stringContaining('API_URL')]);
});

test('keys create --static shows a key once, and its hash', async () => {
  await using workspace = await createFolder({});
  const { out } = await runWith(workspace.folder, ['keys', 'create', 'agent', '--static', '--json']);
  const made = JSON.parse(out) as { key: string; hash: string };
  expect(made.key).toMatch(/^bw_[A-Za-z0-9_-]{43}$/);
  expect(made.hash).toMatch(/^sha256:[0-9a-f]{64}$/);
  const again = JSON.parse(
    (await runWith(workspace.folder, ['keys', 'create', 'agent', '--static', '--json'])).out,
  ) as { key: string };
  expect(again.key).not.toBe(made.key);
});

test('connect prints a configuration, and --write merges it beside what is there, comments and all', async () => {
  await using workspace = await createFolder({
    ...notesFiles('http://127.0.0.1:9'),
    '.cursor/mcp.json': '{\n  // mine\n  "mcpServers": { "other": { "command": "x" } }\n}\n',
  });
  const printed = await runWith(workspace.folder, ['connect', 'claude', '--as', 'reader']);
  const { command, args } = (
    JSON.parse(printed.out) as { mcpServers: { bailiwick: { command: string; args: string[] } } }
  ).mcpServers.bailiwick;
  expect(path.isAbsolute(command)).toBe(true);
  expect(args.slice(1)).toEqual([
    'serve',
    '--stdio',
    '--config',
    expect.stringMatching(/bailiwick\.yaml$/),
    '--as',
    'reader',
  ]);
  const written = await bailiwick(workspace.folder, [
    'connect',
    'cursor',
    '--url',
    'http://127.0.0.1:8808/mcp',
    '--write',
  ]);
  expect(written.status).toBe(0);
  const merged = await readFile(path.join(workspace.folder, '.cursor/mcp.json'), 'utf8');
  expect(merged).toContain('// mine');
  expect(merged).toContain('"other"');
  expect(merged).toContain('"url": "http://127.0.0.1:8808/mcp"');
  const copy = /What was there: (\S+)/.exec(written.out)?.[1] ?? '';
  expect(await readFile(copy, 'utf8')).not.toContain('bailiwick');
});

test('connect leaves a file that is no JSON alone and says where it breaks', async () => {
  const broken = '{ "mcpServers": { oops }';
  await using workspace = await createFolder({
    ...notesFiles('http://127.0.0.1:9'),
    '.cursor/mcp.json': broken,
  });
  const file = path.join(workspace.folder, '.cursor/mcp.json');
  const { status, err } = await runWith(workspace.folder, ['connect', 'cursor', '--write', '--file', file]);
  expect([status, err]).toEqual([2, expect.stringMatching(/mcp\.json:1:\d+ .*nothing was written/)]);
  expect(await readFile(file, 'utf8')).toBe(broken);
});

test('schema prints the JSON Schema of each format', async () => {
  for (const format of ['config', 'policy', 'record', 'calls', 'spend', 'compile']) {
    const { out } = await runHere(['schema', format]);
    expect(JSON.parse(out)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
  }
});
