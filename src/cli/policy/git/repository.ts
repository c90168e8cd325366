import path from 'node:path';
import { BailiwickError } from '../../../errors.ts';
import { runGit } from './run-git.ts';

/** A Git repository, as far as files of its revisions are read. The work tree and the index are left alone. */
export interface Repository {
  /** The top of its work tree, absolute. */
  readonly root: string;
  /** Of the folder it was opened for, from the root: empty, or parts with `/` between them and at the end. */
  readonly prefix: string;
  /** Whether history was cut off when it was cloned. */
  isShallow(): Promise<boolean>;
  /** The full id of the commit that a revision means; undefined where there is none. */
  commitOf(revision: string): Promise<string | undefined>;
  /**
   * What is at a path from the root in a commit, symbolic links followed; undefined where nothing is.
   *
   * @throws BailiwickError `USAGE` where the commit does not say what is there: a link out of the repository, a submodule.
   */
  look(commit: string, at: string): Promise<GitEntry | undefined>;
  /** Names of what a folder of {@link look} holds directly, folders left out. */
  namesIn(entry: GitEntry): Promise<string[]>;
  /** Contents by path from the root, symbolic links followed; what is absent, or no file, is left out. */
  read(commit: string, paths: readonly string[]): Promise<Map<string, Buffer>>;
}

/** What stands behind a path of a commit. */
interface GitEntry {
  readonly id: string;
  readonly kind: 'file' | 'folder';
}

/**
 * The repository that a folder is in.
 *
 * @throws BailiwickError `USAGE` where it is in none, or git is missing.
 */
export async function openRepository(folder: string): Promise<Repository> {
  const found = await runGit(folder, ['rev-parse', '--show-toplevel', '--show-prefix']);
  if (found.status !== 0) throw noRepository(folder, found.err);
  const [root = '', prefix = ''] = found.out.toString('utf8').split('\n');
  const git = (args: readonly string[], input?: string) => runGit(root, args, input);

  return {
    root: path.resolve(root),
    prefix,
    async isShallow() {
      const { out } = await git(['rev-parse', '--is-shallow-repository']);
      return out.toString('utf8').trim() === 'true';
    },
    async commitOf(revision) {
      // `^main` is what `main` is not.
      if (/^[-^]/.test(revision) || /[\0\n]/.test(revision)) return undefined;
      const object = await objectOf(git, revision);
      // Asked for by itself: in `:/words of a message` what follows would be more words.
      return object && objectOf(git, `${object}^{commit}`);
    },
    async look(commit, at) {
      if (at.includes('\n')) return undefined;
      const { status, out, err } = await git(
        ['cat-file', '--batch-check', '--follow-symlinks'],
        `${commit}:${at}\n`,
      );
      if (status !== 0) throw failed('cat-file', err);
      const [, id, type] = /^([0-9a-f]{40,64}) (blob|tree) \d+$/m.exec(out.toString('utf8')) ?? [];
      if (id !== undefined) return { id, kind: type === 'tree' ? 'folder' : 'file' };
      const why = /^(?:symlink|dangling|loop|notdir) \d+$/m.test(out.toString('utf8'))
        ? 'is a link that leads nowhere, or out of the repository'
        : (await isSubmodule(git, commit, at)) &&
          'is in a submodule; compare folders instead: policy diff old/ new/';
      if (why) throw new BailiwickError('USAGE', `${at} of ${commit.slice(0, 12)} ${why}`);
      return undefined;
    },
    async namesIn({ id }) {
      const { status, out, err } = await git(['ls-tree', '-z', id]);
      if (status !== 0) throw failed('ls-tree', err);
      return out.toString('utf8').split('\0').flatMap(toName);
    },
    async read(commit, paths) {
      const wanted = paths.filter((at) => !at.includes('\n'));
      if (wanted.length === 0) return new Map();
      const specs = wanted.map((at) => `${commit}:${at}`);
      const { status, out, err } = await git(
        ['cat-file', '--batch', '--follow-symlinks'],
        `${specs.join('\n')}\n`,
      );
      if (status !== 0) throw failed('cat-file', err);
      return toContents(wanted, out);
    },
  };
}

async function objectOf(
  git: (args: readonly string[]) => ReturnType<typeof runGit>,
  name: string,
): Promise<string | undefined> {
  const { status, out } = await git(['rev-parse', '--verify', '--quiet', name]);
  return status === 0 ? out.toString('utf8').trim() : undefined;
}

/** Whether a path, or a folder that it is in, is a commit of another repository. */
async function isSubmodule(
  git: (args: readonly string[]) => ReturnType<typeof runGit>,
  commit: string,
  at: string,
): Promise<boolean> {
  const parts = at.split('/');
  const paths = parts.map((_, index) => parts.slice(0, index + 1).join('/')).filter((one) => one !== '');
  if (paths.length === 0) return false;
  const { out } = await git(['ls-tree', '-z', commit, '--', ...paths]);
  return /(?:^|\0)160000 commit /.test(out.toString('utf8'));
}

/** A line of `git ls-tree`: `<mode> <type> <id>\t<name>`. A symbolic link may lead to a file. */
function toName(line: string): string[] {
  const [, type, name] = /^\d+ (\w+) [0-9a-f]+\t([^]+)$/.exec(line) ?? [];
  return type === 'blob' && name !== undefined ? [name] : [];
}

/** Reads what `git cat-file --batch` writes: a line of header for each, and after that of a file its bytes and a line's end. */
function toContents(paths: readonly string[], out: Buffer): Map<string, Buffer> {
  const contents = new Map<string, Buffer>();
  let from = 0;
  for (const at of paths) {
    const end = out.indexOf('\n', from);
    if (end === -1) break;
    const header = out.toString('utf8', from, end);
    from = end + 1;
    const [, type, size] = /^[0-9a-f]{40,64} (\w+) (\d+)$/.exec(header) ?? [];
    // A link that leads nowhere, or out of the repository: its target follows.
    const [, linked] = /^(?:symlink|dangling|loop|notdir) (\d+)$/.exec(header) ?? [];
    const length = Number(size ?? linked ?? 0);
    if (type === 'blob') contents.set(at, out.subarray(from, from + length));
    if (size !== undefined || linked !== undefined) from += length + 1;
  }
  return contents;
}

function noRepository(folder: string, err: string): BailiwickError {
  const said = err.split('\n')[0] ?? '';
  const message = /not a git repository/.test(said)
    ? `${folder} is in no Git repository, so there are no revisions to compare`
    : `git cannot read the repository of ${folder}: ${said.replace(/^fatal: /, '')}`;
  return new BailiwickError(
    'USAGE',
    `${message}\n  two folders of policies can be compared without one: policy diff old/ new/`,
  );
}

function failed(what: string, err: string): BailiwickError {
  return new BailiwickError('USAGE', `git ${what} failed: ${err.split('\n')[0] || 'it said nothing'}`);
}
