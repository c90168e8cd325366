import { rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { connect, rejection } from '../support/clients.ts';
import { DOCUMENT, KEYS, notesFiles, startApi, startGateway } from '../support/gateway.ts';

test('a call in flight finishes on the configuration it started with', async () => {
  const arrived = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  await using api = await startApi(async (_request, response) => {
    arrived.resolve();
    await go.promise;
    response.setHeader('content-type', 'application/json');
    response.end('{"from":"the old one"}');
  });
  await using other = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);
  const before = client.callTool({ name: 'notes_list_notes', arguments: {} });
  await arrived.promise;

  await gateway.write('bailiwick.yaml', notesFiles(other.url)['bailiwick.yaml'] ?? '');
  await gateway.reload();
  const after = await client.callTool({ name: 'notes_list_notes', arguments: {} });
  go.resolve();

  expect((await before).structuredContent).toEqual({ from: 'the old one' });
  expect(after.structuredContent).toEqual({ method: 'GET', url: '/notes' });
});

test.each([
  ['broken YAML', 'bailiwick.yaml', 'server: [', 'bailiwick.yaml:1'],
  ['an unknown key', 'bailiwick.yaml', 'sorces: {}', 'sources'],
  [
    'a policy that is none',
    'policies/notes.policy.yaml',
    'policy: x\nrules: [{ id: a, effect: perhaps }]',
    'notes.policy.yaml:2',
  ],
  ['a document that is none', 'notes.yaml', 'openapi: 9.9.9\n', 'notes.yaml'],
])('%s is reported with its place, and what ran keeps running', async (_what, file, text, place) => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  await gateway.write(file, text);

  const error = await rejection(gateway.reload());

  expect(error.code).toBe('CONFIGURATION');
  expect(error.message).toContain(place);
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.writer);
  expect((await client.listTools()).tools).toHaveLength(3);
});

test('a new operation in the document appears, and its neighbours stay as they were', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);
  const before = (await client.listTools()).tools;

  const operation =
    "  /moods: { get: { operationId: list_moods, responses: { '200': { description: ok } } } }\n";
  await gateway.write('notes.yaml', DOCUMENT.replace('paths:\n', `paths:\n${operation}`));
  await gateway.reload();

  const after = (await client.listTools()).tools;
  expect(after.map((tool) => tool.name)).toEqual(['notes_list_moods', 'notes_list_notes']);
  expect(after.at(-1)).toEqual(before[0]);
});

test('an operation that cannot be compiled costs itself, with a named reason', async () => {
  await using api = await startApi();
  const files = notesFiles(api.url);
  const broken =
    "  /broken: { get: { operationId: broken, parameters: [{ $ref: '#/components/parameters/nowhere' }] } }\n";
  files['notes.yaml'] = DOCUMENT.replace('paths:\n', `paths:\n${broken}`);
  await using gateway = await startGateway(files);
  const [contribution] = gateway.app.gateway.current().catalog.contributions;
  expect(contribution?.operations).toBe(5);
  expect(contribution?.tools).toHaveLength(4);
  expect(contribution?.skipped).toEqual([
    expect.objectContaining({
      operation: 'GET /broken',
      reason: 'unresolved-reference',
      detail: expect.stringContaining('nowhere'),
    }),
  ]);
});

test('at start, a source whose document is none costs that source and is said', async () => {
  await using api = await startApi();
  const files = notesFiles(api.url);
  files['bailiwick.yaml'] =
    files['bailiwick.yaml']?.replace('sources:', 'sources:\n  broken: { openapi: broken.yaml }') ?? '';
  files['broken.yaml'] = 'openapi: 3.1.0\npaths: [\n';
  await using gateway = await startGateway(files);
  expect(gateway.app.unusable()).toEqual([
    { source: 'broken', error: expect.objectContaining({ code: 'CONFIGURATION' }) },
  ]);
  expect(gateway.log.join('\n')).toContain('broken.yaml');
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);
  expect((await client.listTools()).tools).toHaveLength(1);
});

/** One source, whose settings change with `which`. */
const configOf = (which: string): string => `
server: { listen: '127.0.0.1:0' }
identity: { local: { scopes: [all] } }
sources: { slow: { mcp: { command: ['${process.execPath}', server.mjs], env: { WHICH: ${which} } } } }
`;

test('a source whose settings change serves on as it was until it is up again', async () => {
  const server = `
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
while (existsSync('wait')) await setTimeout(20);
serveStdio(() => {
  const server = new McpServer({ name: 'slow', version: '1' });
  server.registerTool('which', {}, async () => ({ content: [{ type: 'text', text: process.env.WHICH }] }));
  return server;
});
`;
  const policy = 'policy: all\nscopes: { all: { source: slow } }\n';
  const files = {
    'bailiwick.yaml': configOf('first'),
    'server.mjs': server,
    'policies/all.policy.yaml': policy,
  };
  await using gateway = await startGateway(files, {}, ['node_modules']);
  await using client = await connect('v2 legacy', gateway.endpoint);
  const which = async () => (await client.callTool({ name: 'slow_which', arguments: {} })).content;
  expect(await which()).toEqual([{ type: 'text', text: 'first' }]);

  await gateway.write('wait', '');
  await gateway.write('bailiwick.yaml', configOf('second'));
  await gateway.reload();
  expect(await which()).toEqual([{ type: 'text', text: 'first' }]);
  await rm(path.join(gateway.folder, 'wait'));

  await expect.poll(which, { timeout: 15_000 }).toEqual([{ type: 'text', text: 'second' }]);
});

test('a credential that fits no security scheme of the document is refused, and what ran keeps running', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  await gateway.write(
    'bailiwick.yaml',
    notesFiles(api.url, '', ', credentials: { keey: { apiKey: x } }')['bailiwick.yaml'] ?? '',
  );
  const error = await rejection(gateway.reload());
  expect(error.message).toContain('sources.notes.credentials.keey');
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.writer);
  expect((await client.listTools()).tools).toHaveLength(3);
});

const part = (name: string): string => `get: { operationId: ${name}_part }`;
const overlay = (title: string): string =>
  `overlay: 1.1.0\nactions: [{ target: '$..get', update: { summary: ${title} } }]`;

test('a change in a file that the document refers to, or in an overlay, takes effect', async () => {
  await using api = await startApi();
  await using gateway = await startGateway({
    ...notesFiles(api.url, '', ', overlays: [notes.overlay.yaml]'),
    'notes.yaml': DOCUMENT.replace('paths:\n', 'paths:\n  /part: { $ref: part.yaml }\n'),
    'part.yaml': part('first'),
    'notes.overlay.yaml': overlay('One'),
  });
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);
  const listed = async (): Promise<unknown> =>
    (await client.listTools()).tools.map(({ name, title }) => [name, title]);
  expect(await listed()).toEqual([
    ['notes_first_part', undefined],
    ['notes_list_notes', 'One'],
  ]);

  await gateway.write('part.yaml', part('second'));
  await gateway.write('notes.overlay.yaml', overlay('Two'));
  await gateway.reload();

  expect(await listed()).toEqual([
    ['notes_list_notes', 'Two'],
    ['notes_second_part', undefined],
  ]);
});
