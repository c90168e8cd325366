import path from 'node:path';
import { withLimits, withoutBombs } from './bounded.ts';
import { findProgram } from './find-program.ts';
import { viewOfHost, type Mount } from './host-view.ts';
import type { Isolation } from './isolation.ts';
import type { Command, Launch, Program } from './launch.ts';
import { refuse } from './refusal.ts';
import { runProbe } from './run-probe.ts';
import { isWithin, readFolders } from './shared-folders.ts';

/** The most that a sandbox may write to each of its private file systems, in bytes. They are memory that nobody measures. */
const SCRATCH_BYTES = 512 * 2 ** 20;

/** Who a program is inside, where Bailiwick is root: outside it stays the same user, without any capability. */
const NOBODY_SPECIAL = ['--uid', '1000', '--gid', '1000'];

/** From this version on, bubblewrap can forbid further user namespaces and bound a tmpfs. */
const FULL_VERSION = [0, 8] as const;

type ProcessIsolation = Extract<Isolation, { level: 'process' }>;

/**
 * A program in a sandbox of bubblewrap: namespaces of its own, of the machine's files only the system's programs and what is
 * shared, of its processes only itself, no capability, and an end together with ours.
 *
 * @throws BailiwickError where this machine cannot give that
 */
export async function toSandboxed(
  program: Program,
  isolation: ProcessIsolation,
  environment: Readonly<Record<string, string>>,
): Promise<Launch> {
  const { source, env, command } = program;
  const bubblewrap = await findBubblewrap(source);
  const folders = await readFolders(source, isolation.folders, isolation.hidden);
  const host = await viewOfHost(isolation.hidden);
  const shared = folders.map(({ path: from, at, write }): Mount => ({
    option: write ? '--bind' : '--ro-bind',
    from,
    at,
  }));
  const mounts = [...host, ...shared];
  const isVisible = (at: string): boolean => mounts.some((mount) => isWithin(at, mount.at));
  const cwd = program.cwd !== undefined && isVisible(program.cwd) ? program.cwd : '/tmp';
  const sandbox = [
    namespaces(isolation.network),
    host.flatMap(toOptions),
    privateFolders(Math.min(SCRATCH_BYTES, isolation.limits.memory ?? Infinity)),
    shared.flatMap(toOptions),
    // What bubblewrap made to hang the mounts on is a file system that could be written.
    ['--remount-ro', '/', '--chdir', cwd],
  ].flat();
  // Not on the command line, which everybody on the machine can read. `HOME` is not ours: nothing of that is there.
  const inside: Record<string, string> = { ...environment, HOME: '/tmp', TMPDIR: '/tmp', ...env };
  const probe = await runProbe(bubblewrap, [...sandbox, '--', bubblewrap, '--version'], {
    ...inside,
    ...env,
  });
  if (!probe.ok) {
    throw refuse(
      source,
      `bubblewrap cannot isolate on this machine (${probe.reason})`,
      'allow user namespaces to the user that runs Bailiwick, or set another `isolation`',
    );
  }
  const [name = '', ...args] = command;
  await requireVisible(source, name, inside['PATH'], cwd, isVisible);
  const bounded = await withoutBombs(
    source,
    isolation.limits,
    { program: name, args, environment: inside },
    true,
  );
  const wrapped: Command = {
    program: bubblewrap,
    args: [...sandbox, '--', bounded.program, ...bounded.args],
    environment: inside,
  };
  const { memory, processes } = isolation.limits;
  return {
    ...(await withLimits(source, isolation.limits, wrapped)),
    cwd: '/',
    bounds: { ...(memory !== undefined && { memory }), ...(processes !== undefined && { processes }) },
  };
}

async function findBubblewrap(source: string): Promise<string> {
  const advice =
    process.platform === 'linux'
      ? 'install bubblewrap 0.8 or newer (Debian, Ubuntu: apt-get install bubblewrap), or set another `isolation`'
      : 'it runs on Linux only; set `isolation` with `level: container`';
  const found = await findProgram('bwrap', process.env['PATH']);
  if (found === undefined) throw refuse(source, 'bubblewrap is not installed', advice);
  const { output } = await runProbe(found, ['--version'], {});
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(output) ?? [];
  const [fullMajor, fullMinor] = FULL_VERSION;
  if (Number(major) > fullMajor || Number(minor) >= fullMinor) return found;
  throw refuse(source, `bubblewrap is too old (${output.trim()})`, advice);
}

function namespaces(network: boolean): string[] {
  return [
    ['--unshare-user', '--disable-userns', '--unshare-ipc', '--unshare-pid', '--unshare-uts'],
    ['--unshare-cgroup-try', ...(network ? [] : ['--unshare-net'])],
    process.getuid?.() === 0 ? NOBODY_SPECIAL : [],
    ['--cap-drop', 'ALL', '--new-session', '--die-with-parent'],
  ].flat();
}

function privateFolders(bytes: number): string[] {
  const size = String(bytes);
  return [
    ['--proc', '/proc', '--dev', '/dev', '--size', size, '--tmpfs', '/dev/shm', '--remount-ro', '/dev'],
    ['--size', size, '--tmpfs', '/tmp', '--dir', '/run', '--dir', '/var', '--symlink', '/tmp', '/var/tmp'],
  ].flat();
}

function toOptions({ option, from, at }: Mount): string[] {
  return option === '--tmpfs' ? ['--tmpfs', at, '--remount-ro', at] : [option, from, at];
}

/** Bubblewrap's own word about a program that is not there does not say that it is there outside. */
async function requireVisible(
  source: string,
  name: string,
  searched: string | undefined,
  cwd: string,
  isVisible: (at: string) => boolean,
): Promise<void> {
  const found = await findProgram(name, searched, cwd);
  if (found === undefined || isVisible(found)) return;
  throw refuse(
    source,
    `the program ${found} is not in what it would see`,
    `add ${path.dirname(found)} to \`folders\``,
  );
}
