import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openMemory } from '../../src/state/memory/open-memory.ts';
import { openSqlite } from '../../src/state/sqlite/open-sqlite.ts';
import type { Store } from '../../src/state/store.ts';
import { createLog, NOW } from './support.ts';

export interface Home extends AsyncDisposable {
  readonly store: Store;
}

/** The homes that need no server, each opened empty. */
export const homes: readonly (readonly [name: string, open: () => Promise<Home>])[] = [
  ['memory', openInMemory],
  ['SQLite', openInFile],
];

export async function openInMemory(): Promise<Home> {
  const store = openMemory({ logger: createLog().logger });
  return { store, [Symbol.asyncDispose]: () => store.close() };
}

async function openInFile(): Promise<Home> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'bailiwick-ledger-'));
  const store = await openSqlite({
    file: path.join(folder, 'state.db'),
    logger: createLog().logger,
    now: () => NOW,
  });
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
