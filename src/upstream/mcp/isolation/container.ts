import { findEngine, type ContainerEngine } from './container-engine.ts';
import type { Isolation, Limits, SharedFolder } from './isolation.ts';
import type { Launch, Program } from './launch.ts';
import { OWNER_LABEL, ownerOf, sweepContainers, toRemoval } from './sweep-containers.ts';
import { isWithin, readFolders } from './shared-folders.ts';
import { refuse } from './refusal.ts';

type ContainerIsolation = Extract<Isolation, { level: 'container' }>;

/**
 * A program in a container of its own, which is removed when it ends.
 *
 * @throws BailiwickError where this machine cannot give that
 */
export async function toContained(program: Program, isolation: ContainerIsolation): Promise<Launch> {
  const { source, env, command, mark } = program;
  const engine = await findEngine(source, isolation);
  const folders = await readFolders(source, isolation.folders, isolation.hidden);
  const unfit = folders.find(({ path, at }) => /[,:"]/.test(path + at));
  if (unfit) {
    throw refuse(source, `no container can be given ${unfit.path}`, 'use a path without comma and colon');
  }
  const owner = await ownerOf();
  await sweepContainers(engine);
  const name = `bailiwick-${mark}`;
  const cwd = program.cwd;
  const workdir = cwd !== undefined && folders.some(({ at }) => isWithin(cwd, at)) ? ['--workdir', cwd] : [];
  const variables = Object.entries(env);
  return {
    program: engine.program,
    args: [
      engine.options,
      ['run', '--rm', '--interactive', '--init', '--name', name, '--label', `${OWNER_LABEL}=${owner}`],
      ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
      isolation.network ? [] : ['--network', 'none'],
      ['--pull', isolation.pull, '--tmpfs', '/tmp:rw,nosuid,nodev'],
      engine.kind === 'podman' ? ['--http-proxy=false'] : [],
      toLimitOptions(isolation.limits),
      folders.flatMap(toMountOption),
      workdir,
      variables.flatMap(([key, value]) => toVariableOption(engine, key, value)),
      isolation.runOptions,
      [isolation.image],
      command,
    ].flat(),
    // Values travel in the environment of the command line: its arguments can be read by everybody on the machine.
    environment: { ...env, ...engine.environment },
    cwd: '/',
    cleanup: {
      program: engine.program,
      args: toRemoval(engine, [name]),
      environment: engine.environment,
    },
    // The engine keeps the limits; what is measured outside is its own command line.
    bounds: {},
  };
}

function toLimitOptions({ memory, processes, cpus, openFiles }: Limits): string[] {
  return [
    memory === undefined ? [] : ['--memory', `${memory}b`, '--memory-swap', `${memory}b`],
    processes === undefined ? [] : ['--pids-limit', String(processes)],
    cpus === undefined ? [] : ['--cpus', String(cpus)],
    openFiles === undefined ? [] : ['--ulimit', `nofile=${openFiles}:${openFiles}`],
  ].flat();
}

function toMountOption({ path, at, write }: SharedFolder): string[] {
  return ['--mount', `type=bind,source=${path},target=${at}${write ? '' : ',readonly'}`];
}

/** A name that the command line itself reads must keep its own value there; no such variable is a credential. */
function toVariableOption({ environment }: ContainerEngine, key: string, value: string): string[] {
  return ['--env', Object.hasOwn(environment, key) ? `${key}=${value}` : key];
}
