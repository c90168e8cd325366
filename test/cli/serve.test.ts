import { Client as CurrentClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as CurrentStdio } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { spawn } from 'node:child_process';
import { readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startDemoApi } from '../../src/cli/demo-api/server.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { connect } from '../support/clients.ts';
import { BIN } from '../support/command-line.ts';
import { createFolder, notesFiles, readRecords, startApi } from '../support/gateway.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** `bailiwick serve` as a process of its own, with its output. */
function serve(folder: string, args: readonly string[] = []) {
  const child = spawn(process.execPath, [BIN, 'serve', ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, UNRELATED_SECRET: 'environment-canary' },
  });
  const output = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.err += text));
  const { promise: exited, resolve } = Promise.withResolvers<number | null>();
  child.once('close', resolve);
  return {
    child,
    output,
    exited,
    async endpoint(): Promise<string> {
      await expect
        .poll(() => output.out + (child.exitCode ?? ''), { timeout: 40_000 })
        .toMatch(/Stop with Ctrl\+C/);
      return /at (http\S+)/.exec(output.out)?.[1] ?? '';
    },
    async stop(): Promise<number | null> {
      child.kill('SIGTERM');
      return exited;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

test('the bundled configuration does the main job: two principals, three real sources, one endpoint', async () => {
  await using api = await startDemoApi({ host: '127.0.0.1', port: 0, now: Date.now }).then((one) =>
    Object.assign(one, { [Symbol.asyncDispose]: () => one.close() }),
  );
  const bundled = (await readFile(path.join(REPOSITORY, 'bailiwick.yaml'), 'utf8'))
    .replace('127.0.0.1:8808', '127.0.0.1:0')
    .replace('http://127.0.0.1:8809', api.url);
  await using workspace = await createFolder({ 'bailiwick.yaml': bundled });
  for (const name of ['specs', 'policies', 'node_modules']) {
    await symlink(path.join(REPOSITORY, name), path.join(workspace.folder, name));
  }
  await using server = serve(workspace.folder);
  const endpoint = await server.endpoint();

  expect(server.output.out).toMatch(/helpdesk +ready +16 /);
  expect(server.output.out).toMatch(/everything +ready +\d+ /);
  expect(server.output.out).toMatch(/files +ready +\d+ /);
  expect(server.output.out).toContain('"mcpServers"');
  await using client = await connect('v1', endpoint);
  const names = (await client.listTools()).tools.map((tool) => tool.name);
  expect(names).toContain('helpdesk_create_ticket');
  expect(names).not.toContain('helpdesk_create_refund');
  expect(names).not.toContain('everything_get-env');
  const tickets = await client.callTool({
    name: 'helpdesk_list_tickets',
    arguments: { status: ['open'], limit: 1 },
  });
  expect(tickets.structuredContent).toMatchObject({ items: [{ status: 'open' }] });
  const echoed = await client.callTool({ name: 'everything_echo', arguments: { message: 'hello' } });
  expect(echoed.content).toEqual([{ type: 'text', text: 'Echo: hello' }]);
  const listed = await client.callTool({ name: 'files_list_directory', arguments: { path: '.' } });
  expect(JSON.stringify(listed.content)).toContain('.md');
  const { resources } = await client.listResources();
  const uri = resources[0]?.uri ?? '';
  expect(uri).toMatch(/^everything\+demo:\/\//);
  expect((await client.readResource({ uri })).contents[0]?.uri).toBe(uri);
  const prompt = await client.getPrompt({ name: 'everything_simple-prompt' });
  expect(prompt.messages.length).toBeGreaterThan(0);
  const completion = await client.complete({
    ref: { type: 'ref/prompt', name: 'everything_completable-prompt' },
    argument: { name: 'department', value: 'E' },
  });
  expect(completion.completion.values.length).toBeGreaterThan(0);

  expect(await server.stop()).toBe(0);
  expect((await verifyDirectory(path.join(workspace.folder, '.bailiwick/audit'))).ok).toBe(true);
});

test.each(['v2 modern', 'v2 legacy', 'v1'])(
  'one client over stdio lists and calls, and the server ends with it (%s)',
  async (kind) => {
    await using api = await startApi();
    await using workspace = await createFolder(notesFiles(api.url));
    const command = {
      command: process.execPath,
      args: [BIN, 'serve', '--stdio', '--as', 'writer'],
      cwd: workspace.folder,
    };
    const info = { name: 'desktop', version: '1' };
    const client =
      kind === 'v1'
        ? new OldClient(info)
        : new CurrentClient(info, {
            versionNegotiation: { mode: kind === 'v2 modern' ? { pin: '2026-07-28' } : 'legacy' },
          });
    const transport =
      kind === 'v1'
        ? new OldStdio({ ...command, stderr: 'ignore' })
        : new CurrentStdio({ ...command, stderr: 'ignore' });
    await client.connect(transport);
    const list = (await client.listTools()) as { tools: { name: string }[] };
    expect(list.tools.map((tool) => tool.name)).toEqual([
      'notes_create_note',
      'notes_delete_note',
      'notes_list_notes',
    ]);
    const result = (await client.callTool({ name: 'notes_list_notes', arguments: {} })) as {
      structuredContent?: unknown;
    };
    expect(result.structuredContent).toEqual({ method: 'GET', url: '/notes' });
    await client.close();
    const recorded = async () => {
      const records = await readRecords(path.join(workspace.folder, '.bailiwick/audit'));
      return records.filter(({ type }) => type.startsWith('call.'));
    };
    await expect
      .poll(async () => (await recorded()).map(({ type }) => type), { timeout: 10_000 })
      .toEqual(['call.intent', 'call.outcome']);
    expect((await recorded())[0]).toMatchObject({
      principal: { subject: 'writer' },
      via: { face: 'stdio', clientName: 'desktop' },
    });
  },
);

test('SIGTERM ends the server with 0 and leaves no child behind', async () => {
  const child = "setInterval(() => {}, 1000); process.stderr.write('child ' + process.pid + '\\n')";
  await using workspace = await createFolder({
    'bailiwick.yaml': `
server: { listen: '127.0.0.1:0' }
sources:
  silent: { mcp: { command: ['${process.execPath}', child.mjs] }, startupTimeout: 300 }
`,
    'child.mjs': `${child}; import('node:fs').then((fs) => fs.writeFileSync('pid', String(process.pid)));`,
  });
  await using server = serve(workspace.folder);
  await server.endpoint();
  expect(server.output.out).toMatch(/silent +down/);
  expect(await server.stop()).toBe(0);
  const pid = Number(await readFile(path.join(workspace.folder, 'pid'), 'utf8'));
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test('nothing of the environment, no key and no credential is in what the server prints or records', async () => {
  await using api = await startApi((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ saw: request.headers['x-notes-key'] === 'credential-canary' }));
  });
  const files = notesFiles(api.url, '', ", credentials: { key: { apiKey: '${file:secret}' } }");
  files['secret'] = 'credential-canary\n';
  files['notes.yaml'] += `
security: [{ key: [] }]
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Notes-Key } } }
`;
  await using workspace = await createFolder(files);
  await using server = serve(workspace.folder, ['--log-level', 'debug']);
  const endpoint = await server.endpoint();
  await using client = await connect('v2 modern', endpoint, 'bw_reader-key-canary-0001');
  const result = await client.callTool({ name: 'notes_list_notes', arguments: {} });
  expect(result.structuredContent).toEqual({ saw: true });
  expect(api.received[0]?.headers.authorization).toBeUndefined();
  await connect('v2 modern', endpoint, 'bw_wrong-canary').catch(() => {});
  await server.stop();
  const records = JSON.stringify(await readRecords(path.join(workspace.folder, '.bailiwick/audit')));
  expect(`${server.output.out}${server.output.err}${records}`).not.toContain('canary');
});
