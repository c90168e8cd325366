import type { ReservationEntry, Shelves } from '../shelves.ts';
import { isForgettable, type Cells } from '../windows.ts';
import { createLeases } from './leases.ts';
import { createSweep } from './sweep.ts';

interface Table {
  readonly expiresAt: number;
  readonly rows: Map<string, Readonly<Record<string, number>>>;
}

export interface MemoryShelves extends Shelves {
  /** The rows of a table that has not expired. */
  rows(table: string, now: number): ReadonlyMap<string, Readonly<Record<string, number>>>;
  /** Removes some of what has expired. */
  sweep(now: number): void;
  /** Counters, reservations and rows together. */
  size(): number;
}

const NO_CELLS: Cells = [];
const NO_ROWS: ReadonlyMap<string, Readonly<Record<string, number>>> = new Map();

export function createMemoryShelves(): MemoryShelves {
  const counters = new Map<string, { cells: Cells; forgetAt: number }>();
  const reservations = new Map<string, ReservationEntry>();
  const tables = new Map<string, Table>();
  const leases = createLeases();
  let rowCount = 0;

  const sweepCounters = createSweep(
    counters,
    ({ cells, forgetAt }, key, now) => forgetAt <= now && isForgettable(key, cells),
  );
  const sweepLost = createSweep(reservations, ({ lostUntil }, _id, now) => (lostUntil ?? Infinity) <= now);
  const sweepTables = createSweep(tables, ({ expiresAt, rows }, _name, now) => {
    const isGone = expiresAt <= now;
    if (isGone) rowCount -= rows.size;
    return isGone;
  });
  const current = (table: string, now: number): Table | undefined => {
    const found = tables.get(table);
    return found && found.expiresAt > now ? found : undefined;
  };

  return {
    counter: (key) => counters.get(key)?.cells ?? NO_CELLS,
    setCounter(key, cells, forgetAt) {
      counters.set(key, { cells, forgetAt });
    },
    reservation: (id) => reservations.get(id),
    setReservation(entry) {
      const before = reservations.get(entry.id);
      if (before) leases.remove(entry.id, before.leaseUntil);
      if (entry.lostUntil === undefined) leases.add(entry.id, entry.leaseUntil);
      reservations.set(entry.id, entry);
    },
    removeReservation(id) {
      const before = reservations.get(id);
      if (before) leases.remove(id, before.leaseUntil);
      reservations.delete(id);
    },
    lapsed(now, most) {
      const found: ReservationEntry[] = [];
      for (const id of leases.candidates(now)) {
        const entry = reservations.get(id);
        if (entry && entry.leaseUntil <= now) found.push(entry);
        if (found.length === most) break;
      }
      return found;
    },
    row: (table, row, now) => current(table, now)?.rows.get(row) ?? {},
    setRow({ table, row, add, expiresAt }, now) {
      const before = current(table, now);
      if (!before) rowCount -= tables.get(table)?.rows.size ?? 0;
      const rows = before?.rows ?? new Map<string, Readonly<Record<string, number>>>();
      if (!rows.has(row)) rowCount += 1;
      rows.set(row, add);
      tables.set(table, { expiresAt: Math.max(expiresAt, before?.expiresAt ?? 0), rows });
    },
    rows: (table, now) => current(table, now)?.rows ?? NO_ROWS,
    sweep(now) {
      // A reservation can make 256 counters, and the next one as many: a share of all is looked at beside the few.
      sweepCounters(now, 4 + Math.ceil(counters.size / 1024));
      sweepLost(now);
      sweepTables(now);
    },
    size: () => counters.size + reservations.size + rowCount,
  };
}
