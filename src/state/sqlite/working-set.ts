import type { DatabaseSync } from 'node:sqlite';
import type { ReservationEntry } from '../shelves.ts';
import type { Cells } from '../windows.ts';
import type { SqliteShelves } from './sqlite-shelves.ts';

/**
 * Shelves that remember what they read and wrote, as long as no other process has changed the file, and that write each
 * counter and each row once in a transaction, however many steps of it changed them.
 */
export interface WorkingSet extends SqliteShelves {
  /** At the beginning of each transaction. */
  begin(): void;
  /** Writes what was changed; before each commit. */
  flush(): void;
  /** After a transaction that was undone, or where something else changed the file. */
  forget(): void;
}

/** Entries that are remembered, of each kind; beyond, everything is forgotten and read again. */
const MOST = 20_000;

interface Counter {
  readonly cells: Cells;
  readonly forgetAt: number;
}

interface Row {
  readonly table: string;
  readonly row: string;
  readonly add: Readonly<Record<string, number>>;
  readonly expiresAt: number;
}

export function createWorkingSet(database: DatabaseSync, shelves: SqliteShelves): WorkingSet {
  const version = database.prepare('PRAGMA data_version');
  const counters = new Map<string, Cells>();
  const changedCounters = new Map<string, Counter>();
  const rows = new Map<string, Row>();
  const changedRows = new Map<string, { readonly row: Row; readonly now: number }>();
  const reservations = new Map<string, ReservationEntry>();
  let seen: unknown;

  const forget = (): void => {
    for (const map of [counters, changedCounters, rows, changedRows, reservations]) map.clear();
  };
  const flush = (): void => {
    for (const [key, { cells, forgetAt }] of changedCounters) shelves.setCounter(key, cells, forgetAt);
    for (const { row, now } of changedRows.values()) shelves.setRow(row, now);
    changedCounters.clear();
    changedRows.clear();
  };

  return {
    begin() {
      const current = version.get()?.['data_version'];
      const isLarge = [counters, rows, reservations].some(({ size }) => size > MOST);
      if (current !== seen || isLarge) forget();
      seen = current;
    },
    flush,
    forget,
    counter(key) {
      const known = counters.get(key);
      if (known) return known;
      const cells = shelves.counter(key);
      counters.set(key, cells);
      return cells;
    },
    setCounter(key, cells, forgetAt) {
      counters.set(key, cells);
      changedCounters.set(key, { cells, forgetAt });
    },
    reservation: (id) => reservations.get(id) ?? shelves.reservation(id),
    setReservation(entry) {
      shelves.setReservation(entry);
      reservations.set(entry.id, entry);
    },
    removeReservation(id) {
      shelves.removeReservation(id);
      reservations.delete(id);
    },
    lapsed: shelves.lapsed,
    row(table, row, now) {
      const known = rows.get(nameOf(table, row));
      if (known && known.expiresAt > now) return known.add;
      // What has expired here is read again: its table may have been kept for longer by another row.
      if (known) flush();
      return shelves.row(table, row, now);
    },
    setRow(tally, now) {
      const name = nameOf(tally.table, tally.row);
      const before = rows.get(name);
      const expiresAt =
        before && before.expiresAt > now ? Math.max(before.expiresAt, tally.expiresAt) : tally.expiresAt;
      const row = { ...tally, expiresAt };
      rows.set(name, row);
      changedRows.set(name, { row, now });
    },
    rows(table, options) {
      flush();
      return shelves.rows(table, options);
    },
  };
}

/** No two tables and rows have the same name together: a length says where the table ends. */
function nameOf(table: string, row: string): string {
  return `${table.length}:${table}${row}`;
}
