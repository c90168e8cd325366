import type { DatabaseSync } from 'node:sqlite';
import { BailiwickError } from '../../errors.ts';
import { stateUnavailable } from '../unavailable.ts';

/** One step from a version of the file to the next. Never changed once a release has it. */
export interface Migration {
  /** What it does, for the log. */
  readonly name: string;
  readonly sql: string;
}

/** "BWst": what tells our files from those of other programs (`PRAGMA application_id`). */
const APPLICATION_ID = 0x42_57_73_74;

/** Version n of the file is what the first n migrations make. */
export const MIGRATIONS: readonly Migration[] = [
  {
    name: 'values, counters, reservations, tables of sums and messages',
    sql: `
      CREATE TABLE value (
        key TEXT NOT NULL UNIQUE,
        version INTEGER NOT NULL,
        expires_at INTEGER,
        json TEXT NOT NULL
      ) STRICT;
      CREATE INDEX value_expiry ON value (expires_at) WHERE expires_at IS NOT NULL;

      CREATE TABLE counter (
        key TEXT PRIMARY KEY,
        cells TEXT NOT NULL,
        forget_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX counter_end ON counter (forget_at);

      CREATE TABLE reservation (
        id TEXT PRIMARY KEY,
        reserved_at INTEGER NOT NULL,
        lease_until INTEGER NOT NULL,
        lost_until INTEGER,
        items TEXT NOT NULL,
        tally TEXT
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX reservation_lease ON reservation (lease_until) WHERE lost_until IS NULL;
      CREATE INDEX reservation_lost ON reservation (lost_until) WHERE lost_until IS NOT NULL;

      CREATE TABLE sum_table (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT UNIQUE,
        expires_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX sum_table_expiry ON sum_table (expires_at);
      CREATE TABLE sum_row (
        table_number INTEGER NOT NULL,
        row TEXT NOT NULL,
        sums TEXT NOT NULL,
        PRIMARY KEY (table_number, row)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE message (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        topic TEXT NOT NULL,
        sent_at INTEGER NOT NULL,
        json TEXT NOT NULL
      ) STRICT;
    `,
  },
];

/** The version of a file; 0 for one that is new. Changes nothing. @throws BailiwickError where it is not ours, or newer. */
export function readVersion(
  database: DatabaseSync,
  file: string,
  migrations: readonly Migration[] = MIGRATIONS,
): number {
  const { application, version, objects } = readMarks(database);
  if (application !== APPLICATION_ID) {
    if (application === 0 && version === 0 && objects === 0) return 0;
    throw new BailiwickError(
      'CONFIGURATION',
      `${file} is a SQLite file of another program: name another file in \`state.sqlite\``,
    );
  }
  if (version > migrations.length) {
    throw stateUnavailable(
      `the state file ${file} has version ${version}, and this Bailiwick reads versions up to ${migrations.length}: use the version of Bailiwick that wrote it, or a later one`,
    );
  }
  return version;
}

/** In one transaction: a file that another process is making at this moment is new, or ours, and nothing in between. */
function readMarks(database: DatabaseSync): { application: number; version: number; objects: number } {
  const isOwn = !database.isTransaction;
  if (isOwn) database.exec('BEGIN');
  try {
    const objects = database.prepare('SELECT count(*) AS number FROM sqlite_schema').get()?.['number'];
    return {
      application: pragma(database, 'application_id'),
      version: pragma(database, 'user_version'),
      objects: Number(objects),
    };
  } finally {
    if (isOwn && database.isTransaction) database.exec('ROLLBACK');
  }
}

/** Brings a file to the newest version, in one transaction, or leaves it as it is. Answers what was done. */
export function migrate(
  database: DatabaseSync,
  file: string,
  migrations: readonly Migration[] = MIGRATIONS,
): readonly Migration[] {
  if (readVersion(database, file, migrations) === migrations.length) return [];
  database.exec('BEGIN IMMEDIATE');
  try {
    // Another process may have been faster.
    const missing = migrations.slice(readVersion(database, file, migrations));
    for (const { sql } of missing) database.exec(sql);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length};`);
    database.exec('COMMIT');
    return missing;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function pragma(database: DatabaseSync, name: 'application_id' | 'user_version'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
