import { mkdir, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BailiwickError, messageOf } from '../../errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { stateUnavailable } from '../unavailable.ts';
import { isBusy, toStateError } from './failures.ts';
import { migrate, MIGRATIONS, readVersion, type Migration } from './migrations.ts';

export interface OpenFileOptions {
  readonly file: string;
  readonly logger: Logger;
  readonly sleep: (ms: number) => Promise<void>;
  readonly migrations?: readonly Migration[];
}

/** How long SQLite itself waits for a lock, and so the longest that a lock can hold up the event loop. */
const BUSY_TIMEOUT_MS = 5;
/** How often, and how far apart, a start tries again while the file is locked: five seconds in all. */
const TRIES = 100;
const BETWEEN_TRIES_MS = 45;

/** A damaged file is better found at a start than in the middle of a call; beyond this size it would take too long. */
const MOST_BYTES_CHECKED = 256 * 1024 * 1024;

/**
 * Opens a state file, makes it where it is absent, and brings it to the newest version. A file that is not ours, or that
 * a newer version wrote, is left as it is.
 *
 * @throws BailiwickError `CONFIGURATION`, `STATE_UNAVAILABLE`
 */
export async function openFile(options: OpenFileOptions): Promise<DatabaseSync> {
  const { file, logger, sleep, migrations = MIGRATIONS } = options;
  await makeFile(file);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, allowExtension: false });
    const opened = database;
    const version = await whileBusy(sleep, () => readVersion(opened, file, migrations));
    await whileBusy(sleep, () => useWriteAheadLog(opened, file));
    if (version > 0) await whileBusy(sleep, () => check(opened, file));
    const done = await whileBusy(sleep, () => migrate(opened, file, migrations));
    if (version > 0) for (const { name } of done) logger.info({ file, name }, `state file migrated: ${name}`);
    return opened;
  } catch (error) {
    database?.close();
    throw toStateError(file, error);
  }
}

/** An empty file that only its owner can read, in a folder that only its owner can open, unless they are there. */
async function makeFile(file: string): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    if ((await stat(file).catch(() => undefined))?.isDirectory())
      throw new BailiwickError('CONFIGURATION', `\`state.sqlite\`: ${file} is a folder; name a file in it`);
    // The files beside it, for the log and for shared memory, get the same permissions from SQLite.
    await (await open(file, 'a', 0o600)).close();
  } catch (error) {
    if (error instanceof BailiwickError) throw error;
    const why = messageOf(error);
    throw stateUnavailable(`the state file ${file} cannot be made or written: ${why}`, error);
  }
}

function useWriteAheadLog(database: DatabaseSync, file: string): void {
  const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode'];
  if (mode !== 'wal')
    throw stateUnavailable(
      `the state file ${file} lies where processes cannot share memory, e.g. on a network disk: put it on a local one`,
    );
  // Survives the end of the process exactly; what a power cut may take are the last moments.
  database.exec('PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF;');
  // A checkpoint waits for the disk: seldom, and of at most 16 MB.
  database.exec('PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 16777216;');
}

function check(database: DatabaseSync, file: string): void {
  const { pages, size } = database
    .prepare('SELECT page_count AS pages, page_size AS size FROM pragma_page_count, pragma_page_size')
    .get() as { pages: number; size: number };
  if (pages * size > MOST_BYTES_CHECKED) return;
  const found = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (found !== 'ok')
    throw stateUnavailable(
      `the state file ${file} is damaged; put a copy from before in its place, or move it away to begin anew`,
      new Error(String(found)),
    );
}

async function whileBusy<T>(sleep: (ms: number) => Promise<void>, work: () => T): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || tries >= TRIES) throw error;
      await sleep(BETWEEN_TRIES_MS);
    }
  }
}
