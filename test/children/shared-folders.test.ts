import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { isolationOf } from '../../src/config/child-sources.ts';
import { loadConfig } from '../../src/config/load.ts';
import { readFolders } from '../../src/upstream/mcp/isolation/shared-folders.ts';
import { createFolder } from '../support/gateway.ts';
import { runHere } from '../support/in-process.ts';

const share = (at: string, write = false) => ({ path: at, at, write });

test.each([
  ['a folder', 'work/private'],
  ['a file below it', 'work/private/id_ed25519'],
])('a link that a program put into what it may write is not followed to %s outside', async (_what, name) => {
  await using home = await createFolder({ 'secret/id_ed25519': 'key', 'work/mine/a': '' });
  const work = path.join(home.folder, 'work');
  await symlink(path.join(home.folder, 'secret'), path.join(work, 'private'));
  const folders = [share(work, true), share(path.join(home.folder, name))];
  await expect(readFolders('files', folders, [])).rejects.toThrow(/a link in .*work, which the program may/);
});

test('folders in one that may be written, and links that the operator made elsewhere, are shared as ever', async () => {
  await using home = await createFolder({ 'work/mine/a': '', 'elsewhere/a': '' });
  const work = path.join(home.folder, 'work');
  await symlink(path.join(home.folder, 'elsewhere'), path.join(home.folder, 'link'));
  const folders = [
    share(work, true),
    share(path.join(work, 'mine')),
    share(path.join(home.folder, 'link'), true),
  ];
  const shared = await readFolders('files', folders, []);
  expect(shared.map(({ path: at }) => path.relative(home.folder, at))).toEqual([
    'work',
    'work/mine',
    'elsewhere',
  ]);
});

test.each(['policies', 'policies/a.policy.yaml', 'bailiwick.lock', 'state/db', 'state/db.key', 'record'])(
  'no isolated program is shown what Bailiwick goes by or proves itself with (%s)',
  async (name) => {
    await using home = await createFolder({
      'bailiwick.yaml': `
state: { sqlite: state/db }
audit: { dir: record }
sources:
  boxed: { mcp: { command: [program], isolation: { level: process, folders: [{ path: ${name}, write: true }] } } }
`,
      'policies/a.policy.yaml': 'policy: a\nrules: []\n',
      'bailiwick.lock': 'version: 1\ntools: {}\n',
    });
    await mkdir(path.join(home.folder, 'record'));
    await mkdir(path.join(home.folder, 'state'));
    for (const file of ['db', 'db.key']) await writeFile(path.join(home.folder, 'state', file), '');
    const loaded = await loadConfig(path.join(home.folder, 'bailiwick.yaml'), {});
    const { boxed } = loaded.config.sources;
    if (!boxed || !('mcp' in boxed) || !('command' in boxed.mcp)) throw new Error('no such source');
    const isolation = isolationOf(boxed.mcp, loaded);
    if (isolation.level === 'none') throw new Error('not isolated');
    await expect(readFolders('boxed', isolation.folders, isolation.hidden)).rejects.toThrow(
      /what is Bailiwick's own/,
    );
  },
);

test('check names the options by which a container may be allowed more than its settings say', async () => {
  await using home = await createFolder({
    'bailiwick.yaml': `
sources:
  boxed:
    mcp:
      command: [program]
      isolation:
        level: container
        image: sha256:${'0'.repeat(64)}
        runtimeOptions: [--root=/nowhere]
        runOptions: [--privileged, --env, 'TOKEN=canary-0001']
`,
  });
  const { out } = await runHere(['check', '--config', path.join(home.folder, 'bailiwick.yaml')]);
  expect(out).toContain('no network, and whatever --root --privileged --env of its own options allow');
  expect(out).not.toContain('canary-0001');
});
