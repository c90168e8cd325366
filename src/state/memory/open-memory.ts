import type { Json } from '../../catalog/json.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { checkAmount, checkName, checkPrefix, checkTime, toBoundedText } from '../bounds.ts';
import { createCounting } from '../counting.ts';
import { pageOf } from '../page.ts';
import type { Store } from '../store.ts';
import { createTopics } from '../topics.ts';
import { stateUnavailable, storeClosed } from '../unavailable.ts';
import { createMemoryShelves } from './memory-shelves.ts';
import { createMemoryValues } from './memory-values.ts';

export interface MemoryOptions {
  readonly logger: Logger;
  /** The most counters, reservations, rows and keys, together. */
  readonly maxEntries?: number;
  /** The most that all values take, in code units of their JSON. */
  readonly maxLength?: number;
}

/** Some hundred megabytes, and far more than one process has use for. */
const MAX_ENTRIES = 1_000_000;
const MAX_LENGTH = 256 * 1024 * 1024;

/**
 * State in this process, gone when it ends.
 *
 * Bounded: what has expired is removed a little at a time, with every step; a step that would add to a home that is full
 * all the same rejects with `STATE_UNAVAILABLE`, and settles, takes and reads go on.
 */
export function openMemory(options: MemoryOptions): Store {
  const { logger, maxEntries = MAX_ENTRIES, maxLength = MAX_LENGTH } = options;
  const shelves = createMemoryShelves();
  const values = createMemoryValues();
  const topics = createTopics(logger);
  let isClosed = false;
  let published = 0;

  const open = (): void => {
    if (isClosed) throw storeClosed();
  };
  const sweep = (now: number): void => {
    shelves.sweep(now);
    values.sweep(now);
  };
  const makeRoom = (now: number, length: number): void => {
    sweep(now);
    if (shelves.size() + values.size() >= maxEntries || values.length() + length > maxLength)
      throw stateUnavailable('the state in memory is full; keep it in a file or in Redis: see `state`');
  };
  const counting = createCounting(async (kind, now, work) => {
    open();
    if (kind === 'add') makeRoom(now, 0);
    else if (kind === 'end') sweep(now);
    return work(shelves);
  });

  return {
    ...counting,
    async get(key, now) {
      open();
      checkName('the key', key);
      checkTime('now', now);
      const value = values.get(key, now);
      return value && { value: JSON.parse(value.text) as Json, version: value.version };
    },
    async put(key, value, { now, expiresAt, ifVersion }) {
      open();
      checkName('the key', key);
      checkTime('now', now);
      if (expiresAt !== undefined) checkTime('expiresAt', expiresAt);
      if (ifVersion !== undefined) checkAmount('ifVersion', ifVersion);
      const text = toBoundedText('the value', value);
      const version = values.get(key, now)?.version ?? 0;
      if (ifVersion !== undefined && ifVersion !== version) return false;
      makeRoom(now, text.length);
      values.set(key, { text, version: version + 1, expiresAt: expiresAt ?? Infinity });
      return true;
    },
    async take(key, now) {
      open();
      checkName('the key', key);
      checkTime('now', now);
      const value = values.get(key, now);
      values.remove(key);
      return value && (JSON.parse(value.text) as Json);
    },
    async list(prefix, { now, cursor }) {
      open();
      checkPrefix('the prefix', prefix);
      if (cursor !== undefined) checkPrefix('the cursor', cursor);
      checkTime('now', now);
      const { names, ...next } = pageOf(
        values.keys(now).filter((key) => key.startsWith(prefix)),
        cursor,
      );
      return { keys: names, ...next };
    },
    async rows(table, { now, cursor }) {
      open();
      checkName('the table', table);
      if (cursor !== undefined) checkPrefix('the cursor', cursor);
      checkTime('now', now);
      const found = shelves.rows(table, now);
      const { names, ...next } = pageOf(found.keys(), cursor);
      return { rows: names.map((row) => ({ row, sums: { ...found.get(row) } })), ...next };
    },
    async publish(topic, message) {
      open();
      checkName('the topic', topic);
      const text = toBoundedText('the message', message);
      published += 1;
      const sent = { number: published, topic, text };
      setImmediate(() => topics.deliver(sent));
    },
    async subscribe(topic, listener, onGap) {
      open();
      checkName('the topic', topic);
      const stop = topics.subscribe(topic, { listener, onGap, after: published });
      return async () => stop();
    },
    isAvailable: () => !isClosed,
    // Memory is always there.
    onAvailability: () => () => {},
    async close() {
      isClosed = true;
      topics.clear();
    },
  };
}
