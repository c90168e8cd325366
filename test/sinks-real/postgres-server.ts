import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { freePort } from '../support/child-process.ts';

/** The user `nobody` of most systems: PostgreSQL does not run as root. */
const NOBODY = 65_534;

/** A PostgreSQL server of a test's own. */
export interface PostgresServer {
  /** `postgres://…` of a database of its own, over TCP or over the socket. */
  url(options?: { user?: string; over?: 'tcp' | 'socket' }): string;
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Ends it as a power cut would, all of its processes. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}

/** The newest version that is installed; undefined: none. */
export function findPostgres(): string | undefined {
  const folders = [
    ...globSync('/usr/lib/postgresql/*/bin').toSorted((a, b) => versionOf(b) - versionOf(a)),
    ...(process.env['PATH'] ?? '').split(path.delimiter),
  ];
  return folders.find((folder) =>
    ['initdb', 'postgres'].every((name) => existsSync(path.join(folder, name))),
  );
}

function versionOf(folder: string): number {
  return Number(/postgresql\/(\d+)/.exec(folder)?.[1] ?? 0);
}

export async function startPostgres(
  options: { encoding?: string; settings?: readonly string[]; tls?: { cert: string; key: string } } = {},
): Promise<PostgresServer> {
  const { encoding = 'UTF8', settings = [], tls } = options;
  const bin = findPostgres();
  if (bin === undefined) throw new Error('PostgreSQL is not installed');
  const isRoot = process.getuid?.() === 0;
  const who = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const folder = mkdtempSync(path.join(tmpdir(), 'bailiwick-postgres-'));
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
  const data = path.join(folder, 'data');
  const args = ['-D', data, '-U', 'owner', '--auth=trust', '-E', encoding, '--no-locale', '--no-sync'];
  execFileSync(path.join(bin, 'initdb'), args, { ...who, cwd: folder, stdio: 'pipe' });
  if (tls) {
    for (const [name, text] of Object.entries({ 'server.crt': tls.cert, 'server.key': tls.key })) {
      writeFileSync(path.join(folder, name), text, { mode: 0o600 });
      if (isRoot) chownSync(path.join(folder, name), NOBODY, NOBODY);
    }
  }
  const port = await freePort();
  let server: ChildProcess | undefined;
  let log = '';

  async function start(): Promise<void> {
    const parameters = [
      'fsync=off',
      'listen_addresses=127.0.0.1',
      `port=${port}`,
      `unix_socket_directories=${folder}`,
      ...(tls ? ['ssl=on', `ssl_cert_file=${folder}/server.crt`, `ssl_key_file=${folder}/server.key`] : []),
      ...settings,
    ];
    const child = spawn(
      path.join(bin!, 'postgres'),
      ['-D', data, ...parameters.flatMap((one) => ['-c', one])],
      {
        ...who,
        cwd: folder,
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    child.stderr.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-20_000)));
    server = child;
    for (let attempt = 0; ; attempt += 1) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- until it is ready
        await query('SELECT 1');
        return;
      } catch (error) {
        if (attempt > 200 || child.exitCode !== null)
          throw new Error(`PostgreSQL did not start:\n${log}`, { cause: error });
        // oxlint-disable-next-line no-await-in-loop -- until it is ready
        await new Promise((resolve) => {
          setTimeout(resolve, 50);
        });
      }
    }
  }

  async function query(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ host: folder, port, user: 'owner', database: 'postgres' });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  async function end(signal: 'SIGKILL' | 'SIGINT'): Promise<void> {
    const child = server;
    server = undefined;
    if (child?.pid === undefined || child.exitCode !== null) return;
    const exited = once(child, 'exit');
    if (signal === 'SIGKILL') {
      const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(child.pid)], { encoding: 'utf8' });
      for (const pid of [child.pid, ...children.split(/\s+/).filter(Boolean).map(Number)]) kill(pid);
    } else child.kill(signal);
    await exited;
  }

  await start();
  return {
    url: ({ user = 'owner', over = 'tcp' } = {}) =>
      over === 'tcp'
        ? `postgres://${user}@127.0.0.1:${port}/postgres`
        : `postgres://${user}@${encodeURIComponent(folder)}:${port}/postgres`,
    query,
    kill: () => end('SIGKILL'),
    start,
    async remove() {
      await end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
