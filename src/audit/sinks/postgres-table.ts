import { COLUMNS } from './postgres-rows.ts';
import { SinkFault } from './sink.ts';

/** What of a client is needed here. */
export interface Queries {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** A step from one version of the table to the next; the first one makes it. */
export type Step = (table: TableName) => readonly string[];

export interface TableName {
  /** Quoted, with its schema if one was given. */
  readonly table: string;
  /** The name of one of its indices, quoted. */
  readonly index: (name: string) => string;
}

/** By which columns records are looked for, beside their key. */
const INDICES: readonly (readonly [name: string, columns: string])[] = [
  ['time', '"time"'],
  ['subject', '"subject", "time"'],
  ['target', '"target", "time"'],
  ['session', '"session", "time"'],
  ['call', '"call"'],
  ['parent', '"parent"'],
  ['effect', '"effect", "time"'],
];

export const STEPS: readonly Step[] = [
  ({ table, index }) => [
    `CREATE TABLE ${table} (${COLUMNS.map(({ name, type }) => `"${name}" ${type}${isNeeded(name) ? ' NOT NULL' : ''}`).join(', ')}, PRIMARY KEY ("chain", "seq"))`,
    ...INDICES.map(([name, columns]) => `CREATE INDEX ${index(name)} ON ${table} (${columns})`),
  ],
];

const NOTE = 'Bailiwick audit records, version ';

export function toTableName(setting: string): TableName {
  const parts = setting.split('.');
  return {
    table: parts.map((part) => `"${part}"`).join('.'),
    index: (name) => `"${parts.at(-1)}_${name}"`,
  };
}

/**
 * Makes sure that the table is there, in this version: makes it, or brings an older one up to date, in one transaction and
 * one process at a time.
 *
 * @throws SinkFault `retry` where the table is a newer one, somebody else's, or must not be made.
 */
export async function prepareTable(
  client: Queries,
  settings: { readonly table: string; readonly create: boolean },
  steps: readonly Step[] = STEPS,
): Promise<void> {
  const name = toTableName(settings.table);
  await checkEncoding(client);
  if ((await versionOf(client, name)) === steps.length) return;
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`bailiwick ${name.table}`]);
    // Opening a relation makes the session forget what it knew of others: that the table was absent before the wait.
    await client.query('SELECT FROM pg_catalog.pg_class LIMIT 0');
    const version = await versionOf(client, name);
    if (version > steps.length) {
      throw new SinkFault(
        'retry',
        `the table ${settings.table} is of version ${version}, made by a newer Bailiwick; this one knows version ${steps.length}`,
      );
    }
    if (version < steps.length && !settings.create) {
      const what = version === 0 ? 'is absent' : `is of version ${version}, not ${steps.length}`;
      throw new SinkFault('retry', `the table ${settings.table} ${what}, and \`create: false\` keeps it so`);
    }
    for (const step of steps.slice(version)) {
      // oxlint-disable-next-line no-await-in-loop -- in order
      for (const statement of step(name)) await client.query(statement);
    }
    await client.query(`COMMENT ON TABLE ${name.table} IS '${NOTE}${steps.length}'`);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** 0: there is none. */
async function versionOf(client: Queries, { table }: TableName): Promise<number> {
  const { rows } = await client.query(
    `SELECT to_regclass($1) IS NOT NULL AS found, obj_description(to_regclass($1), 'pg_class') AS note`,
    [table],
  );
  const { found, note } = rows[0] ?? {};
  if (found !== true) return 0;
  const version =
    typeof note === 'string' && note.startsWith(NOTE) ? Number(note.slice(NOTE.length)) : Number.NaN;
  if (Number.isSafeInteger(version) && version > 0) return version;
  throw new SinkFault(
    'retry',
    `${table} was not made by Bailiwick: its comment does not say so; name another \`table\``,
  );
}

/** Others cannot hold every record. */
async function checkEncoding(client: Queries): Promise<void> {
  const { rows } = await client.query('SHOW server_encoding');
  const encoding = String(rows[0]?.['server_encoding']);
  if (encoding === 'UTF8' || encoding === 'SQL_ASCII') return;
  throw new SinkFault('retry', `the encoding of the database is ${encoding}; records need UTF8`);
}

function isNeeded(name: string): boolean {
  return ['chain', 'seq', 'time', 'type', 'hash', 'line'].includes(name);
}
