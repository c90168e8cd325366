import { writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { openSqlite } from '../../../src/state/sqlite/open-sqlite.ts';
import type { Store } from '../../../src/state/store.ts';
import { concurrent, HOUR, item, NOW, reservation } from '../contract/support.ts';

/**
 * Another process that uses a state file. Arguments: what to do, the file, a name. It prints what was done, line by line.
 *
 * - `open`: opens and closes the file.
 * - `race`: a thousand reservations of the counter `team`; prints the ids that were reserved.
 * - `forever`: reserves, settles and tallies without end; prints each step once it was acknowledged.
 * - `publish`: publishes a message, and prints what it hears until it hears `stop`.
 * - `lock`: holds the file for itself until its standard input ends.
 */
const [what = '', file = '', name = ''] = process.argv.slice(2);
const logger = { debug() {}, info() {}, warn() {}, error: console.error };
const print = (line: string): void => void writeSync(1, `${line}\n`);
const open = (): Promise<Store> => openSqlite({ file, logger, now: () => NOW });

const WORK: Record<string, () => Promise<void>> = {
  async open() {
    try {
      await (await open()).close();
      print('opened');
    } catch (error) {
      const { code, message } = error as Error & { code: string };
      print(JSON.stringify({ code, message }));
    }
  },
  async race() {
    const store = await open();
    const ids = Array.from({ length: 1000 }, (_, index) => `${name}-${index}`);
    await Promise.all(
      ids.map(async (id) => {
        const items = [item('team', 1), item(`own-${name}`, 1, { limit: 1000 })];
        if ((await store.reserve(reservation(id, items))).outcome === 'reserved') print(id);
      }),
    );
    await store.close();
  },
  async forever() {
    const store = await open();
    const tally = { table: 'day', row: name, add: { lost: 1 }, expiresAt: NOW + HOUR };
    const loop = async (lane: number): Promise<never> => {
      for (let index = 0; ; index += 1) {
        const id = `${name}-${lane}-${index}`;
        const limit = Number.MAX_SAFE_INTEGER;
        const items = [item('team', 10, { limit }), item(id, 10), concurrent('running', 1, limit)];
        await store.reserve(reservation(id, items, { tally }));
        print(`reserved ${id}`);
        if (index % 3 === 2) continue;
        await store.settle({ id, now: NOW, amounts: { team: 7, [id]: 7 }, add: { calls: 1, cost: 7 } });
        print(`settled ${id}`);
      }
    };
    await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(loop));
  },
  async publish() {
    const store = await open();
    const stopped = Promise.withResolvers<void>();
    await store.subscribe('keys', (message) => {
      print(JSON.stringify(message));
      if (message === 'stop') stopped.resolve();
    });
    await store.publish('keys', { from: name });
    // A subscription does not keep a process alive.
    const alive = setInterval(() => {}, 1000);
    await stopped.promise;
    clearInterval(alive);
    await store.close();
  },
  async lock() {
    const database = new DatabaseSync(file);
    database.exec('BEGIN IMMEDIATE');
    print('locked');
    for await (const _ of process.stdin);
    database.exec('COMMIT');
    database.close();
  },
};

await WORK[what]?.();
