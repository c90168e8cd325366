import type { CounterWindow, LostReservation, ReserveItem, Tally } from './store.ts';
import type { Cells } from './windows.ts';

/*
 * Where counters, reservations and rows lie, in a home that lives in this process. `reservations.ts` decides what is
 * written; a home makes each of its steps all-or-nothing.
 */
export interface Shelves {
  /** The cells of a counter; empty when it is not there. */
  counter(key: string): Cells;
  /** `forgetAt`: from when on the counter may be removed if nothing is held in it. */
  setCounter(key: string, cells: Cells, forgetAt: number): void;
  reservation(id: string): ReservationEntry | undefined;
  setReservation(entry: ReservationEntry): void;
  removeReservation(id: string): void;
  /** Some reservations that are not lost and whose lease is over, the longest over first. */
  lapsed(now: number, most: number): readonly ReservationEntry[];
  /** The sums of a row, none where the table has expired. */
  row(table: string, row: string, now: number): Readonly<Record<string, number>>;
  /** Stores a row, and keeps its table until `expiresAt` at least. */
  setRow(tally: Tally, now: number): void;
}

/** A reservation that was not settled. */
export interface ReservationEntry {
  readonly id: string;
  /** When it was reserved. */
  readonly at: number;
  readonly leaseUntil: number;
  readonly items: readonly ReservedItem[];
  readonly tally?: Tally;
  /** Present once it was reaped: until when it is remembered for a late settlement. */
  readonly lostUntil?: number;
}

export interface ReservedItem {
  readonly counter: string;
  readonly window?: CounterWindow;
  readonly amount: number;
  readonly onLoss: ReserveItem['onLoss'];
}

/** Lost reservations, and whether there are more of them. */
export interface Reaped {
  readonly lost: readonly LostReservation[];
  readonly more: boolean;
}
