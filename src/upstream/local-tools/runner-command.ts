import { createRequire } from 'node:module';
import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { SharedFolder } from '../mcp/isolation/isolation.ts';

/** How the runner of local tools is started. */
export interface RunnerCommand {
  readonly command: readonly string[];
  readonly cwd: string;
  /** What it has to see where it is isolated: itself, the tools, and the packages beside them. */
  readonly folders: readonly SharedFolder[];
}

/** `src` or `dist`. */
const CODE = path.resolve(import.meta.dirname, '../..');

/** @param files absolute, in the order in which tools are listed */
export function toRunnerCommand(files: readonly string[], cwd: string): RunnerCommand {
  const runner = path.join(import.meta.dirname, `runner-process${path.extname(import.meta.filename)}`);
  const zod = realpathSync(createRequire(import.meta.url).resolve('zod'));
  const own = [
    import.meta.dirname,
    path.join(CODE, 'catalog'),
    path.join(CODE, '../package.json'),
    path.dirname(zod),
    ...packagesOf(path.dirname(zod)),
  ];
  const theirs = files.flatMap((file) => [file, ...packagesOf(path.dirname(file))]);
  // In a checkout, what lies above `zod` is Bailiwick's own; container engines refuse two mounts at one place.
  const folders = [...new Set([...own, ...theirs])]
    .filter(exists)
    .map((at) => ({ path: at, at, write: false }));
  return { command: [process.execPath, '--no-warnings', runner, zod, ...files], cwd, folders };
}

/** `package.json` and `node_modules` of a folder and of those above it: what Node looks at. */
function packagesOf(folder: string): string[] {
  const parent = path.dirname(folder);
  const here = ['package.json', 'node_modules'].map((name) => path.join(folder, name)).filter(exists);
  return parent === folder ? here : [...here, ...packagesOf(parent)];
}

function exists(at: string): boolean {
  return statSync(at, { throwIfNoEntry: false }) !== undefined;
}
