import type { DatabaseSync } from 'node:sqlite';
import type { ReservationEntry, ReservedItem, Shelves } from '../shelves.ts';
import type { Tally, TallyRow } from '../store.ts';
import type { Cells } from '../windows.ts';
import { PAGE_SIZE } from '../page.ts';
import { createSumTables } from './sum-tables.ts';

export interface SqliteShelves extends Shelves {
  rows(
    table: string,
    options: { readonly now: number; readonly cursor?: string },
  ): { readonly rows: readonly TallyRow[]; readonly cursor?: string };
}

/** Cells are stored as `[slot, spent, held, slot, …]`. */
function encodeCells(cells: Cells): string {
  return JSON.stringify(cells.flatMap(({ slot, spent, held }) => [slot, spent, held]));
}

export function decodeCells(text: string): Cells {
  const numbers = JSON.parse(text) as number[];
  const cells = [];
  for (let index = 0; index < numbers.length; index += 3)
    cells.push({ slot: numbers[index]!, spent: numbers[index + 1]!, held: numbers[index + 2]! });
  return cells;
}

interface ReservationRow {
  readonly id: string;
  readonly reserved_at: number;
  readonly lease_until: number;
  readonly lost_until: number | null;
  readonly items: string;
  readonly tally: string | null;
}

/** Every method runs inside a transaction that its caller began. */
export function createSqliteShelves(database: DatabaseSync): SqliteShelves {
  const counter = database.prepare('SELECT cells FROM counter WHERE key = ?');
  const setCounter = database.prepare(
    `INSERT INTO counter (key, cells, forget_at) VALUES (?1, ?2, ?3)
     ON CONFLICT (key) DO UPDATE SET cells = ?2, forget_at = ?3`,
  );
  const columns = 'id, reserved_at, lease_until, lost_until, items, tally';
  const reservation = database.prepare(`SELECT ${columns} FROM reservation WHERE id = ?`);
  const setReservation = database.prepare(
    `INSERT INTO reservation (${columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
     ON CONFLICT (id) DO UPDATE SET lease_until = ?3, lost_until = ?4`,
  );
  const removeReservation = database.prepare('DELETE FROM reservation WHERE id = ?');
  // A list costs twenty times a look, and there is nearly always nothing to list.
  const anyLapsed = database.prepare(
    'SELECT 1 FROM reservation WHERE lost_until IS NULL AND lease_until <= ? LIMIT 1',
  );
  const lapsed = database.prepare(
    `SELECT ${columns} FROM reservation WHERE lost_until IS NULL AND lease_until <= ? ORDER BY lease_until LIMIT ?`,
  );
  const tables = createSumTables(database);
  const row = database.prepare('SELECT sums FROM sum_row WHERE table_number = ? AND row = ?');
  const setRow = database.prepare(
    `INSERT INTO sum_row (table_number, row, sums) VALUES (?1, ?2, ?3)
     ON CONFLICT (table_number, row) DO UPDATE SET sums = ?3`,
  );
  const rows = database.prepare(
    'SELECT row, sums FROM sum_row WHERE table_number = ? AND row > ? ORDER BY row LIMIT ?',
  );

  return {
    counter(key) {
      const found = counter.get(key);
      return found ? decodeCells(String(found['cells'])) : [];
    },
    setCounter(key, cells, forgetAt) {
      setCounter.run(key, encodeCells(cells), forgetAt);
    },
    reservation(id) {
      const found = reservation.get(id);
      return found && toEntry(found as unknown as ReservationRow);
    },
    setReservation({ id, at, leaseUntil, lostUntil, items, tally }) {
      const tallied = tally ? JSON.stringify(tally) : null;
      setReservation.run(id, at, leaseUntil, lostUntil ?? null, JSON.stringify(items), tallied);
    },
    removeReservation(id) {
      removeReservation.run(id);
    },
    lapsed(now, most) {
      if (!anyLapsed.get(now)) return [];
      return lapsed.all(now, most).map((found) => toEntry(found as unknown as ReservationRow));
    },
    row(table, name, now) {
      const number = tables.find(table, now)?.number;
      const found = number === undefined ? undefined : row.get(number, name);
      return found ? (JSON.parse(String(found['sums'])) as Record<string, number>) : {};
    },
    setRow({ table, row: name, add, expiresAt }, now) {
      setRow.run(tables.keep(table, expiresAt, now), name, JSON.stringify(add));
    },
    rows(table, { now, cursor }) {
      const number = tables.find(table, now)?.number;
      const found = number === undefined ? [] : rows.all(number, cursor ?? '', PAGE_SIZE + 1);
      const page = found.slice(0, PAGE_SIZE).map((each) => ({
        row: String(each['row']),
        sums: JSON.parse(String(each['sums'])) as Record<string, number>,
      }));
      const last = page.at(-1);
      return found.length > PAGE_SIZE && last ? { rows: page, cursor: last.row } : { rows: page };
    },
  };
}

function toEntry(row: ReservationRow): ReservationEntry {
  const items = JSON.parse(row.items) as ReservedItem[];
  return {
    id: row.id,
    at: row.reserved_at,
    leaseUntil: row.lease_until,
    items,
    ...(row.tally === null ? {} : { tally: JSON.parse(row.tally) as Tally }),
    ...(row.lost_until === null ? {} : { lostUntil: row.lost_until }),
  };
}
