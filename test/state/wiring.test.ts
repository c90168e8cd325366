import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createApp, type App } from '../../src/app.ts';
import type { Via } from '../../src/audit/record.ts';
import { loadConfig } from '../../src/config/load.ts';
import { BIN } from '../support/command-line.ts';
import { createFolder } from '../support/gateway.ts';
import { NOW } from './contract/support.ts';
import { SILENT } from './sqlite/support.ts';

async function createAppIn(folder: string, face: Via['face']): Promise<App> {
  const loaded = await loadConfig(path.join(folder, 'bailiwick.yaml'), {});
  return createApp({ loaded, face, logger: SILENT, now: () => NOW });
}

async function stateFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(path.join(folder, '.bailiwick')).catch(() => []);
  return names.filter((name) => name.startsWith('state')).toSorted();
}

test('a server keeps its state beside its configuration, and has closed it when it ends', async () => {
  await using workspace = await createFolder({ 'bailiwick.yaml': 'sources: {}\n' });
  const app = await createAppIn(workspace.folder, 'http');
  await app.store.put('key', 'value', { now: NOW });
  expect(await stateFilesIn(workspace.folder)).toEqual([
    'state.db',
    'state.db-shm',
    'state.db-wal',
    'state.db.key',
  ]);
  await app.close(0);
  expect(await stateFilesIn(workspace.folder)).toEqual(['state.db', 'state.db.key']);
  await expect(app.store.get('key', NOW)).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
  const again = await createAppIn(workspace.folder, 'http');
  expect(await again.store.get('key', NOW)).toEqual({ value: 'value', version: 1 });
  await again.close(0);
});

test('a command opens no state before it needs some', async () => {
  await using workspace = await createFolder({ 'bailiwick.yaml': 'sources: {}\n' });
  const idle = await createAppIn(workspace.folder, 'cli');
  await idle.settled();
  await idle.close(0);
  expect(await stateFilesIn(workspace.folder)).toEqual([]);
  const busy = await createAppIn(workspace.folder, 'cli');
  await busy.store.put('key', 'value', { now: NOW });
  await busy.close(0);
  expect(await stateFilesIn(workspace.folder)).toEqual(['state.db']);
});

test('a server does not start on state that it cannot read; a command that needs none goes on', async () => {
  const garbage = 'this is no database, and nothing that Bailiwick may write over\n';
  await using workspace = await createFolder({
    'bailiwick.yaml': 'sources: {}\nstate: { sqlite: notes.txt }\n',
    'notes.txt': garbage,
  });
  const file = path.join(workspace.folder, 'notes.txt');
  await expect(createAppIn(workspace.folder, 'http')).rejects.toMatchObject({
    code: 'STATE_UNAVAILABLE',
    message: `the state file ${file} is not a SQLite file, or its beginning is damaged`,
  });
  const command = await createAppIn(workspace.folder, 'cli');
  await expect(command.store.get('key', NOW)).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
  await command.close(0);
  expect(await readFile(file, 'utf8')).toBe(garbage);
});

test('a server says that another home for state takes effect at its next start, and keeps the one it has', async () => {
  const config = 'server: { listen: "127.0.0.1:0" }\nsources: {}\n';
  await using workspace = await createFolder({ 'bailiwick.yaml': config });
  const { folder } = workspace;
  const child = spawn(process.execPath, [BIN, 'serve'], { cwd: folder, env: { PATH: process.env['PATH'] } });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  await expect.poll(() => printed, { timeout: 20_000 }).toContain('Stop with Ctrl+C');
  await writeFile(path.join(folder, 'bailiwick.yaml'), `${config}state: { memory: true }\n`);
  await expect
    .poll(() => printed, { timeout: 20_000 })
    .toContain('a change under `state:` takes effect at the next start');
  expect(await stateFilesIn(folder)).toContain('state.db');
  child.kill('SIGTERM');
  await once(child, 'close');
  expect(await stateFilesIn(folder)).toEqual(['state.db', 'state.db.key']);
});
