import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createTransactions } from '../../../src/state/sqlite/transactions.ts';
import { SILENT } from './support.ts';

/** A database in memory with a table, and steps that add to it. */
function createSteps() {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE step (name TEXT PRIMARY KEY, text TEXT)');
  const told: string[] = [];
  const log: string[] = [];
  const transactions = createTransactions({
    database,
    file: '/state.db',
    logger: {
      ...SILENT,
      // A file that is away is told of in a sentence: a stack would say nothing more.
      error: (fields, message) => void log.push('err' in fields ? 'with a stack' : message),
    },
    sleep: async () => {},
    around: {
      begin: () => void told.push('begin'),
      end: (kind) => void told.push(`end ${kind}`),
      undone: () => void told.push('undone'),
    },
  });
  const insert = database.prepare('INSERT INTO step VALUES (?, ?)');
  return {
    database,
    told,
    log,
    transactions,
    add: (name: string, text = ''): Promise<string> =>
      transactions.run('write', () => {
        insert.run(name, text);
        return name;
      }),
    names: () =>
      database
        .prepare('SELECT name FROM step ORDER BY rowid')
        .all()
        .map(({ name }) => name),
  };
}

test('steps of one turn are committed together, in their order, and each is told its own answer', async () => {
  const { add, names, told } = createSteps();
  expect(await Promise.all([add('a'), add('b'), add('c')])).toEqual(['a', 'b', 'c']);
  expect(names()).toEqual(['a', 'b', 'c']);
  expect(told).toEqual(['begin', 'end write']);
});

test('nobody waits for a thousand others: a transaction holds 256 steps at most', async () => {
  const { add, names, told } = createSteps();
  await Promise.all(Array.from({ length: 1000 }, (_, index) => add(String(index))));
  expect(names()).toHaveLength(1000);
  expect(told.filter((each) => each === 'begin')).toHaveLength(4);
});

test('a step that fails takes none of the others with it', async () => {
  const { add, names, told, transactions } = createSteps();
  const outcomes = await Promise.allSettled([
    add('a'),
    add('a'),
    transactions.run('read', () => {
      throw new RangeError('a step of this test fails');
    }),
    add('b'),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  expect(names()).toEqual(['a', 'b']);
  expect(told.filter((each) => each === 'undone')).toHaveLength(3);
});

test('a full disk refuses what does not fit, by name, keeps the rest, and goes on once there is room', async () => {
  const { add, database, log, names, transactions } = createSteps();
  const changes: boolean[] = [];
  transactions.onAvailability((available) => void changes.push(available));
  await add('before');
  const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number };
  database.exec(`PRAGMA max_page_count = ${pages + 1}`);
  await expect(add('large', 'x'.repeat(100_000))).rejects.toMatchObject({
    code: 'STATE_UNAVAILABLE',
    message: 'the state file /state.db cannot be written: the disk is full',
  });
  expect(transactions.isAvailable()).toBe(false);
  expect(names()).toEqual(['before']);
  await expect(add('larger', 'x'.repeat(100_001))).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
  expect(log).toEqual(['the state file /state.db cannot be written: the disk is full']);
  database.exec('PRAGMA max_page_count = 10000');
  await add('large', 'x'.repeat(100_000));
  expect(names()).toEqual(['before', 'large']);
  expect(changes).toEqual([false, true]);
});

test('a listener that fails does not make a step that was taken be taken again', async () => {
  const { add, database, names, transactions } = createSteps();
  transactions.onAvailability(() => {
    throw new Error('a listener of this test fails');
  });
  database.exec('PRAGMA max_page_count = 1');
  await expect(add('large', 'x'.repeat(100_000))).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
  database.exec('PRAGMA max_page_count = 10000');
  expect(await Promise.all([add('a'), add('b')])).toEqual(['a', 'b']);
  expect(names()).toEqual(['a', 'b']);
});

test('what came before the end is done, what comes later is refused', async () => {
  const { add, names, transactions } = createSteps();
  const before = add('before');
  const closed = transactions.close();
  await expect(add('after')).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
  await Promise.all([before, closed]);
  expect(names()).toEqual(['before']);
});
