import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The bin, as the clone runs it. */
export const BIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface Outcome {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `bailiwick <args>` as a user would, in a folder, and waits for its end. */
export async function bailiwick(
  folder: string,
  args: readonly string[],
  options: { environment?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...options.environment },
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin.end(options.input ?? '');
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.once('close', resolve);
  const status = await promise;
  return { status, out, err };
}
