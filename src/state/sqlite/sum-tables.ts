import type { DatabaseSync } from 'node:sqlite';

/**
 * Tables of sums by number. A table that has expired loses its name at its next use, and its rows later, some at a time:
 * a new one of the same name begins with none of them.
 */
export interface SumTables {
  find(name: string, now: number): { readonly number: number; readonly expiresAt: number } | undefined;
  /** The number of a table, which is kept until `expiresAt` at least. */
  keep(name: string, expiresAt: number, now: number): number;
}

export function createSumTables(database: DatabaseSync): SumTables {
  const find = database.prepare('SELECT number, expires_at FROM sum_table WHERE name = ?');
  const forget = database.prepare('UPDATE sum_table SET name = NULL WHERE name = ?');
  const add = database.prepare('INSERT INTO sum_table (name, expires_at) VALUES (?, ?)');
  const extend = database.prepare('UPDATE sum_table SET expires_at = ? WHERE number = ?');

  const current: SumTables['find'] = (name, now) => {
    const found = find.get(name);
    const expiresAt = Number(found?.['expires_at']);
    return found && expiresAt > now ? { number: Number(found['number']), expiresAt } : undefined;
  };
  return {
    find: current,
    keep(name, expiresAt, now) {
      const found = current(name, now);
      if (!found) {
        forget.run(name);
        return Number(add.run(name, expiresAt).lastInsertRowid);
      }
      if (found.expiresAt < expiresAt) extend.run(expiresAt, found.number);
      return found.number;
    },
  };
}
