import type { DatabaseSync } from 'node:sqlite';
import { forgetAt, isForgettable } from '../windows.ts';
import { decodeCells } from './sqlite-shelves.ts';

/** Rows of a kind that are removed at a time: about a millisecond for all kinds. */
const AT_ONCE = 100;

/** How often there is a look at what has expired, in milliseconds of the time that steps are given. */
const PAUSE_MS = 1000;

/**
 * Removes some of what has expired, inside the transaction of a step. Cheap where nothing has; where much has, each step
 * removes some of it. Answers whether anything was removed.
 */
export function createCleaner(database: DatabaseSync): (now: number) => boolean {
  const kinds = [
    `DELETE FROM value WHERE key IN (SELECT key FROM value WHERE expires_at <= ? LIMIT ${AT_ONCE})`,
    `DELETE FROM reservation WHERE id IN (SELECT id FROM reservation WHERE lost_until <= ? LIMIT ${AT_ONCE})`,
    `DELETE FROM sum_row WHERE (table_number, row) IN (
       SELECT table_number, row FROM sum_row
       WHERE table_number = (SELECT number FROM sum_table WHERE expires_at <= ? ORDER BY expires_at LIMIT 1)
       LIMIT ${AT_ONCE})`,
  ].map((sql) => database.prepare(sql));
  const tables = database.prepare(
    `DELETE FROM sum_table WHERE number IN (
       SELECT number FROM sum_table WHERE expires_at <= ?
       AND NOT EXISTS (SELECT 1 FROM sum_row WHERE table_number = number) ORDER BY expires_at LIMIT 10)`,
  );
  const counters = database.prepare(
    `SELECT key, cells FROM counter WHERE forget_at <= ? ORDER BY forget_at LIMIT ${AT_ONCE}`,
  );
  const forget = database.prepare('DELETE FROM counter WHERE key = ?');
  const keep = database.prepare('UPDATE counter SET forget_at = ? WHERE key = ?');
  let nextAt = 0;

  const cleanCounters = (now: number): number => {
    const due = counters.all(now);
    for (const { key, cells } of due) {
      if (isForgettable(String(key), decodeCells(String(cells)))) forget.run(String(key));
      else keep.run(forgetAt(undefined, now), String(key));
    }
    return due.length;
  };

  return (now) => {
    // A clock that jumped back begins anew.
    if (now < nextAt && now > nextAt - 2 * PAUSE_MS) return false;
    const removed = [cleanCounters(now), ...kinds.map((kind) => Number(kind.run(now).changes))];
    removed.push(Number(tables.run(now).changes));
    nextAt = removed.some((count) => count >= AT_ONCE) ? now : now + PAUSE_MS;
    return removed.some((count) => count > 0);
  };
}
