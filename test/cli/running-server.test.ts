import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { BIN } from '../support/command-line.ts';
import { createFolder, notesFiles, POLICY, readRecords, startApi } from '../support/gateway.ts';

/** `bailiwick serve` with its three streams in the test's hands. */
function serve(folder: string, args: readonly string[]) {
  const child = spawn(process.execPath, [BIN, 'serve', ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder },
  });
  const output = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.err += text));
  const { promise: exited, resolve } = Promise.withResolvers<number | null>();
  child.once('close', resolve);
  const send = (message: object): boolean =>
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  return {
    child,
    output,
    exited,
    send,
    /** The legacy handshake; then the answer to a call that does not come yet is waited for. */
    call(): void {
      const clientInfo = { name: 'raw', version: '1' };
      send({
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
      });
      send({ method: 'notifications/initialized' });
      send({ id: 2, method: 'tools/call', params: { name: 'notes_list_notes', arguments: {} } });
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** An API that holds its first answer until it is let go. */
async function startSlowApi() {
  const arrived = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const api = await startApi(async (_request, response) => {
    arrived.resolve();
    await go.promise;
    response.setHeader('content-type', 'application/json').end('{"late":true}');
  });
  return { ...api, arrived: arrived.promise, go: go.resolve };
}

const audit = (folder: string): string => path.join(folder, '.bailiwick/audit');

test('over stdio, a stop lets the call in flight answer its client', async () => {
  await using api = await startSlowApi();
  await using workspace = await createFolder(notesFiles(api.url));
  await using server = serve(workspace.folder, ['--stdio']);
  server.call();
  await api.arrived;

  server.child.kill('SIGTERM');
  api.go();

  expect(await server.exited).toBe(0);
  expect(server.output.out).toContain('"structuredContent":{"late":true}');
  const outcome = (await readRecords(audit(workspace.folder))).findLast(
    ({ type }) => type === 'call.outcome',
  );
  expect(outcome).toMatchObject({ result: { status: 'ok' } });
});

test('a client that goes away in mid-call ends the server in order, with an outcome in the record', async () => {
  await using api = await startSlowApi();
  await using workspace = await createFolder(notesFiles(api.url));
  await using server = serve(workspace.folder, ['--stdio']);
  server.call();
  await api.arrived;

  server.child.stdout.destroy();
  server.child.stdin.end();

  expect(await server.exited).toBe(0);
  const records = await readRecords(audit(workspace.folder));
  expect(records.map((record) => record.type)).toEqual(['config', 'call.intent', 'call.outcome', 'config']);
});

test('a reload that leaves a rule without anything to match is said, with its place', async () => {
  await using api = await startApi();
  const files = notesFiles(api.url);
  files['policies/notes.policy.yaml'] =
    `${POLICY}  - { id: never, effect: deny, what: { source: notes, tool: delete_note } }\n`;
  await using workspace = await createFolder(files);
  await using server = serve(workspace.folder, []);
  await expect.poll(() => server.output.out, { timeout: 15_000 }).toContain('Stop with Ctrl+C');
  expect(server.output.err).not.toContain('delete_noote');

  const typo = files['policies/notes.policy.yaml']?.replace('delete_note', 'delete_noote') ?? '';
  await workspace.write('policies/notes.policy.yaml', typo);

  await expect
    .poll(() => server.output.err, { timeout: 10_000 })
    .toMatch(/notes\.policy\.yaml:\d+:\d+ .*delete_noote/);
});

test('a secret that is rotated in is masked from then on', async () => {
  const child = `
import { readFileSync } from 'node:fs';
process.stderr.write('my token is ' + process.env.TOKEN + '\\n');
process.stdin.resume();
`;
  await using workspace = await createFolder({
    'bailiwick.yaml': `
server: { listen: '127.0.0.1:0' }
sources:
  noisy: { mcp: { command: ['${process.execPath}', child.mjs], env: { TOKEN: '\${file:token}' } }, startupTimeout: 500 }
`,
    'child.mjs': child,
    token: 'first-token-canary',
  });
  await using server = serve(workspace.folder, ['--log-level', 'debug']);
  await expect.poll(() => server.output.out, { timeout: 15_000 }).toContain('Stop with Ctrl+C');
  const before = server.output.err.length;
  await workspace.write('token', 'second-token-canary');

  await expect.poll(() => server.output.err.slice(before), { timeout: 15_000 }).toContain('my token is ***');
  expect(server.output.err).not.toContain('canary');
});

test('a second signal ends the server at once, and a child that does not listen with it', async () => {
  const child = `
import { writeFileSync } from 'node:fs';
process.on('SIGTERM', () => {});
setInterval(() => {}, 1000);
writeFileSync('pid', String(process.pid));
`;
  await using workspace = await createFolder({
    'bailiwick.yaml': `
server: { listen: '127.0.0.1:0' }
sources:
  stubborn: { mcp: { command: ['${process.execPath}', child.mjs] }, startupTimeout: 30000 }
`,
    'child.mjs': child,
  });
  await using server = serve(workspace.folder, []);
  const pid = async (): Promise<string> =>
    readFile(path.join(workspace.folder, 'pid'), 'utf8').catch(() => '');
  await expect.poll(pid, { timeout: 15_000 }).not.toBe('');
  const childId = Number(await pid());

  server.child.kill('SIGTERM');
  await expect.poll(() => server.output.err, { timeout: 5_000 }).toContain('stopping');
  server.child.kill('SIGTERM');

  expect(await server.exited).toBe(143);
  await expect.poll(() => isAlive(childId), { timeout: 5_000 }).toBe(false);
});

/** False for a process that is gone, and for one that is dead and only waits to be reaped by whoever inherited it. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
