import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';

/** A program of this repository that runs beside a harness. */
export interface Child {
  readonly pid: number;
  readonly process: ChildProcess;
  /** The end of what it wrote to standard error, for the message when something goes wrong. */
  stderrTail(): string;
  /** Asks it to stop, waits, and kills it when it does not listen. */
  stop(): Promise<void>;
}

const STDERR_KEPT = 8_000;
const STOP_GRACE_MS = 5_000;

/** Starts `node <args>` with the Node that runs this harness. `ipc` opens a message channel; `env` is added to this process's own. */
export function startNode(
  args: readonly string[],
  options: { ipc?: boolean; cwd?: string; env?: Record<string, string> } = {},
): Child {
  const child = spawn(process.execPath, [...args], {
    stdio: ['ignore', 'pipe', 'pipe', ...(options.ipc ? (['ipc'] as const) : [])],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: { ...process.env, ...options.env } }),
  });
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-STDERR_KEPT);
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  return {
    pid: child.pid ?? -1,
    process: child,
    stderrTail: () => tail,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** The first line a child writes to standard output: where it listens. Rejects when it ends before. */
export function firstLine(child: Child): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.process.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
    child.process.once('error', reject);
    child.process.once('exit', (code) => {
      reject(new Error(`it ended with ${code} before it said where it listens:\n${child.stderrTail()}`));
    });
  });
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
