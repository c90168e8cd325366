import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { watchConfiguration } from '../../src/cli/watch-configuration.ts';
import { loadConfig } from '../../src/config/load.ts';
import { connect } from '../support/clients.ts';
import { notesFiles, POLICY, startApi, startGateway } from '../support/gateway.ts';

/** What an editor does on save, and what a kubelet does to a mounted ConfigMap. */
const EDITS: Record<string, (folder: string, policy: string) => Promise<void>> = {
  'an atomic rename': async (folder, policy) => {
    await writeFile(path.join(folder, 'policies/.draft'), policy);
    await rename(path.join(folder, 'policies/.draft'), path.join(folder, 'policies/notes.policy.yaml'));
  },
  'a write in place': (folder, policy) => writeFile(path.join(folder, 'policies/notes.policy.yaml'), policy),
  'the symlink swap of a mounted ConfigMap': async (folder, policy) => {
    const mount = path.join(folder, 'policies');
    await mkdir(path.join(mount, '..next'));
    await writeFile(path.join(mount, '..next/notes.policy.yaml'), policy);
    await symlink('..next', path.join(mount, '..data_tmp'));
    await rename(path.join(mount, '..data_tmp'), path.join(mount, '..data'));
  },
};

/** A kubelet mounts files by way of a link that it can swap. */
async function mountConfigMap(folder: string): Promise<void> {
  const mount = path.join(folder, 'policies');
  await mkdir(path.join(mount, '..first'));
  await rename(path.join(mount, 'notes.policy.yaml'), path.join(mount, '..first/notes.policy.yaml'));
  await symlink('..first', path.join(mount, '..data'));
  await symlink('..data/notes.policy.yaml', path.join(mount, 'notes.policy.yaml'));
}

/** A gateway that watches its files as `bailiwick serve` does. */
async function startWatched(apiUrl: string, prepare?: (folder: string) => Promise<void>) {
  const gateway = await startGateway(notesFiles(apiUrl));
  await prepare?.(gateway.folder);
  const { app, folder, log, logger } = gateway;
  const loaded = await loadConfig(path.join(folder, 'bailiwick.yaml'), {});
  const stop = watchConfiguration({ loaded, app, logger, secrets: [] });
  return {
    ...gateway,
    logged: () => log.join('\n'),
    async [Symbol.asyncDispose]() {
      stop();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

test.each(Object.keys(EDITS))('a changed policy is in force without a restart: %s', async (edit) => {
  await using api = await startApi();
  await using gateway = await startWatched(api.url, edit.includes('ConfigMap') ? mountConfigMap : undefined);
  await using client = await connect('v2 legacy', gateway.endpoint);
  expect((await client.listTools()).tools).toHaveLength(1);

  await EDITS[edit]?.(gateway.folder, POLICY.replace('access: read }', 'tag: notes }'));

  await expect.poll(async () => (await client.listTools()).tools.length).toBe(3);
  expect(gateway.logged()).toContain('configuration reloaded');
});

test('a change that is wrong is reported with its place, and what ran stays', async () => {
  await using api = await startApi();
  await using gateway = await startWatched(api.url);
  await using client = await connect('v2 modern', gateway.endpoint);
  await gateway.write('policies/notes.policy.yaml', 'policy: notes\nrules: [{ id: x }]\n');
  await expect.poll(gateway.logged).toMatch(/notes\.policy\.yaml:2:\d+/);
  expect(gateway.logged()).toContain('the running one stays');
  expect((await client.listTools()).tools).toHaveLength(1);
});
