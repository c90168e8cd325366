import { toChildEnvironment } from '../child-environment.ts';
import { withLimits, withoutBombs } from './bounded.ts';
import { toSandboxed } from './bubblewrap.ts';
import { toContained } from './container.ts';
import { findProgram } from './find-program.ts';
import type { Isolation } from './isolation.ts';
import type { Command, Launch, Program } from './launch.ts';
import { MARK } from './process-tree.ts';

/**
 * How a program is started so that it can do no more than it may.
 *
 * @throws BailiwickError where this machine cannot give what was asked for: nothing is skipped
 */
export async function prepareLaunch(program: Program, isolation: Isolation): Promise<Launch> {
  const mark = { [MARK]: program.mark };
  if (isolation.level === 'container') {
    const launch = await toContained(program, isolation);
    return { ...launch, environment: { ...launch.environment, ...mark } };
  }
  const environment: Record<string, string> = { ...toChildEnvironment(program.env, process.env), ...mark };
  if (isolation.level === 'process') return toSandboxed(program, isolation, environment);

  const [name = '', ...args] = program.command;
  const { memory, processes } = isolation.limits;
  const plain: Command = { program: name, args, environment };
  const { source } = program;
  const { limits } = isolation;
  const bounded = await withLimits(source, limits, await withoutBombs(source, limits, plain, false));
  if (bounded !== plain && (await findProgram(name, environment['PATH'], program.cwd)) === undefined) {
    // What limits the program would only end with a status of its own.
    throw Object.assign(new Error('no such program'), { code: 'ENOENT' });
  }
  return {
    ...bounded,
    ...(program.cwd !== undefined && { cwd: program.cwd }),
    bounds: { ...(memory !== undefined && { memory }), ...(processes !== undefined && { processes }) },
  };
}
