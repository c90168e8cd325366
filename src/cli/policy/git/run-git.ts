import { spawn } from 'node:child_process';
import { BailiwickError } from '../../../errors.ts';

/** More than the policies of anybody take. */
const MAX_OUTPUT_BYTES = 268_435_456;

/** What became of a run of git. */
interface GitOutcome {
  readonly status: number | null;
  readonly out: Buffer;
  /** Without its end of line. */
  readonly err: string;
}

/**
 * Runs the git program in a folder. Nothing that is passed meets a shell, nothing is asked on a terminal, and paths are no patterns.
 *
 * @throws BailiwickError `USAGE` where there is no git program, or more is read than {@link MAX_OUTPUT_BYTES}.
 */
export async function runGit(folder: string, args: readonly string[], input?: string): Promise<GitOutcome> {
  const child = spawn('git', ['-C', folder, ...args], {
    env: {
      ...withoutRepository(process.env),
      LC_ALL: 'C',
      GIT_TERMINAL_PROMPT: '0',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_LITERAL_PATHSPECS: '1',
    },
  });
  const out: Buffer[] = [];
  let size = 0;
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_OUTPUT_BYTES) child.kill();
    else out.push(chunk);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err = (err + text).slice(0, 4096)));
  // A git that ends before it has read everything says so by its status.
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  const status = await promise.catch((error: unknown) => {
    throw cannotRun(error);
  });
  if (size > MAX_OUTPUT_BYTES) {
    throw new BailiwickError('USAGE', `git ${args[0]}: more than ${MAX_OUTPUT_BYTES} bytes to read`);
  }
  return { status, out: Buffer.concat(out), err: err.trim() };
}

/** What a hook of git, or whoever else has set it, says of another repository than the one that is asked for. */
const OF_A_REPOSITORY = [
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_DIR',
  'GIT_GRAFT_FILE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_NAMESPACE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PREFIX',
  'GIT_REPLACE_REF_BASE',
  'GIT_SHALLOW_FILE',
  'GIT_WORK_TREE',
];

function withoutRepository(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !OF_A_REPOSITORY.includes(name)));
}

function cannotRun(error: unknown): BailiwickError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const message =
    code === 'ENOENT'
      ? 'there is no git program on the PATH, and revisions are read by it; install git, or name two folders of policies: policy diff old/ new/'
      : `git cannot be run (${code}); name two folders of policies instead: policy diff old/ new/`;
  return new BailiwickError('USAGE', message, { cause: error });
}
