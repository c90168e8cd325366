import type { Logger } from '../../telemetry/logger.ts';
import {
  checkAmount,
  checkCounter,
  checkName,
  checkPrefix,
  checkReservation,
  checkSettlement,
  checkTally,
  checkTime,
  toBoundedText,
} from '../bounds.ts';
import type { Store } from '../store.ts';
import { storeClosed } from '../unavailable.ts';
import { createConnection } from './connection.ts';
import { createKeys } from './keys.ts';
import { LAYOUT, type Layout } from './layout.ts';
import { addTally, reap, renew, reserve, rows, settle, totals } from './reservations.ts';
import { createSubscriptions } from './subscriptions.ts';
import { readTopology, type RedisSettings } from './topology.ts';
import { get, list, put, take } from './values.ts';

export interface RedisStoreDependencies {
  readonly logger: Logger;
  /** For tests of older and newer versions. */
  readonly layout?: Layout;
}

/**
 * State in Redis: one server, one behind Sentinel, or a Cluster. All gateways with the same prefix share it.
 *
 * Each step is one script and one round trip. Where Redis is away this resolves all the same, and the store is not available
 * until it is back.
 *
 * @throws BailiwickError `CONFIGURATION` where the settings are wrong, or do not fit the server; `STATE_UNAVAILABLE` where the
 *   state was written by a newer version
 */
export async function openRedisStore(
  settings: RedisSettings,
  dependencies: RedisStoreDependencies,
): Promise<Store> {
  const { logger, layout = LAYOUT } = dependencies;
  const { timeoutMs } = settings;
  const topology = await readTopology(settings);
  const keys = createKeys(settings.prefix);
  const connection = createConnection({ topology, timeoutMs, keys, layout, logger });
  await connection.open();
  const { run, client, availability } = connection;
  const subscriptions = createSubscriptions({ topology, timeoutMs, client, logger });
  let isClosed = false;

  return {
    async get(key, now) {
      checkName('the key', key);
      checkTime('now', now);
      return get(run, key, now);
    },
    async put(key, value, options) {
      checkName('the key', key);
      checkTime('now', options.now);
      if (options.expiresAt !== undefined) checkTime('expiresAt', options.expiresAt);
      if (options.ifVersion !== undefined) checkAmount('ifVersion', options.ifVersion);
      return put(run, key, toBoundedText('the value', value), options);
    },
    async take(key, now) {
      checkName('the key', key);
      checkTime('now', now);
      return take(run, key, now);
    },
    async list(prefix, options) {
      checkPrefix('the prefix', prefix);
      checkTime('now', options.now);
      if (options.cursor !== undefined) checkPrefix('the cursor', options.cursor);
      return list(run, prefix, options);
    },
    async reserve(reservation) {
      checkReservation(reservation);
      return reserve(run, reservation);
    },
    async settle(settlement) {
      checkSettlement(settlement);
      return settle(run, settlement);
    },
    async renew(ids, leaseUntil, now) {
      for (const id of ids) checkName('the id', id);
      checkTime('leaseUntil', leaseUntil);
      checkTime('now', now);
      return renew(run, ids, leaseUntil, now);
    },
    async reap(now) {
      checkTime('now', now);
      return reap(run, now);
    },
    async totals(counters, now) {
      for (const counter of counters) checkCounter(counter);
      checkTime('now', now);
      return totals(run, counters, now);
    },
    async tally(sums, now) {
      checkTally(sums);
      checkTime('now', now);
      await addTally(run, sums, now);
    },
    async rows(table, options) {
      checkName('the table', table);
      checkTime('now', options.now);
      if (options.cursor !== undefined) checkPrefix('the cursor', options.cursor);
      return rows(run, table, options);
    },
    async publish(topic, message) {
      checkName('the topic', topic);
      const text = toBoundedText('the message', message);
      await run('publish', [keys.toChannel(topic), text]);
    },
    async subscribe(topic, listener, onGap) {
      checkName('the topic', topic);
      if (isClosed) throw storeClosed();
      return subscriptions.subscribe(keys.toChannel(topic), listener, onGap);
    },
    isAvailable: () => availability.isAvailable,
    onAvailability: (listener) => availability.onChange(listener),
    async close() {
      if (isClosed) return;
      isClosed = true;
      subscriptions.close();
      connection.close();
    },
  };
}
