import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openSqlite, type SqliteOptions } from '../../../src/state/sqlite/open-sqlite.ts';
import type { Store } from '../../../src/state/store.ts';
import { NOW } from '../contract/support.ts';

export const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** A folder for a state file, and stores that open the file. */
export async function createStateFile(): Promise<{
  readonly folder: string;
  readonly file: string;
  open(options?: Partial<SqliteOptions>): Promise<Store>;
  remove(): Promise<void>;
}> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bailiwick-state-'));
  const file = path.join(folder, 'state', 'state.db');
  return {
    folder,
    file,
    open: (options) => openSqlite({ file, logger: SILENT, now: () => NOW, ...options }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
