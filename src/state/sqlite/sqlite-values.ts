import type { DatabaseSync } from 'node:sqlite';
import type { Json } from '../../catalog/json.ts';
import { PAGE_SIZE } from '../page.ts';
import type { Stored } from '../store.ts';

/** Keys and values. Every method runs inside a transaction that its caller began. */
export interface SqliteValues {
  get(key: string, now: number): Stored | undefined;
  put(
    key: string,
    json: string,
    options: { readonly now: number; readonly expiresAt?: number; readonly ifVersion?: number },
  ): boolean;
  take(key: string, now: number): Json | undefined;
  list(
    prefix: string,
    options: { readonly now: number; readonly cursor?: string },
  ): { readonly keys: readonly string[]; readonly cursor?: string };
}

const PRESENT = '(expires_at IS NULL OR expires_at > ?)';

export function createSqliteValues(database: DatabaseSync): SqliteValues {
  const get = database.prepare(`SELECT json, version FROM value WHERE key = ? AND ${PRESENT}`);
  const put = database.prepare(
    `INSERT INTO value (key, version, expires_at, json) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (key) DO UPDATE SET version = ?2, expires_at = ?3, json = ?4`,
  );
  const version = database.prepare(`SELECT version FROM value WHERE key = ? AND ${PRESENT}`);
  const remove = database.prepare('DELETE FROM value WHERE key = ?');
  const first = database.prepare(
    `SELECT key FROM value WHERE key >= ? AND ${PRESENT} ORDER BY key LIMIT ${PAGE_SIZE + 1}`,
  );
  const next = database.prepare(
    `SELECT key FROM value WHERE key > ? AND ${PRESENT} ORDER BY key LIMIT ${PAGE_SIZE + 1}`,
  );

  const read = (key: string, now: number): Stored | undefined => {
    const found = get.get(key, now);
    return found && { value: JSON.parse(String(found['json'])) as Json, version: Number(found['version']) };
  };
  return {
    get: read,
    put(key, json, { now, expiresAt, ifVersion }) {
      const before = Number(version.get(key, now)?.['version'] ?? 0);
      if (ifVersion !== undefined && ifVersion !== before) return false;
      put.run(key, before + 1, expiresAt ?? null, json);
      return true;
    },
    take(key, now) {
      const found = read(key, now);
      if (found) remove.run(key);
      return found?.value;
    },
    list(prefix, { now, cursor }) {
      // A cursor of another list must not lead before the prefix.
      const from = cursor !== undefined && cursor >= prefix ? cursor : undefined;
      const found = from === undefined ? first.all(prefix, now) : next.all(from, now);
      // Keys with the prefix stand together, so the first one without it ends the list.
      const keys: string[] = [];
      for (const row of found) {
        const key = String(row['key']);
        if (!key.startsWith(prefix)) return { keys };
        keys.push(key);
      }
      if (keys.length <= PAGE_SIZE) return { keys };
      keys.pop();
      return { keys, cursor: keys.at(-1)! };
    },
  };
}
