import { spawn } from 'node:child_process';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import {
  call,
  faultOf,
  never,
  nodeCommand,
  startUpstream,
  temporaryFolder,
  textOf,
  until,
} from './support.ts';

const everything = fileURLToPath(
  import.meta.resolve('@modelcontextprotocol/server-everything/dist/index.js'),
);
const filesystem = fileURLToPath(
  import.meta.resolve('@modelcontextprotocol/server-filesystem/dist/index.js'),
);

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function startEverything(port: number): Promise<{ kill: () => Promise<void> }> {
  const child = spawn(process.execPath, [everything, 'streamableHttp'], {
    env: { PATH: process.env['PATH'] ?? '', PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(kill);
  let output = '';
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  await until(() => output.includes('listening on port'), 'server-everything listens');
  return { kill };
}

test.each(['stdio', 'http'])('server-everything is served over %s', async (kind) => {
  const port = await freePort();
  if (kind === 'http') await startEverything(port);
  const upstream = startUpstream(
    kind === 'http'
      ? { url: `http://127.0.0.1:${port}/mcp`, headers: {} }
      : { command: nodeCommand(everything, 'stdio'), env: {} },
  );
  const { tools, resources, templates, prompts, skipped } = await upstream.contribution(never);
  expect(skipped).toEqual([]);
  expect(tools.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['echo', 'get-sum', 'get-structured-content', 'trigger-long-running-operation']),
  );
  expect([resources.length > 0, templates.length > 0, prompts.length > 0]).toEqual([true, true, true]);
  const tool = (name: string) => {
    const found = tools.find((one) => one.name === name);
    if (!found) throw new Error(`no tool ${name}`);
    return found;
  };
  // This server registers tools that ask back only for clients that can answer: for everyone's list they are all wanted.
  expect(tools.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['trigger-sampling-request', 'trigger-elicitation-request', 'get-roots-list']),
  );
  expect(tool('trigger-long-running-operation').access).toBe('read');

  expect(textOf(await call(upstream, tool('echo'), { message: 'hi' }))).toBe('Echo: hi');
  const structured = await call(upstream, tool('get-structured-content'), { location: 'Chicago' });
  expect(structured.result['structuredContent']).toMatchObject({ temperature: expect.any(Number) });
  const image = await call(upstream, tool('get-tiny-image'));
  expect(image.result['content']).toEqual(
    expect.arrayContaining([expect.objectContaining({ type: 'image', mimeType: 'image/png' })]),
  );
  const progress: number[] = [];
  await call(
    upstream,
    tool('trigger-long-running-operation'),
    { duration: 0.1, steps: 2 },
    { onProgress: (one) => progress.push(one.progress) },
  );
  expect(progress).toEqual([1, 2]);

  const [resource] = resources;
  const read = await upstream.request('resources/read', { uri: resource?.uri ?? '' }, { signal: never });
  expect(read['contents']).toHaveLength(1);
  const completion = await upstream.request(
    'completion/complete',
    { ref: { type: 'ref/prompt', name: 'completable-prompt' }, argument: { name: 'department', value: 'E' } },
    { signal: never },
  );
  expect(completion['completion']).toMatchObject({ values: ['Engineering'] });
  const missing = await faultOf(upstream.request('prompts/get', { name: 'none' }, { signal: never }));
  expect(missing.code).toBe('UPSTREAM_ERROR');
});

test('server-everything over HTTP comes back by itself after a restart, with a new session', async () => {
  const port = await freePort();
  const first = await startEverything(port);
  const upstream = startUpstream({ url: `http://127.0.0.1:${port}/mcp`, headers: {} });
  expect(textOf(await call(upstream, 'echo', { message: 'a' }))).toBe('Echo: a');
  await first.kill();
  const fault = await faultOf(call(upstream, 'echo', { message: 'b' }));
  expect(fault.code).toBe('UPSTREAM_UNAVAILABLE');
  await startEverything(port);
  const isBack = () => upstream.log.some(({ message }) => message === 'upstream is reachable again');
  await until(isBack, 'the server is found again');
  await until(() => upstream.changes() > 1, 'the return is announced, as its absence was');
  expect(textOf(await call(upstream, 'echo', { message: 'c' }))).toBe('Echo: c');
});

test('server-filesystem reads and writes a folder', async () => {
  const folder = join(realpathSync(temporaryFolder()), 'data');
  mkdirSync(folder);
  writeFileSync(join(folder, 'a.txt'), 'content of a');
  const upstream = startUpstream({ command: nodeCommand(filesystem, folder), env: {} });
  const { tools, skipped } = await upstream.contribution(never);
  expect(skipped).toEqual([]);
  expect(Object.fromEntries(tools.map(({ name, access }) => [name, access]))).toMatchObject({
    read_text_file: 'read',
    create_directory: 'write',
    write_file: 'destructive',
  });
  expect(textOf(await call(upstream, 'read_text_file', { path: join(folder, 'a.txt') }))).toBe(
    'content of a',
  );
  const outside = await call(upstream, 'read_text_file', { path: '/etc/hostname' });
  expect(outside.status).toBe('tool-error');
});
