import { setTimeout as sleepFor } from 'node:timers/promises';
import type { Logger } from '../../telemetry/logger.ts';
import { checkAmount, checkName, checkPrefix, checkTime, toBoundedText } from '../bounds.ts';
import { createCounting } from '../counting.ts';
import type { Store } from '../store.ts';
import { createTopics } from '../topics.ts';
import { createCleaner } from './clean.ts';
import type { Migration } from './migrations.ts';
import { openFile } from './open-file.ts';
import { watchIdentity } from './same-file.ts';
import { createSqliteMessages } from './sqlite-messages.ts';
import { createSqliteShelves } from './sqlite-shelves.ts';
import { createSqliteValues } from './sqlite-values.ts';
import { createTransactions } from './transactions.ts';
import { createWorkingSet } from './working-set.ts';

export interface SqliteOptions {
  /** Absolute. */
  readonly file: string;
  readonly logger: Logger;
  readonly now: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
  /** Calls `look` again and again without keeping the process alive; returns how to stop that. */
  readonly watch?: (look: () => void) => () => void;
  readonly migrations?: readonly Migration[];
}

/** How long a message of another process may lie in the file, in milliseconds. A look costs some microseconds. */
const LOOK_EVERY_MS = 100;

/**
 * State in a file. Several processes of one machine may open the same one.
 *
 * @throws BailiwickError `CONFIGURATION` where the file is another program's, `STATE_UNAVAILABLE` where it cannot be read.
 */
export async function openSqlite(options: SqliteOptions): Promise<Store> {
  const { file, logger, now, sleep = sleepFor, watch = watchTimer, migrations } = options;
  const database = await openFile({ file, logger, sleep, ...(migrations ? { migrations } : {}) });
  const topics = createTopics(logger);
  const shelves = createWorkingSet(database, createSqliteShelves(database));
  const values = createSqliteValues(database);
  const messages = createSqliteMessages(database, topics);
  const clean = createCleaner(database);
  const checkIdentity = watchIdentity(file, now);
  /** The time of the steps of the transaction that is open. */
  let time = 0;
  const around = {
    begin() {
      checkIdentity();
      shelves.begin();
    },
    end(kind: 'read' | 'write') {
      if (kind === 'read') return;
      shelves.flush();
      if (clean(time)) shelves.forget();
    },
    undone: shelves.forget,
  };
  const { run, ...transactions } = createTransactions({ database, file, logger, sleep, around });
  let closing: Promise<void> | undefined;
  let stopWatching: (() => void) | undefined;

  const look = (always: boolean): void => {
    try {
      if (closing === undefined) messages.look(always);
    } catch (error) {
      // The next look finds it; a file that stays unreadable is told by every step.
      logger.debug({ err: error, file }, 'messages in the state file could not be read');
    }
  };
  const write = <T>(at: number, work: () => T): Promise<T> =>
    run('write', () => {
      time = at;
      return work();
    });
  const shut = async (): Promise<void> => {
    stopWatching?.();
    topics.clear();
    await transactions.close();
    database.close();
  };

  return {
    ...createCounting((kind, at, work) =>
      kind === 'read' ? run('read', () => work(shelves)) : write(at, () => work(shelves)),
    ),
    async get(key, at) {
      checkName('the key', key);
      checkTime('now', at);
      return run('read', () => values.get(key, at));
    },
    async put(key, value, given) {
      checkName('the key', key);
      checkTime('now', given.now);
      if (given.expiresAt !== undefined) checkTime('expiresAt', given.expiresAt);
      if (given.ifVersion !== undefined) checkAmount('ifVersion', given.ifVersion);
      const json = toBoundedText('the value', value);
      return write(given.now, () => values.put(key, json, given));
    },
    async take(key, at) {
      checkName('the key', key);
      checkTime('now', at);
      return write(at, () => values.take(key, at));
    },
    async list(prefix, given) {
      checkPrefix('the prefix', prefix);
      if (given.cursor !== undefined) checkPrefix('the cursor', given.cursor);
      checkTime('now', given.now);
      return run('read', () => values.list(prefix, given));
    },
    async rows(table, given) {
      checkName('the table', table);
      if (given.cursor !== undefined) checkPrefix('the cursor', given.cursor);
      checkTime('now', given.now);
      return run('read', () => shelves.rows(table, given));
    },
    async publish(topic, message) {
      checkName('the topic', topic);
      const json = toBoundedText('the message', message);
      await run('write', () => messages.publish(topic, json, now()));
      setImmediate(look, true);
    },
    async subscribe(topic, listener, onGap) {
      checkName('the topic', topic);
      const after = await run('read', () => {
        if (topics.isEmpty()) messages.begin();
        return messages.last();
      });
      // Not inside the step, which may be taken twice; and before anything else has its turn.
      const stop = topics.subscribe(topic, { listener, onGap, after });
      stopWatching ??= watch(() => look(false));
      return async () => stop();
    },
    isAvailable: transactions.isAvailable,
    onAvailability: transactions.onAvailability,
    close: () => (closing ??= shut()),
  };
}

function watchTimer(look: () => void): () => void {
  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
