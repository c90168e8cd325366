import type { Json } from '../catalog/json.ts';

/*
 * The one place where a deployment keeps what outlives a call. Three homes implement it (memory, SQLite, Redis), and one
 * suite of contract tests holds all of them to what is said here.
 *
 * Time is always an argument, in milliseconds since the epoch. Amounts are whole numbers from 0 to 2^53 - 1. Keys,
 * counters, tables, rows, topics and ids are texts of 1 to {@link MAX_NAME_BYTES} bytes in UTF-8; values are JSON of at most
 * {@link MAX_VALUE_BYTES}. What is outside these bounds (`bounds.ts` has them all) is refused with a RangeError and
 * changes nothing. A sum beyond 2^53 - 1 counts as 2^53 - 1.
 *
 * A method that cannot reach the home, or is not answered in time, rejects with BailiwickError `STATE_UNAVAILABLE`. It is
 * then unknown whether the step was taken: `reserve` and `settle` can be repeated, `put` with `ifVersion` can be read back.
 */

export const MAX_NAME_BYTES = 1024;
export const MAX_VALUE_BYTES = 1024 * 1024;

export interface Store {
  /** What is stored and has not expired. Versions begin with 1 and grow with each `put`. */
  get(key: string, now: number): Promise<Stored | undefined>;
  /**
   * Stores a value. False, and nothing is changed, where `ifVersion` is given and is not the version that is stored;
   * `ifVersion: 0` means: must be absent (or expired).
   */
  put(
    key: string,
    value: Json,
    options: { readonly now: number; readonly expiresAt?: number; readonly ifVersion?: number },
  ): Promise<boolean>;
  /** Reads and deletes, in one step: of several takers one gets the value. */
  take(key: string, now: number): Promise<Json | undefined>;
  /** Keys that begin with `prefix` and have not expired, some at a time. Each key that is there throughout is listed at least once. */
  list(
    prefix: string,
    options: { readonly now: number; readonly cursor?: string },
  ): Promise<{ readonly keys: readonly string[]; readonly cursor?: string }>;

  /**
   * Takes room in several counters in one step: all of them or none.
   *
   * A `hard` item without room refuses the reservation; a `soft` one never does. An amount of 0 always has room.
   * Repeating a reservation that exists, a lost one included, changes nothing and answers `reserved`. Leases that are over are reaped first (see {@link Store.reap}).
   */
  reserve(reservation: Reservation): Promise<ReserveAnswer>;
  /**
   * Replaces what was reserved by what it came to, and ends the reservation. Exactly once: a repetition, or an id that was
   * never reserved, answers `unknown` and changes nothing.
   *
   * After the lease too: what was charged or released for a lost reservation is then corrected to `amounts`, and its row
   * to `add`, for a day after it was reaped.
   * An amount above what was reserved counts in full, whatever the limit.
   */
  settle(settlement: Settlement): Promise<'settled' | 'unknown'>;
  /** Makes leases last longer, never shorter. Answers the ids that are not reserved any more; one whose lease is over is not. */
  renew(ids: readonly string[], leaseUntil: number, now: number): Promise<readonly string[]>;
  /**
   * Ends reservations whose lease is over, because their process is gone. Of each item, `charge` counts what was reserved
   * as spent and `release` gives it back; an item without a window is always given back. Each is answered once, to
   * whoever reaped it.
   */
  reap(now: number): Promise<readonly LostReservation[]>;
  /** What counters hold now, in the order asked. */
  totals(counters: readonly CounterName[], now: number): Promise<readonly CounterTotal[]>;

  /** Adds to a row of a table of sums, outside any reservation. */
  tally(tally: Tally, now: number): Promise<void>;
  /** The rows of a table of sums, some at a time. */
  rows(
    table: string,
    options: { readonly now: number; readonly cursor?: string },
  ): Promise<{ readonly rows: readonly TallyRow[]; readonly cursor?: string }>;

  /** Tells every subscriber of every process that shares the home. Does not wait for them. */
  publish(topic: string, message: Json): Promise<void>;
  /**
   * Hears what is published from now on, this process's own messages included. `onGap` is called when messages may have been missed (the
   * connection was lost and is back): read again what the messages are about. Resolves to how to stop.
   * Where the home is away it resolves all the same, and `onGap` is called once messages are heard.
   */
  subscribe(
    topic: string,
    listener: (message: Json) => void,
    onGap?: () => void,
  ): Promise<() => Promise<void>>;

  /** False while the home cannot be reached, as far as is known. */
  isAvailable(): boolean;
  /** Called at each change of {@link Store.isAvailable}. Returns how to stop that. */
  onAvailability(listener: (available: boolean) => void): () => void;
  /** Lets go of files and connections. Later calls reject with `STATE_UNAVAILABLE`. */
  close(): Promise<void>;
}

export interface Stored {
  readonly value: Json;
  readonly version: number;
}

/** How a counter adds up. */
export type CounterWindow =
  /**
   * Until an instant, after which the counter is forgotten (not before an hour later, so that late settlements find it).
   * A counter's name carries its period: what was reserved in a period is settled in it.
   */
  | { readonly until: number }
  /**
   * Over the last `sliding` milliseconds, at any instant; what is reserved counts at the instant of its reservation, and so
   * does what it is settled to. Counted in steps of a sixtieth of the window, rounded so that no window ever holds more
   * than the limit; room appears at most one step late. The arithmetic is that of `windows.ts`.
   */
  | { readonly sliding: number };

/** A counter is its name with the kind of its window, and the length of it where it slides: with another it is another. */
export interface CounterName {
  readonly counter: string;
  /** Absent: what is held at this moment, and given back at the end (concurrency). */
  readonly window?: CounterWindow;
}

export interface ReserveItem extends CounterName {
  readonly amount: number;
  readonly limit: number;
  readonly mode: 'hard' | 'soft';
  /** What becomes of the amount when the reservation is lost. */
  readonly onLoss: 'charge' | 'release';
}

export interface Reservation {
  /** Unique for all time. */
  readonly id: string;
  readonly now: number;
  /** From this instant on the reservation counts as lost unless it was renewed. */
  readonly leaseUntil: number;
  /** No counter twice. Empty: only the tally is kept for the settlement. */
  readonly items: readonly ReserveItem[];
  /** The row that the settlement adds to; `add` is what is added if the reservation is lost. */
  readonly tally?: Tally;
}

export type ReserveAnswer =
  | {
      readonly outcome: 'reserved';
      /** Of each item, what its counter holds now, this reservation included. */
      readonly totals: readonly number[];
      readonly lost: readonly LostReservation[];
    }
  | {
      readonly outcome: 'exceeded';
      /** Every hard item without room, in the order of the items. */
      readonly exceeded: readonly Exceeded[];
      readonly lost: readonly LostReservation[];
    };

export interface Exceeded {
  readonly counter: string;
  /** What the counter holds, without what was asked for. */
  readonly total: number;
  /**
   * When there will be room if nothing else is reserved: the end of the period, or when enough has left the window.
   * Absent: unknown (concurrency), or never (more than the limit was asked for).
   */
  readonly retryAt?: number;
}

export interface Settlement {
  readonly id: string;
  readonly now: number;
  /** By counter. An item that is not named counts as reserved, a counter that was not reserved is passed over; an item without a window is given back whatever is named. */
  readonly amounts: Readonly<Record<string, number>>;
  /** Added to the row of the reservation's tally. */
  readonly add?: Readonly<Record<string, number>>;
}

export interface LostReservation {
  readonly id: string;
  /** Amounts that were counted as spent, by counter. */
  readonly charged: Readonly<Record<string, number>>;
}

export interface CounterTotal {
  /** What was settled. */
  readonly spent: number;
  /** What is reserved and not settled. */
  readonly held: number;
}

export interface Tally {
  readonly table: string;
  readonly row: string;
  /** By name of the sum. */
  readonly add: Readonly<Record<string, number>>;
  /** When the whole table may be forgotten; the latest that was given counts. */
  readonly expiresAt: number;
}

export interface TallyRow {
  readonly row: string;
  readonly sums: Readonly<Record<string, number>>;
}
