import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Found, Framework } from './framework.ts';

const run = promisify(execFile);
const VERSION = '2.3.0';
const PROGRAM = fileURLToPath(new URL('python.py', import.meta.url));
const FOLDER = path.join(process.env['XDG_CACHE_HOME'] ?? tmpdir(), `bailiwick-python-mcp-${VERSION}`);

/**
 * The Python SDK in a virtual environment of its own, kept for the next run.
 *
 * @returns undefined where this machine has no Python that can have one; `why` is told
 */
export async function installPython(why: (reason: string) => void): Promise<string | undefined> {
  const python = path.join(FOLDER, 'bin', 'python');
  if (existsSync(path.join(FOLDER, 'installed'))) return python;
  await rm(FOLDER, { recursive: true, force: true });
  try {
    await run('python3', ['-m', 'venv', FOLDER]);
    await run(python, ['-m', 'pip', 'install', '--quiet', `mcp==${VERSION}`], { timeout: 180_000 });
    await run(python, ['-c', `open(${JSON.stringify(path.join(FOLDER, 'installed'))}, 'w')`]);
    return python;
  } catch (error) {
    why((error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '');
    return undefined;
  }
}

/** `mcp`, the Python SDK: `auto` takes the newest era that both know, `legacy` the older one. */
export function pythonClient(python: string, mode: 'auto' | 'legacy'): Framework {
  return async (endpoint, good, bad) => {
    const args = [PROGRAM, endpoint, mode, JSON.stringify(good), JSON.stringify(bad)];
    const { stdout } = await run(python, args, { timeout: 60_000, maxBuffer: 64 * 1024 * 1024 });
    return JSON.parse(stdout) as Found;
  };
}
