import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../support/child-process.ts';

/** A Redis of the machine, on a port and in a directory of its own. */
export interface RedisServer {
  readonly port: number;
  readonly pid: number;
  /** One command on a connection of its own. */
  command(...words: readonly (string | number)[]): Promise<unknown>;
  /** `kill -9`, and waits until it is gone. */
  kill(): Promise<void>;
  /** Stops and continues the process: it hangs, and its connections stay open. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** Starts it again on the same port and directory. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** `settings` are options as in `redis.conf`, e.g. `['--appendonly', 'yes']`, or a file and options. */
export async function startRedis(settings: readonly string[] = []): Promise<RedisServer> {
  const directory = await mkdtemp(path.join(tmpdir(), 'bailiwick-redis-'));
  const port = await freePort();
  let child = await launch();

  async function launch(): Promise<ChildProcess> {
    const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', ''];
    const hasFile = settings[0] !== undefined && !settings[0].startsWith('--');
    const started = spawn('redis-server', hasFile ? settings : [...own, ...settings], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const kill = (): void => void started.kill('SIGKILL');
    process.once('exit', kill);
    started.once('exit', () => process.off('exit', kill));
    await untilReady(started);
    return started;
  }

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
    });
    child.kill('SIGCONT');
    child.kill(signal);
    await gone;
  };

  return {
    port,
    get pid() {
      return child.pid ?? -1;
    },
    async command(name, ...words) {
      return withConnection(port, (connection) => connection.call(String(name), ...words.map(String)));
    },
    kill: () => end('SIGKILL'),
    signal: (name) => void child.kill(name),
    async restart() {
      child = await launch();
    },
    async close() {
      await end('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Work on a connection that lives as long as it. */
export async function withConnection<T>(port: number, work: (connection: Redis) => Promise<T>): Promise<T> {
  const connection = new Redis({ port, lazyConnect: true, retryStrategy: () => null, protocol: 2 });
  connection.on('error', () => undefined);
  try {
    return await work(connection);
  } finally {
    connection.disconnect();
  }
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-8_000);
      if (/Ready to accept connections|Sentinel ID is/.test(text)) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`redis ended with ${code}:\n${text}`)));
  });
}
