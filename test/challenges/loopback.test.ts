import { expect, test } from 'vitest';
import { describeLocalCallers } from '../../src/cli/describe-callers.ts';
import { loadConfig } from '../../src/config/load.ts';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { KEYS, notesFiles, REPOSITORY, createFolder, startGateway } from '../support/gateway.ts';
import { runHere } from '../support/in-process.ts';
import { modern, send } from './send.ts';

/** Notes with another listener and local principal. */
function files(listen: string, local = '{ scopes: [notes:read] }', more = ''): Record<string, string> {
  const all = notesFiles('http://127.0.0.1:9');
  const text = (all['bailiwick.yaml'] ?? '')
    .replace("'127.0.0.1:0'", `'${listen}'${more}`)
    .replace(/local: .*/, `local: ${local}`);
  return { ...all, 'bailiwick.yaml': text };
}

const list = (base: string, headers: Record<string, string> = {}) => {
  const message = modern('tools/list');
  return send(base, {
    method: 'POST',
    path: '/mcp',
    body: message.body,
    headers: { ...message.headers, ...headers },
  });
};

const FORWARDED: [string, string][] = [
  ['forwarded', 'for=192.0.2.1'],
  ['x-forwarded-for', '127.0.0.1'],
  ['X-Forwarded-Proto', 'http'],
  ['X-Forwarded-Host', ''],
  ['via', '1.1 proxy'],
  ['x-real-ip', '127.0.0.1'],
];

test.each([
  ['127.0.0.1:0', 'http://127.0.0.1'],
  ['127.0.0.1:0', 'http://localhost'],
  ['[::1]:0', 'http://[::1]'],
])('on %s whoever comes to %s without a credential is the local principal', async (listen, base) => {
  await using gateway = await startGateway(files(listen));
  const { port } = new URL(gateway.url);
  // `localhost` may be another address first.
  const host = base.includes('localhost') ? { host: `localhost:${port}` } : {};
  const at = base.includes('localhost') ? gateway.url : `${base}:${port}`;
  const answer = await list(at, host);
  expect(answer.status).toBe(200);
  expect(answer.text).toContain('notes_list_notes');
  for (const [name, value] of FORWARDED) {
    const forwarded = await list(at, { ...host, [name]: value });
    expect([name, forwarded.status]).toEqual([name, 401]);
  }
  const known = await list(at, { ...host, via: '1.1 proxy', authorization: `Bearer ${KEYS.reader}` });
  expect(known.status).toBe(200);
});

test.each([
  ['a listener beyond this machine', '0.0.0.0:0', undefined, ''],
  ['a listener beyond this machine, over IPv6', '[::]:0', undefined, ''],
  ['identity.local: false', '127.0.0.1:0', 'false', ''],
  [
    'a public URL',
    '127.0.0.1:0',
    undefined,
    ", publicUrl: 'https://tools.example.test', hosts: ['127.0.0.1']",
  ],
])('%s: nobody is local, and serve says why', async (_, listen, local, more) => {
  await using gateway = await startGateway(files(listen, local, more));
  const { port } = new URL(gateway.url);
  const base = listen.startsWith('[') ? `http://[::1]:${port}` : `http://127.0.0.1:${port}`;
  const answer = await list(base, { host: `127.0.0.1:${port}` });
  expect(answer.status).toBe(401);
  expect(answer.headers['www-authenticate']).toBe('Bearer realm="bailiwick"');

  const { config } = await loadConfig(`${gateway.folder}/bailiwick.yaml`, {});
  const said = describeLocalCallers(gateway.app.local(), config, gateway.http.address);
  expect(said.principal).toBeUndefined();
  expect(said.text).toContain('The local principal is off, so every caller needs a credential: ');
});

test('serve says that the local principal is on, and what it holds', async () => {
  await using gateway = await startGateway(files('127.0.0.1:0'));
  const { config } = await loadConfig(`${gateway.folder}/bailiwick.yaml`, {});
  expect(describeLocalCallers(gateway.app.local(), config, gateway.http.address).text).toBe(
    'The local principal is on: callers on this machine need no key, they are "local" (scopes: notes:read).',
  );
});

const STEP_UP = {
  'policies/notes.policy.yaml':
    'policy: notes\nvisibility: step-up\nscopes: { notes:read: { source: notes, access: read }, notes:write: { source: notes, tag: notes } }\n',
};

test('over stdio the client is the principal that is named, serve says so, and it is told what it lacks', async () => {
  await using workspace = await createFolder({ ...files('127.0.0.1:0'), ...STEP_UP });
  const config = `${workspace.folder}/bailiwick.yaml`;
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [`${REPOSITORY}/src/main.ts`, 'serve', '--stdio', '--config', config, '--as', 'reader'],
    stderr: 'pipe',
  });
  let log = '';
  transport.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString('utf8')));
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(transport);
  const { tools } = await client.listTools();
  const refusal = await client
    .callTool({ name: 'notes_create_note', arguments: {} })
    .catch((error: unknown) => error);
  await client.close();
  expect(tools.map(({ name }) => name)).toEqual(['notes_list_notes']);
  expect(log).toContain('as reader (scopes: notes:read)');
  expect(refusal).toMatchObject({
    code: -32_001,
    data: { code: 'INSUFFICIENT_SCOPE', missingScopes: ['notes:write'] },
  });
});

test('on the command line whoever calls is told what the principal lacks', async () => {
  await using workspace = await createFolder({ ...files('127.0.0.1:0'), ...STEP_UP });
  const config = `${workspace.folder}/bailiwick.yaml`;
  const { status, err } = await runHere(['call', 'notes_create_note', '--as', 'reader', '--config', config]);
  expect(status).toBe(1);
  expect(err).toContain('a further scope is needed for this: notes:write');
});
