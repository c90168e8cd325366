import { readdir, readFile } from 'node:fs/promises';
import { findProgram } from './find-program.ts';
import type { Limits } from './isolation.ts';
import type { Command } from './launch.ts';
import { refuse } from './refusal.ts';

/** Programs reserve far more memory than they use (Node half a gigabyte): the hard bound of a process lies above the measured one. */
const RESERVED_BYTES = 2 ** 30;

/**
 * A command within limits that the system keeps by itself (setrlimit(2)): by `prlimit` of util-linux.
 *
 * @throws BailiwickError where a limit was set and this machine cannot keep it
 */
export async function withLimits(source: string, limits: Limits, command: Command): Promise<Command> {
  const { memory, cpuSeconds, openFiles } = limits;
  requirePlatform(source, limits);
  return prefixed(source, command, [
    ...(memory === undefined ? [] : [`--data=${memory + RESERVED_BYTES}`]),
    ...(cpuSeconds === undefined ? [] : [`--cpu=${cpuSeconds}`]),
    ...(openFiles === undefined ? [] : [`--nofile=${openFiles}`]),
  ]);
}

/**
 * A command that cannot start processes without end: what is measured four times a second would come too late for a fork bomb.
 *
 * The kernel counts the threads of all processes of one user, of its user namespace where that has one; root's it does not count.
 *
 * @param isAlone the command runs in a user namespace of its own
 * @throws BailiwickError as {@link withLimits}
 */
export async function withoutBombs(
  source: string,
  limits: Limits,
  command: Command,
  isAlone: boolean,
): Promise<Command> {
  const { processes } = limits;
  if (processes === undefined) return command;
  if (process.getuid?.() === 0) {
    throw refuse(
      source,
      '`limits.processes` cannot be kept for root, whose processes the kernel does not count',
      'run Bailiwick as another user, or set `isolation` with `level: container`',
    );
  }
  const others = isAlone ? 0 : await countTasks(process.getuid?.());
  const ceiling = others + processes * THREADS_OF_PROCESS + SPARE_TASKS;
  return prefixed(source, command, [`--nproc=${ceiling}`]);
}

const THREADS_OF_PROCESS = 16;
const SPARE_TASKS = 256;

async function prefixed(source: string, command: Command, options: readonly string[]): Promise<Command> {
  if (options.length === 0) return command;
  const prlimit = await findProgram('prlimit', process.env['PATH']);
  if (prlimit !== undefined) {
    return { ...command, program: prlimit, args: [...options, '--', command.program, ...command.args] };
  }
  throw refuse(
    source,
    'limits need `prlimit`, which is not installed',
    'install util-linux (Debian, Ubuntu: apt-get install util-linux), or remove `limits`',
  );
}

function requirePlatform(source: string, { memory, processes, cpus }: Limits): void {
  if (cpus !== undefined) {
    throw refuse(
      source,
      '`limits.cpus` needs a container',
      'remove it, or set `isolation` with `level: container`',
    );
  }
  if ((memory === undefined && processes === undefined) || process.platform === 'linux') return;
  throw refuse(
    source,
    '`limits.memory` and `limits.processes` are kept on Linux only',
    'remove them, or set `isolation` with `level: container`',
  );
}

/** Threads of a user's processes, as far as they can be seen. */
async function countTasks(user: number | undefined): Promise<number> {
  let tasks = 0;
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const status = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '');
    if (Number(/^Uid:\t(\d+)/m.exec(status)?.[1]) !== user) continue;
    tasks += Number(/^Threads:\t(\d+)/m.exec(status)?.[1] ?? 1);
  }
  return tasks;
}
