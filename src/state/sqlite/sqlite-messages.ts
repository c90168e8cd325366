import type { DatabaseSync } from 'node:sqlite';
import type { Topics } from '../topics.ts';

/** Messages lie in the file for a while, so that other processes find them there. */
export interface SqliteMessages {
  /** Inside a transaction. */
  publish(topic: string, json: string, now: number): void;
  /** The number of the last message. */
  last(): number;
  /** Delivers what is new. `always`: also where no other process has changed the file. */
  look(always: boolean): void;
  /** Hears from now on: nobody listened before. */
  begin(): void;
}

/** A process that did not look for a minute is told that it may have missed something. */
const KEPT_MS = 60_000;
const MOST_KEPT = 10_000;
const AT_ONCE = 200;

export function createSqliteMessages(database: DatabaseSync, topics: Topics): SqliteMessages {
  const add = database.prepare('INSERT INTO message (topic, sent_at, json) VALUES (?, ?, ?)');
  const clean = database.prepare(
    `DELETE FROM message WHERE number IN (SELECT number FROM message ORDER BY number LIMIT ${AT_ONCE})
     AND (sent_at <= ? OR number <= ?)`,
  );
  const sequence = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'message'");
  const changes = database.prepare('PRAGMA data_version');
  const list = database.prepare(
    `SELECT number, topic FROM message WHERE number > ? ORDER BY number LIMIT ${AT_ONCE}`,
  );
  const read = database.prepare('SELECT json FROM message WHERE number = ?');
  let seen = 0;
  let seenChanges: unknown;

  const last = (): number => Number(sequence.get()?.['seq'] ?? 0);

  /** False: there is no more. */
  function lookOnce(): boolean {
    const found = list.all(seen);
    const first = found[0] ? Number(found[0]['number']) : last() + 1;
    // Numbers have no gaps: what is not there any more was removed.
    if (first > seen + 1) topics.tellGap();
    seen = Math.max(seen, first - 1);
    for (const row of found) {
      const [number, topic] = [Number(row['number']), String(row['topic'])];
      seen = number;
      if (!topics.has(topic)) continue;
      const text = read.get(number)?.['json'];
      if (text !== undefined) topics.deliver({ number, topic, text: String(text) });
    }
    return found.length === AT_ONCE;
  }

  return {
    publish(topic, json, now) {
      const number = Number(add.run(topic, now, json).lastInsertRowid);
      clean.run(now - KEPT_MS, number - MOST_KEPT);
    },
    last,
    look(always) {
      if (topics.isEmpty()) return;
      const version = changes.get()?.['data_version'];
      if (!always && version === seenChanges) return;
      seenChanges = version;
      while (lookOnce());
    },
    begin() {
      seen = last();
    },
  };
}
