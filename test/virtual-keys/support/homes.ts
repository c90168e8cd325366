import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openMemory } from '../../../src/state/memory/open-memory.ts';
import { openSqlite } from '../../../src/state/sqlite/open-sqlite.ts';
import type { Store } from '../../../src/state/store.ts';
import { createLog } from '../../ledger/support.ts';

/** What gateways share, with a connection for each. */
export interface Home {
  readonly name: string;
  open(): Promise<{
    connect(): Promise<Store>;
    /** Lets what was published arrive, where that takes a look. */
    deliver(): void;
    close(): Promise<void>;
  }>;
}

export const HOMES: readonly Home[] = [
  {
    name: 'memory',
    open: () => {
      const store = openMemory({ logger: createLog().logger });
      return Promise.resolve({
        connect: () => Promise.resolve(store),
        deliver() {},
        close: () => store.close(),
      });
    },
  },
  {
    name: 'SQLite',
    async open() {
      const folder = await mkdtemp(path.join(tmpdir(), 'bailiwick-keys-'));
      const stores: Store[] = [];
      const looks = new Set<() => void>();
      return {
        async connect() {
          const store = await openSqlite({
            file: path.join(folder, 'state.db'),
            logger: createLog().logger,
            now: Date.now,
            watch(look) {
              looks.add(look);
              return () => looks.delete(look);
            },
          });
          stores.push(store);
          return store;
        },
        deliver() {
          for (const look of looks) look();
        },
        async close() {
          await Promise.all(stores.map((store) => store.close()));
          await rm(folder, { recursive: true, force: true });
        },
      };
    },
  },
];
