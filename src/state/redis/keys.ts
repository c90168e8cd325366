/*
 * Where things are in Redis. A deployment has a handful of large keys that always exist, and no others:
 *
 * - All carry the hash tag `{prefix}`, so they are in one slot and each step is one script.
 * - A script names every key it touches, whatever the counters and reservations of the step are. So while a cluster moves
 *   the slot, key by key, a step meets all of its keys at the old home, or all of them at the new one, or is told to try
 *   again: a half of the counters is never taken for the whole. Each key holds a member of its own, with the empty name,
 *   because a key that is empty does not exist, and a key that does not exist looks like one that was moved.
 * - No key expires by itself: Redis goes by its own clock. What is over is swept by the steps, some at a time.
 */

/** The order of `KEYS` in the scripts about counters, reservations and tables of sums. */
export type LedgerKeys = readonly [
  /** The version of the layout, a text. */
  layout: string,
  /**
   * Hash. `u<counter>` (until an instant) and `h<counter>` (held) → `<spent> <held>`; `s<window>:<counter>` →
   * step, spent and held of each sixtieth of the window, as a MessagePack array of numbers.
   */
  counters: string,
  /** Hash: id → the reservation as JSON. One that has no lease is lost, and kept for a late settlement. */
  reservations: string,
  /** Sorted set: id by the end of its lease. */
  leases: string,
  /** Sorted set by the instant from which it may be forgotten: `c<field>`, `r<id>`, `t<table>`. */
  expiries: string,
  /** Hash: `<bytes of table>:<table><row>` → JSON, sums by name, as texts of digits. */
  rows: string,
  /** Sorted set, all with score 0: the fields of `rows`, to read them in order. */
  rowNames: string,
];

/** The order of `KEYS` in the scripts about values. */
export type ValueKeys = readonly [
  layout: string,
  /** Hash: key → `<version> <expires at, or -> <JSON>`. */
  values: string,
  /** Sorted set, all with score 0: the keys, to list them in order. */
  names: string,
  /** Sorted set: keys by the instant from which they may be forgotten. */
  expiries: string,
];

export interface Keys {
  readonly ledger: LedgerKeys;
  readonly values: ValueKeys;
  readonly messages: readonly [layout: string];
  /** All of them, each once, the layout first. */
  readonly all: readonly string[];
  /** Of each of `all`, a letter: `s` text, `h` hash, `z` sorted set, `l` sorted set with all scores 0. */
  readonly kinds: string;
  toChannel(topic: string): string;
}

export function createKeys(prefix: string): Keys {
  const name = (what: string): string => `{${prefix}}:${what}`;
  const layout = name('layout');
  const ledger: LedgerKeys = [
    layout,
    name('counters'),
    name('reservations'),
    name('leases'),
    name('expiries'),
    name('rows'),
    name('row-names'),
  ];
  const values: ValueKeys = [layout, name('values'), name('value-names'), name('value-expiries')];
  return {
    ledger,
    values,
    messages: [layout],
    all: [...ledger, ...values.slice(1)],
    kinds: 'shhzzhlhlz',
    toChannel: (topic) => name(`topic:${topic}`),
  };
}
