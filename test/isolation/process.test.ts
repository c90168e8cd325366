import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { Isolation } from '../../src/upstream/mcp/isolation/isolation.ts';
import { isRunning, never, until } from '../mcp-upstream/support.ts';
import { startGateway } from '../support/gateway-process.ts';
import { createHome, HOSTILE, imprison, ITSELF } from './support.ts';

/** Where a sandboxed program may write. */
const TMP = join('/', 'tmp');

const BOMB = fileURLToPath(new URL('bomb.child.ts', import.meta.url));

const home = () => createHome();

function toProcess(
  more: Partial<Extract<Isolation, { level: 'process' }>> = {},
): Extract<Isolation, { level: 'process' }> {
  return {
    level: 'process',
    network: false,
    limits: {},
    hidden: [],
    ...more,
    folders: [ITSELF, ...(more.folders ?? [])],
  };
}

async function listen(host: string): Promise<number> {
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => {
    server.listen(0, host, resolve);
  });
  onTestFinished(() => void server.close());
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

test('no file of the machine that was not shared can be read', async () => {
  const { root, hidden } = home();
  const { attempt } = imprison(toProcess({ hidden }));
  for (const file of [
    join(root, 'bailiwick.yaml'),
    join(root, 'id_ed25519'),
    join(root, 'audit/1.jsonl'),
    '/etc/shadow',
    '/etc/ssl/private',
    join(homedir(), '.ssh'),
    join(homedir(), '.bashrc'),
    `/proc/${process.pid}/environ`,
  ]) {
    expect([file, await attempt('read', file)]).toEqual([file, 'refused: ENOENT']);
  }
  expect(await attempt('list', '/')).not.toMatch(/root|home|boot|sys|mnt/);
});

test('nothing can be written but /tmp, which is private, and what was shared for it', async () => {
  const { data, out } = home();
  writeFileSync(join(tmpdir(), 'bailiwick-seen'), 'outside');
  onTestFinished(() => rmSync(join(tmpdir(), 'bailiwick-seen')));
  const { attempt } = imprison(
    toProcess({
      folders: [
        { path: data, at: '/data', write: false },
        { path: out, at: '/out', write: true },
      ],
    }),
  );
  for (const at of ['/x', '/usr/x', '/etc/x', '/var/x', '/run/x', '/dev/x', '/data/x', '/data/open.txt']) {
    expect([at, await attempt('write', at)]).toEqual([at, 'refused: EROFS']);
  }
  expect(await attempt('read', '/data/open.txt')).toBe('got: for all');
  expect(await attempt('read', join(TMP, 'bailiwick-seen'))).toBe('refused: ENOENT');
  expect(await attempt('write', join(TMP, 'mine'))).toBe('got: undefined');
  expect(await attempt('write', '/out/result')).toBe('got: undefined');
  expect(readFileSync(join(out, 'result'), 'utf8')).toBe('written');
});

test('there is no network, loopback included, unless it is allowed', async () => {
  const port = await listen('0.0.0.0');
  const beyond = Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.family === 'IPv4' && !each.internal)?.address;
  const closed = imprison(toProcess());
  const open = imprison(toProcess({ network: true }));
  for (const host of ['127.0.0.1', ...(beyond === undefined ? [] : [beyond])]) {
    expect(await closed.attempt('connect', `${host} ${port}`)).toMatch(/^refused: /);
    expect(await open.attempt('connect', `${host} ${port}`)).toBe('got: a connection');
  }
});

test('the environment is the given one, and not on a command line', async () => {
  process.env['BAILIWICK_TEST_CANARY'] = 'secret-canary';
  onTestFinished(() => void delete process.env['BAILIWICK_TEST_CANARY']);
  const { attempt } = imprison(toProcess(), { env: { GIVEN: 'given-value' } });
  const environment = await attempt('environment');
  expect(environment).toContain('"GIVEN":"given-value"');
  expect(environment).not.toContain('secret-canary');
  const everybody = await attempt('run', 'cat /proc/*/cmdline');
  expect(everybody).not.toContain('given-value');
});

test('no process outside can be seen, signalled or traced, and no capability is left', async () => {
  const { attempt } = imprison(toProcess());
  const pids = (await attempt('run', 'echo /proc/[0-9]*')).split(' ');
  expect(pids.length).toBeLessThan(10);
  expect(await attempt('kill', process.pid)).toBe('refused: ESRCH');
  expect(isRunning(process.pid)).toBe(true);
  expect(await attempt('run', 'grep -E "Cap(Eff|Prm|Bnd|Amb)|NoNewPrivs" /proc/self/status')).toMatch(
    /CapPrm:\t0+\n.*CapEff:\t0+\n.*CapBnd:\t0+\n.*CapAmb:\t0+\n.*NoNewPrivs:\t1/s,
  );
  expect(await attempt('run', 'unshare --user --map-root-user true')).toMatch(/^got: 1 /);
  expect(await attempt('run', 'mount -t tmpfs none /mnt || mount -o remount,rw /')).not.toMatch(/^got: 0 /);
});

test('no open file of the gateway is inherited', async () => {
  const { attempt } = imprison(toProcess());
  const names = (await attempt('descriptors')).replace('got: ', '').split(' ');
  expect(names.filter((name) => name.startsWith('/') && !/^\/(proc|dev)\//.test(name))).toEqual([]);
});

test('a program that takes more memory than it may is ended, and comes back', async () => {
  const { attempt, upstream } = imprison(toProcess({ limits: { memory: 200 * 2 ** 20 } }));
  await attempt('hog').catch(() => {});
  await until(
    () => upstream.log.some(({ fields }) => /limits\.memory.*200 MiB/.test(String(fields['ending']))),
    'the end is told',
  );
  expect(await attempt('folder')).toBe(`got: ${TMP}`);
});

test('a fork bomb is ended', { timeout: 60_000 }, () => {
  // Root's processes are not counted by the kernel: this one is somebody else.
  const user = ['--reuid=65534', '--regid=65534', '--clear-groups'];
  const { stdout, stderr, status } = spawnSync('setpriv', [...user, process.execPath, BOMB], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: '/nonexistent' },
    timeout: 50_000,
  });
  expect({ stdout, stderr, status }).toEqual({
    stdout: `ended, and back in ${TMP}\n`,
    stderr: '',
    status: 0,
  });
});

test.runIf(process.getuid?.() === 0)('a limit that cannot be kept for root is refused', async () => {
  const { upstream } = imprison(toProcess({ limits: { processes: 40 } }));
  await expect(upstream.contribution(never)).rejects.toThrow(/cannot be kept for root/);
});

test('kill -9 of the gateway ends its sandboxes', async () => {
  const mark = `--mark-${process.pid}-${Date.now()}`;
  const command = [process.execPath, HOSTILE, mark];
  const gateway = await startGateway({
    sources: { box: { mcp: { command, isolation: { level: 'process', folders: [ITSELF.path] } } } },
    identity: { local: { scopes: ['all'] } },
    policy: { policy: 'all', scopes: { all: { access: ['read', 'write', 'destructive'] } } },
  });
  onTestFinished(gateway.stop);
  const marked = (): string => spawnSync('pgrep', ['-f', '--', mark], { encoding: 'utf8' }).stdout;
  await until(() => marked() !== '', 'the sandbox runs');
  gateway.child.process.kill('SIGKILL');
  await once(gateway.child.process, 'exit');
  await until(() => marked() === '', 'no sandbox is left');
});

test('a process opens no more files than it may', async () => {
  const { attempt } = imprison(toProcess({ limits: { openFiles: 200 } }));
  expect(await attempt('files')).toBe('refused: EMFILE');
});

test('a shared folder holds nothing of Bailiwick’s own, however it is named', async () => {
  const { root, hidden, data } = home();
  for (const path of [root, join(data, '..'), join(root, 'audit'), tmpdir(), '/']) {
    const { upstream } = imprison(toProcess({ hidden, folders: [{ path, at: '/shared', write: false }] }));
    await expect(upstream.contribution(never)).rejects.toThrow(/what is Bailiwick's own/);
  }
  for (const path of ['/proc', '/sys', '/dev/shm']) {
    const { upstream } = imprison(toProcess({ folders: [{ path, at: '/shared', write: false }] }));
    await expect(upstream.contribution(never)).rejects.toThrow(/no folder to share/);
  }
});

test('a program that would not be seen is refused by name', async () => {
  const { root } = home();
  const program = join(root, 'tool');
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
  const { upstream } = imprison(toProcess(), { command: [program] });
  await expect(upstream.contribution(never)).rejects.toThrow(`add ${root} to \`folders\``);
});
