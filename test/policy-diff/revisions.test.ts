import { access, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { createFolder, DOCUMENT } from '../support/gateway.ts';
import { runWith } from '../support/in-process.ts';
import { AFTER, BEFORE, CONFIG, createRepository } from './repository.ts';

interface Document {
  readonly gains: readonly { principal: string; target: { name: string }; changes: { kind: string }[] }[];
  readonly losses: Document['gains'];
  readonly narrowed: Document['gains'];
  readonly limits: readonly { id: string; change: string }[];
  readonly notes: readonly string[];
}

async function diff(
  folder: string,
  ...args: readonly string[]
): Promise<{ status: number | null; err: string; found: Document }> {
  const { status, out, err } = await runWith(folder, ['policy', 'diff', ...args, '--json']);
  return { status, err, found: (out === '' ? {} : JSON.parse(out)) as Document };
}

const said = (entries: Document['gains']): string[] =>
  entries.map(({ principal, target }) => `${principal} ${target.name}`);

describe('what is compared', () => {
  test('a revision with the work tree, which is left as it is', async () => {
    await using repository = await createRepository();
    const { folder, write, git } = repository;
    await write('policies/notes.policy.yaml', AFTER);
    const before = git('status', '--porcelain');
    const { status, found } = await diff(folder, 'main');
    expect(status).toBe(1);
    expect(said(found.gains)).toEqual(expect.arrayContaining(['anyone notes_list_notes']));
    expect(said(found.gains)).not.toContain('dana notes_list_notes');
    expect(said(found.losses)).toContain('erik notes_delete_note');
    expect(found.limits).toMatchObject([{ id: 'notes/slow', change: 'added' }]);
    expect(git('status', '--porcelain')).toBe(before);
  });

  test('policies and not the configuration, and where that is another it is said', async () => {
    await using repository = await createRepository();
    const { folder, write } = repository;
    await write('bailiwick.yaml', CONFIG.replace('dana: {', 'dana: { groups: [careful],'));
    const { status, found, err } = await diff(folder, 'main');
    expect(status).toBe(0);
    expect(found.notes).toEqual([
      expect.stringMatching(/^the principals of the configuration are not the same on both sides \(dana\)/),
    ]);
    expect(err).toContain('not compared');
  });

  test('nothing is another: 0, for two names of one commit', async () => {
    await using repository = await createRepository();
    repository.git('tag', 'v1');
    const { status, out } = await runWith(repository.folder, ['policy', 'diff', 'v1', 'HEAD']);
    expect([status, out]).toEqual([0, expect.stringContaining('v1 → HEAD: no differences')]);
  });

  test('revisions with spaces in their names, and from a head that is no branch', async () => {
    await using repository = await createRepository();
    const { folder, write, git, commit } = repository;
    await write('policies/notes.policy.yaml', AFTER);
    commit('reading is for everybody');
    git('checkout', '--quiet', '--detach', 'HEAD');
    const { status, found } = await diff(folder, 'HEAD^', ':/reading is for');
    expect([status, said(found.losses)]).toEqual([1, expect.arrayContaining(['erik notes_delete_note'])]);
  });

  test('a folder of policies that was called something else then', async () => {
    await using repository = await createRepository();
    const { folder, write, commit } = repository;
    await rename(path.join(folder, 'policies'), path.join(folder, 'rules of ours'));
    await write('bailiwick.yaml', `${CONFIG}policies: rules of ours\n`);
    commit('rename');
    expect(await diff(folder, 'HEAD~1')).toMatchObject({ status: 0 });
    expect(await diff(folder, 'HEAD')).toMatchObject({ status: 0 });
  });

  test('a file that is missing on one side, and a whole folder', async () => {
    await using repository = await createRepository();
    const { folder, write, commit } = repository;
    await write('policies/more.policy.yaml', 'policy: more\nscopes:\n  all: { source: notes }\n');
    commit('more');
    const more = await diff(folder, 'HEAD~1');
    expect([more.status, said(more.found.gains)]).toEqual([
      1,
      expect.arrayContaining(['scope all notes_wipe']),
    ]);
    await rm(path.join(folder, 'policies'), { recursive: true });
    await write('bailiwick.yaml', CONFIG);
    commit('none');
    const none = await diff(folder, 'HEAD~1', 'HEAD');
    expect(said(none.found.losses)).toContain('dana notes_list_notes');
    expect(none.found.notes.join()).toContain('HEAD has no policies');
  });

  test('a configuration in a folder below the top, and policies behind a link', async () => {
    await using repository = await createRepository({
      'deploy/bailiwick.yaml': `${CONFIG}policies: linked\n`.replace('notes.yaml', '../notes.yaml'),
    });
    const { folder, write, commit } = repository;
    await symlink('../policies', path.join(folder, 'deploy/linked'));
    commit('linked');
    await write('policies/notes.policy.yaml', AFTER);
    const { status, found } = await diff(path.join(folder, 'deploy'), 'HEAD');
    expect([status, said(found.losses)]).toEqual([1, expect.arrayContaining(['erik notes_delete_note'])]);
  });

  test('folders, without any repository', async () => {
    await using workspace = await createFolder({
      'bailiwick.yaml': CONFIG,
      'notes.yaml': DOCUMENT,
      'old/notes.policy.yaml': BEFORE,
      'policies/notes.policy.yaml': AFTER,
    });
    const { folder } = workspace;
    const { status, found } = await diff(folder, path.join(folder, 'old'), path.join(folder, 'policies'));
    expect([status, found.limits.length]).toEqual([1, 1]);
    const unknown = await runWith(folder, ['policy', 'diff', 'main']);
    expect([unknown.status, unknown.err]).toEqual([2, expect.stringContaining('is in no Git repository')]);
  });

  test('the principals of the tests of either side, and those of the command line', async () => {
    await using repository = await createRepository({
      'policies/notes.test.yaml': 'principals:\n  gone: { groups: [careful], scopes: ["notes:write"] }\n',
    });
    const { folder, write } = repository;
    await write('policies/notes.policy.yaml', AFTER);
    await write('policies/notes.test.yaml', 'principals:\n  fresh: { team: red }\n');
    const { found } = await diff(folder, 'main', '--archetypes', '0', '--principal', '{"subject":"given"}');
    expect(said(found.losses)).toEqual(['erik notes_delete_note', 'gone notes_delete_note']);
    expect(said(found.gains)).toEqual(
      expect.arrayContaining(['fresh notes_list_notes', '{"subject":"given"} notes_list_notes']),
    );
    const one = await diff(folder, 'main', '--as', 'fresh');
    expect(new Set(one.found.gains.map(({ principal }) => principal))).toEqual(new Set(['fresh']));
  });
});

describe('what is refused', async () => {
  const shared = await createRepository();
  afterAll(() => shared[Symbol.asyncDispose]());

  test.each([
    ['a revision that is not there', ['nowhere'], /nowhere is no revision of .*, and no folder or file/],
    ['a branch of a clone without it', ['origin/main'], /git fetch origin main/],
    ['an option in the place of a revision', ['--output=x'], /unknown option/],
    ['a principal that nobody knows', ['main', '--as', 'dan'], /did you mean dana/],
    ['a principal that is none', ['main', '--principal', '{"group":["x"]}'], /--principal: /],
    ['a word that is no JSON', ['main', '--principal', 'dana'], /is not JSON/],
    ['two forms at once', ['main', '--markdown'], /not both/],
  ])('%s', async (_, args, message) => {
    const { status, err } = await diff(shared.folder, ...args);
    expect(status).toBe(2);
    expect(err).toMatch(message);
  });

  test('broken policies, with the revision, the file and the line', async () => {
    await using repository = await createRepository();
    const { folder, write, commit } = repository;
    await write('policies/notes.policy.yaml', `${BEFORE}  - { id: odd, effect: maybe }\n`);
    commit('broken');
    await write('policies/notes.policy.yaml', AFTER);
    const { status, err } = await diff(folder, 'HEAD');
    expect([status, err]).toEqual([2, expect.stringMatching(/HEAD:policies\/notes\.policy\.yaml:7:\d+/)]);
  });

  test('policies outside of the repository, and a word that means two things', async () => {
    await using outside = await createFolder({
      'far.policy.yaml': 'policy: far\nscopes:\n  far: { source: notes }\n',
    });
    await using repository = await createRepository();
    const { folder, write, git } = repository;
    git('branch', 'both');
    await writeFile(path.join(folder, 'both'), '');
    await write('bailiwick.yaml', `${CONFIG}policies: [policies, ${outside.folder}]\n`);
    const { status, err } = await diff(folder, 'HEAD');
    // The configuration of then names the folder inside; the one of today does not count for it.
    expect([status, err]).toEqual([1, '']);
    repository.commit('outside');
    const now = await diff(folder, 'HEAD');
    expect([now.status, now.err]).toEqual([2, expect.stringContaining('lies outside of the repository')]);
    const cwd = process.cwd();
    process.chdir(folder);
    try {
      const both = await diff('.', 'both');
      expect([both.status, both.err]).toEqual([2, expect.stringContaining('is a revision and a path')]);
    } finally {
      process.chdir(cwd);
    }
  });
});

describe('what Git could be led astray by', () => {
  test('a repository that the environment names, as in a hook, is not the one that is compared', async () => {
    await using other = await createFolder({ '.git/HEAD': 'ref: refs/heads/none\n' });
    await using repository = await createRepository();
    for (const [name, value] of [
      ['GIT_DIR', path.join(other.folder, '.git')],
      ['GIT_WORK_TREE', other.folder],
      ['GIT_INDEX_FILE', 'nowhere'],
      ['GIT_OBJECT_DIRECTORY', other.folder],
    ] as const) {
      vi.stubEnv(name, value);
    }
    try {
      expect(await diff(repository.folder, 'main')).toMatchObject({ status: 0 });
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test.each(['-x', '--output=stolen', '^main', 'main..main', '--all', ''])(
    'what is no revision is refused: %s',
    async (word) => {
      await using repository = await createRepository();
      const { status, out } = await runWith(repository.folder, ['policy', 'diff', '--', word, 'main']);
      expect([status, out]).toEqual([2, '']);
      await expect(access(path.join(repository.folder, 'stolen'))).rejects.toThrow('ENOENT');
    },
  );

  test('a clone that was made with a depth is told how to get what it lacks', async () => {
    await using repository = await createRepository();
    repository.commit('second');
    await using place = await createFolder({});
    const clone = path.join(place.folder, 'a clone');
    repository.git('clone', '--quiet', '--depth', '1', `file://${repository.folder}`, clone);
    expect(await diff(clone, 'HEAD')).toMatchObject({ status: 0 });
    const { status, err } = await diff(clone, 'HEAD~1');
    expect([status, err]).toEqual([2, expect.stringContaining('git fetch --unshallow')]);
  });

  test('policies in a submodule, or behind a link out of the repository, are not said to permit nothing', async () => {
    await using repository = await createRepository();
    const { folder, git, commit } = repository;
    const head = git('rev-parse', 'HEAD');
    await rm(path.join(folder, 'policies'), { recursive: true });
    git('rm', '-r', '--quiet', '--cached', 'policies');
    git('update-index', '--add', '--cacheinfo', `160000,${head},policies`);
    git('commit', '--quiet', '--message', 'a submodule');
    const submodule = await diff(folder, 'HEAD', 'HEAD~1');
    expect([submodule.status, submodule.err]).toEqual([2, expect.stringContaining('submodule')]);
    git('rm', '--quiet', '--cached', 'policies');
    await symlink('/nowhere', path.join(folder, 'policies'));
    commit('a link');
    const link = await diff(folder, 'HEAD', 'HEAD~2');
    expect([link.status, link.err]).toEqual([2, expect.stringContaining('leads nowhere')]);
  });
});
