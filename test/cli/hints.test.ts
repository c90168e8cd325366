import path from 'node:path';
import { expect, test } from 'vitest';
import { startDemoApi } from '../../src/cli/demo-api/server.ts';
import { runHere, runWith } from '../support/in-process.ts';
import { createFolder, notesFiles, REPOSITORY } from '../support/gateway.ts';

test.each([
  ['call', 'notes_list_note', 'reader', 'did you mean notes_list_notes?'],
  ['call', 'create_note', 'writer', 'did you mean notes_create_note?'],
  ['plan', 'notez_list_notes', 'reader', 'did you mean notes_list_notes?'],
  [
    'call',
    'find_tools',
    'reader',
    'it is for agents, and built in: here it is `bailiwick find "list open tickets"`',
  ],
  // What a reader does not see is not suggested, however near it is.
  ['plan', 'notes_wipes', 'reader', '`bailiwick tools --as reader` lists what there is'],
])('%s %s as %s is told what was meant, of what it sees', async (command, name, as, hint) => {
  await using workspace = await createFolder(notesFiles('http://127.0.0.1:9'));
  const { status, out, err } = await runWith(workspace.folder, [command, name, '--as', as]);
  expect([status, out, err]).toEqual([1, '', `bailiwick: Unknown tool: ${name}\n  ${hint}\n`]);
});

test('a call without --as of what the local principal may not see is told as whom it came', async () => {
  await using workspace = await createFolder(notesFiles('http://127.0.0.1:9'));
  const hidden = await runWith(workspace.folder, ['call', 'notes_wipe']);
  expect(hidden.err).toContain('you call as `local`, who may not see it; --as names another principal');
  const absent = await runWith(workspace.folder, ['call', 'wholly-else']);
  expect(absent.err).toContain('`bailiwick tools` lists what there is');
});

test.each(['tools', 'compile'])('%s of a source that is none says which there are', async (command) => {
  await using workspace = await createFolder(notesFiles('http://127.0.0.1:9'));
  const { status, out, err } = await runWith(workspace.folder, [command, '--source', 'nosuch']);
  expect([status, out, err]).toEqual([
    2,
    '',
    expect.stringMatching(/--source: no source "nosuch" in .*; there is notes\n/),
  ]);
});

test.each([
  ['nots', /^bailiwick: no source "nots" in .*; did you mean notes\?\n$/],
  ['wholly-else', /^bailiwick: no source "wholly-else" in .*; sources with auth: \{ oauth \} are: none\n$/],
  ['notes', /^bailiwick: nobody signs in to the source "notes", which has no auth: \{ oauth \};/],
])('login to %s says why nobody can', async (source, says) => {
  await using workspace = await createFolder(notesFiles('http://127.0.0.1:9'));
  const { status, err } = await runWith(workspace.folder, ['login', source]);
  expect([status, err]).toEqual([2, expect.stringMatching(says)]);
});

test('keys create --static says when nobody has the name, even while the configuration cannot be loaded', async () => {
  await using workspace = await createFolder({
    'bailiwick.yaml':
      'identity:\n  principals: { agent: {} }\n  keys: [{ principal: agent, hash: "sha256:…" }]\n',
  });
  const stranger = await runWith(workspace.folder, ['keys', 'create', 'nobody', '--static']);
  expect([stranger.status, stranger.err]).toEqual([
    0,
    expect.stringContaining('no principal "nobody" in identity.principals (there is agent)'),
  ]);
  const known = await runWith(workspace.folder, ['keys', 'create', 'agent', '--static']);
  expect(known.err).not.toContain('no principal');
});

test.each([
  ['nosuch', '--help'],
  ['keys', 'nosuch', '--help'],
  ['help', 'nosuch'],
  ['keys', 'create', '--nosuch'],
])('%s %s is a usage error', async (...args) => {
  const { status, out, err } = await runHere(args);
  expect([status, out]).toEqual([2, '']);
  expect(err).toMatch(/unknown (command|option) '(--)?nosuch'/);
});

test('a taken port of the demo API is said in words that are right for serve and for demo-api', async () => {
  const first = await startDemoApi({ host: '127.0.0.1', port: 0, now: Date.now });
  try {
    const port = Number(new URL(first.url).port);
    await expect(startDemoApi({ host: '127.0.0.1', port, now: Date.now })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringMatching(/in use .*`bailiwick demo-api --port <number>`.*sources\.helpdesk\.url/),
    });
  } finally {
    await first.close();
  }
});

test('compile tells the tools of an MCP server from what else it offers, and they add up', async () => {
  const server = path.join(REPOSITORY, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
  await using workspace = await createFolder({
    'bailiwick.yaml': `sources: { everything: { mcp: { command: ['${process.execPath}', '${server}', stdio] } } }\n`,
  });
  const { out } = await runWith(workspace.folder, ['compile']);
  expect(out.split('\n')[0]?.trim().split(/\s+/)).toEqual([
    'SOURCE',
    'OPERATIONS',
    'TOOLS',
    'OTHERS',
    'SKIPPED',
    'LOSSY',
    'REASONS',
  ]);
  const [operations = 0, tools = 0, others = 0, skipped] =
    /everything +(\d+) +(\d+) +(\d+) +(\d+)/.exec(out)?.slice(1).map(Number) ?? [];
  expect(others).toBeGreaterThan(0);
  expect(tools + others + (skipped ?? 0)).toBe(operations);
});
