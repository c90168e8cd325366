import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Isolation } from '../../src/upstream/mcp/isolation/isolation.ts';
import { ownerOf } from '../../src/upstream/mcp/isolation/sweep-containers.ts';
import { call, createJournal, never, until } from '../mcp-upstream/support.ts';
import { startGateway } from '../support/gateway-process.ts';
import { createImage, podman, RUNTIME_OPTIONS, RUN_OPTIONS } from './image.ts';
import { createHome, HOSTILE, imprison, ITSELF } from './support.ts';

let image = '';
beforeAll(() => {
  image = createImage();
});
afterAll(() => {
  podman('rmi', '--force', image);
});

type Container = Extract<Isolation, { level: 'container' }>;

function toContainer(more: Partial<Container> = {}): Container {
  return {
    level: 'container',
    image,
    pull: 'never',
    runtime: 'podman',
    runtimeOptions: RUNTIME_OPTIONS,
    runOptions: RUN_OPTIONS,
    network: false,
    limits: {},
    hidden: [],
    ...more,
    folders: [ITSELF, ...(more.folders ?? [])],
  };
}

const contain = (more: Partial<Container> = {}, env: Record<string, string> = {}) =>
  imprison(toContainer(more), { command: ['node', HOSTILE], env });

/** Containers of this machine that a Bailiwick made. */
const containers = (): string[] =>
  podman('ps', '--all', '--quiet', '--filter', 'label=bailiwick.owner').split('\n').filter(Boolean);

test('a container sees what was shared, writes where it may, and has no network and no capability', async () => {
  const { root, data, out } = createHome();
  const folders = [
    { path: data, at: '/data', write: false },
    { path: out, at: '/out', write: true },
  ];
  const { attempt, upstream } = contain({ folders }, { GIVEN: 'given-value', HOME: '/out' });
  const server = createServer().listen(0, '0.0.0.0');
  await once(server, 'listening');
  onTestFinished(() => void server.close());

  expect(await attempt('read', '/data/open.txt')).toBe('got: for all');
  for (const at of [join(root, 'bailiwick.yaml'), join(homedir(), '.ssh'), '/etc/shadow']) {
    expect(await attempt('read', at)).toBe('refused: ENOENT');
  }
  for (const at of ['/x', '/usr/x', '/data/x']) expect(await attempt('write', at)).toBe('refused: EROFS');
  expect(await attempt('write', '/out/result')).toBe('got: undefined');
  expect(readFileSync(join(out, 'result'), 'utf8')).toBe('written');
  expect(await attempt('write', join('/', 'tmp', 'mine'))).toBe('got: undefined');
  const { port } = server.address() as AddressInfo;
  expect(await attempt('connect', `127.0.0.1 ${port}`)).toMatch(/^refused: /);
  const environment = await attempt('environment');
  expect(environment).toContain('"GIVEN":"given-value"');
  expect(environment).toContain('"HOME":"/out"');
  expect(environment).not.toContain('VITEST');
  expect(await attempt('kill', process.pid)).toBe('refused: ESRCH');
  expect(await attempt('run', 'grep -E "Cap(Eff|Prm|Bnd)|NoNewPrivs" /proc/self/status')).toMatch(
    /CapPrm:\t0+\n.*CapEff:\t0+\n.*CapBnd:\t0+\n.*NoNewPrivs:\t1/s,
  );
  expect(await attempt('run', 'unshare --user --map-root-user true')).toMatch(/^got: 1 /);

  expect(containers()).toHaveLength(1);
  await upstream.close();
  expect(containers()).toEqual([]);
});

test('values of variables are on no command line', async () => {
  const { upstream } = contain({}, { GIVEN: 'given-value-canary' });
  await upstream.contribution(never);
  const grep = spawn('sh', ['-c', 'cat /proc/*/cmdline 2>/dev/null'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let lines = '';
  for await (const chunk of grep.stdout) lines += String(chunk);
  expect(lines).toContain('no-new-privileges');
  expect(lines).not.toContain('given-value-canary');
});

test('the kernel keeps memory and processes of a container', async () => {
  const limits = { memory: 200 * 2 ** 20, processes: 60 };
  const { attempt, upstream } = contain({ limits });
  await attempt('bomb').catch(() => {});
  expect(await attempt('folder').catch(() => 'ended')).toMatch(/^(got: |ended)/);
  await call(upstream, 'hog').catch(() => {});
  await until(
    () => upstream.log.some(({ message }) => message === 'upstream process ended'),
    'the container is ended',
    30_000,
  );
});

test.each([
  ['an image that is not here', { image: `nothing@sha256:${'0'.repeat(64)}` }, /nothing|ended with code 125/],
  [
    'a runtime that does not work',
    { runtimeOptions: ['--storage-driver', 'none-such'] },
    /podman does not work here/,
  ],
])('%s is refused', async (_, more, words) => {
  const { upstream } = contain(more);
  await expect(upstream.contribution(never)).rejects.toThrow(words);
});

test('kill -9 of the gateway removes its containers', { timeout: 120_000 }, async () => {
  const journal = createJournal();
  writeFileSync(journal.path, '');
  const gateway = await startGateway({
    sources: {
      box: {
        mcp: {
          command: ['node', HOSTILE],
          isolation: {
            level: 'container',
            image,
            pull: 'never',
            runtime: 'podman',
            runtimeOptions: RUNTIME_OPTIONS,
            runOptions: RUN_OPTIONS,
            folders: [ITSELF.path],
          },
        },
      },
    },
    identity: { local: { scopes: ['all'] } },
    policy: { policy: 'all', scopes: { all: { access: ['read', 'write', 'destructive'] } } },
  });
  onTestFinished(gateway.stop);
  await until(() => containers().length === 1, 'the container runs', 30_000);
  gateway.child.process.kill('SIGKILL');
  await once(gateway.child.process, 'exit');
  await until(() => containers().length === 0, 'no container is left', 30_000);
});

test(
  'containers of a gateway that could not remove them are removed by the next one',
  { timeout: 120_000 },
  async () => {
    const start = ['run', '--detach', '--pull', 'never', '--network', 'none', ...RUN_OPTIONS];
    const { upstream } = contain();
    await upstream.contribution(never);
    const owner = await ownerOf();
    const labels = podman('ps', '--filter', 'label=bailiwick.owner', '--format', '{{.Labels}}');
    expect(labels).toContain(owner);
    await upstream.close();
    // The same machine and process number at another time: nobody that lives.
    const dead = owner.replace(/\d+$/, '1');
    const foreign = owner.replace(/^[^-]+/, 'elsewhere');
    for (const each of [dead, foreign]) {
      podman(...start, '--label', `bailiwick.owner=${each}`, image, 'sleep', '1000');
    }
    onTestFinished(() => void podman('rm', '--force', '--time', '0', ...containers()));
    expect(containers()).toHaveLength(2);
    const next = contain();
    await next.upstream.contribution(never);
    await next.upstream.close();
    expect(containers()).toHaveLength(1);
  },
);
