import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { loadConfig } from '../../config/load.ts';
import { BailiwickError } from '../../errors.ts';
import { CONFIG_OPTION } from '../command.ts';

export interface DirectoryOptions {
  readonly config: string;
  readonly dir?: string;
}

/** Adds the options that say which record is read. */
export function addDirectoryOptions(command: Command): Command {
  return command
    .option(...CONFIG_OPTION)
    .option('--dir <dir>', 'the audit directory; without it, audit.dir of the configuration');
}

/**
 * The audit directory that is meant. Named on the command line it needs no configuration.
 *
 * @throws BailiwickError `USAGE` where it is named twice; those of `loadConfig`.
 */
export async function findDirectory(named: string | undefined, options: DirectoryOptions): Promise<string> {
  const dir = nameOnce(named, options);
  if (dir !== undefined) return dir;
  return (await loadConfig(options.config, process.env)).config.audit.dir;
}

/**
 * The directory that is named on the command line, as an argument or as an option.
 *
 * @throws BailiwickError `USAGE` where both name one, and not the same.
 */
export function nameOnce(
  named: string | undefined,
  { dir = named }: { readonly dir?: string },
): string | undefined {
  if (named === undefined || named === dir) return dir;
  throw new BailiwickError('USAGE', `the directory is named twice: ${named}, and --dir ${dir}`);
}

/** True for the path of a directory that is there. */
export async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
