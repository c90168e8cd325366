import type { ReserveItem, Store, Tally } from '../../state/store.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Availability } from './availability.ts';
import type { Outbox } from './outbox.ts';

/**
 * What was counted here and has yet to be added to the store: calls that nothing limits, and those of the time when the store
 * was away. Amounts for one counter, and sums for one row, are folded into one.
 */
export interface Arrears {
  /** Items without a window have nothing to be added to. */
  add(items: readonly ReserveItem[], tally: Tally): void;
  /** Adds to the store what there is, exactly once. Resolves when nothing is left, or the store is away. */
  deliver(): Promise<void>;
  /** Counters and rows that are not delivered. */
  size(): number;
}

/** Late amounts for a period that is over are still taken for so long. */
const GRACE_MS = 3_600_000;
const LEASE_MS = 60_000;
const ITEMS_AT_ONCE = 32;
const BATCHES_AT_ONCE = 16;

interface ArrearsOptions {
  readonly store: Store;
  readonly availability: Availability;
  readonly outbox: Outbox;
  readonly logger: Logger;
  readonly now: () => number;
  readonly newId: () => string;
  /** Counters, and rows, that are told apart. */
  readonly capacity: number;
}

export function createArrears(options: ArrearsOptions): Arrears {
  const { store, availability, outbox, logger, now, newId, capacity } = options;
  const items = new Map<string, ReserveItem>();
  const tallies = new Map<string, Tally>();
  let dropped = 0;
  let delivering: Promise<void> | undefined;

  /** A reservation that is settled at once: both steps can be repeated, so nothing is added twice. */
  const sendBatch = (batch: readonly ReserveItem[], tally: Tally | undefined): Promise<void> => {
    const id = newId();
    const amounts = Object.fromEntries(batch.map(({ counter, amount }) => [counter, amount]));
    let isReserved = false;
    return outbox.send(async () => {
      const time = now();
      if (!isReserved) {
        const answer = store.reserve({
          id,
          now: time,
          leaseUntil: time + LEASE_MS,
          items: batch,
          ...(tally && { tally }),
        });
        await availability.watch(answer);
        isReserved = true;
      }
      const settled = store.settle({ id, now: time, amounts, ...(tally && { add: tally.add }) });
      await availability.watch(settled);
    });
  };

  const takeBatch = (): Promise<void> => {
    const time = now();
    const batch: ReserveItem[] = [];
    for (const [counter, item] of items) {
      if (batch.length === ITEMS_AT_ONCE) break;
      items.delete(counter);
      const isForgotten =
        item.window !== undefined && 'until' in item.window && item.window.until + GRACE_MS <= time;
      if (!isForgotten) batch.push(item);
    }
    const [first] = tallies;
    if (first !== undefined) tallies.delete(first[0]);
    return batch.length === 0 && first === undefined ? Promise.resolve() : sendBatch(batch, first?.[1]);
  };

  const canDeliver = (): boolean =>
    items.size + tallies.size > 0 && availability.isWorthAsking() && outbox.waiting() === 0;

  const deliverAll = async (): Promise<void> => {
    // What is added in the same turn goes along.
    await Promise.resolve();
    try {
      while (canDeliver()) {
        const batches: Promise<void>[] = [];
        while (items.size + tallies.size > 0 && batches.length < BATCHES_AT_ONCE) batches.push(takeBatch());
        await Promise.all(batches);
      }
    } finally {
      delivering = undefined;
    }
    if (dropped > 0 && items.size + tallies.size === 0) {
      logger.error(
        { dropped },
        `${dropped} amounts could not be kept while the store was away: too many counters were in use`,
      );
      dropped = 0;
    }
  };

  return {
    add(added, tally) {
      for (const item of added) {
        if (item.window === undefined) continue;
        const before = items.get(item.counter);
        if (before === undefined && items.size >= capacity) dropped += 1;
        else items.set(item.counter, { ...item, mode: 'soft', amount: plus(before?.amount, item.amount) });
      }
      const key = `${tally.table}\n${tally.row}`;
      const before = tallies.get(key);
      if (before === undefined && tallies.size >= capacity) dropped += 1;
      else tallies.set(key, before === undefined ? tally : { ...tally, add: sum(before.add, tally.add) });
    },
    deliver: () => (delivering ??= deliverAll()),
    size: () => items.size + tallies.size,
  };
}

function sum(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, plus(a[name], b[name] ?? 0)]));
}

function plus(a: number | undefined, b: number): number {
  return Math.min((a ?? 0) + b, Number.MAX_SAFE_INTEGER);
}
