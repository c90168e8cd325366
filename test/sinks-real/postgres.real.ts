import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { expectedForm } from '../../src/audit/chain.ts';
import type { Sink } from '../../src/audit/sinks/sink.ts';
import { CHAIN, intent } from '../audit/support.ts';
import { intents, range, sent } from '../sinks/support.ts';
import { startPostgres, type PostgresServer } from './postgres-server.ts';
import { faultOf, newTable, openPostgresSink, signal } from './postgres-support.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.remove());

const open = (settings: object, ca?: string): Sink =>
  openPostgresSink({ url: server.url(), ...settings }, ca);

test('records become rows with a column for what is asked for, and their line verifies from the database', async () => {
  const table = newTable();
  const records = sent([
    intent('a', { principal: { issuer: 'i', subject: 's', groups: ['a"b\\', 'c,{}'], scopes: [] } }),
    {
      type: 'call.outcome',
      call: 'a',
      parent: 'p',
      result: { status: 'ok', ms: 1.5 },
      cost: { nanoUsd: 9_007_199_254_740_991 },
    },
    { type: 'config' },
  ]);
  await open({ table }).deliver(records, signal);
  const rows = await server.query(`SELECT * FROM ${table} ORDER BY seq`);
  expect(rows).toHaveLength(3);
  expect(rows[0]).toMatchObject({
    chain: CHAIN,
    seq: '1',
    time: new Date(records[0]!.record.time),
    type: 'call.intent',
    call: 'a',
    subject: 's',
    groups: ['a"b\\', 'c,{}'],
    target_kind: 'tool',
    source: 'helpdesk',
    target: 'getTicket',
    effect: 'permit',
    rules: ['main/read'],
    record: records[0]!.record,
  });
  expect(rows[1]).toMatchObject({
    status: 'ok',
    ms: 1.5,
    nano_usd: '9007199254740991',
    parent: 'p',
    groups: null,
  });
  for (const [index, { line }] of rows.entries()) {
    const text = String(line);
    expect(text).toBe(records[index]!.line);
    expect(expectedForm(JSON.parse(text))).toEqual({ line: text, hash: records[index]!.record.hash });
  }
});

test('a record that is there already is left alone, also one that says something else', async () => {
  const table = newTable();
  const sink = open({ table });
  const records = sent(intents(3));
  await sink.deliver(records.slice(0, 2), signal);
  await sink.deliver(records, signal);
  await sink.deliver(sent(intents(3, 'forged')), signal);
  expect(await server.query(`SELECT call FROM ${table} ORDER BY seq`)).toEqual([
    { call: 'c1' },
    { call: 'c2' },
    { call: 'c3' },
  ]);
});

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

test('no caller can keep its record out: U+0000, long names, any Unicode, lone surrogates, deep and huge values', async () => {
  const table = newTable();
  const sink = open({ table });
  const nul = '\0nul\\u0000\\\0';
  const records = sent([
    intent(nul, {
      principal: { issuer: '\0', subject: nul, groups: [nul], scopes: [] },
      detail: { [nul]: nul },
    }),
    intent('x'.repeat(100_000), { target: { kind: 'tool', name: '\u{1F600}'.repeat(50_000) } }),
    intent('\uD800', { detail: { text: '\u{10FFFF}\u{FFFF}\u{7F}\u{1}' } }),
    intent('deep', { args: { digest: 'd', full: nested(4000) } }),
    intent('numbers', { detail: { large: 1e308, small: 5e-324, whole: 2 ** 53 } }),
  ]);
  for (const record of records) await sink.deliver([record], signal);
  const rows = await server.query(
    `SELECT seq, line, subject, call, target, record FROM ${table} ORDER BY seq`,
  );
  expect(rows.map(({ line }) => String(line))).toEqual(records.map(({ line }) => line));
  expect(rows[0]).toMatchObject({
    subject: '\uFFFDnul\\u0000\\\uFFFD',
    record: { principal: { subject: '\uFFFDnul\\u0000\\\uFFFD' }, call: '\uFFFDnul\\u0000\\\uFFFD' },
  });
  expect(String(rows[1]!['call'])).toHaveLength(500);
  expect(rows[1]!['record']).toMatchObject({ call: 'x'.repeat(100_000) });
});

test('what is too deep for jsonb is kept by its line and its columns', async () => {
  const strict = await startPostgres({ settings: ['max_stack_depth=100kB'] });
  onTestFinished(() => strict.remove());
  const table = newTable();
  const sink = open({ table, url: strict.url() });
  const records = sent([intent('deep', { args: { digest: 'd', full: nested(3000) } })]);
  await sink.deliver(records, signal);
  const [row] = await strict.query(`SELECT line, record, call FROM ${table}`);
  expect({ ...row, line: String(row!['line']) }).toEqual({
    line: records[0]!.line,
    record: null,
    call: 'deep',
  });
});

test('a database of SQL_ASCII holds records byte for byte, one of LATIN1 is refused', async () => {
  for (const encoding of ['SQL_ASCII', 'LATIN1']) {
    const other = await startPostgres({ encoding });
    onTestFinished(() => other.remove());
    const sink = open({ url: other.url() });
    const records = sent([intent('größe \u{1F600} \0', { detail: { '\u{1F600}': '\0' } })]);
    if (encoding === 'LATIN1') {
      expect((await faultOf(sink, records)).message).toContain(
        'the encoding of the database is LATIN1; records need UTF8',
      );
      continue;
    }
    await sink.deliver(records, signal);
    const [row] = await other.query('SELECT line, call FROM bailiwick_records');
    expect(String(row!['line'])).toBe(records[0]!.line);
    expect(row!['call']).toBe('größe \u{1F600} \uFFFD');
  }
});

test('a socket of this machine will do', async () => {
  const table = newTable();
  await open({ table, url: server.url({ over: 'socket' }) }).deliver(sent(intents(1)), signal);
  expect(await server.query(`SELECT seq FROM ${table}`)).toHaveLength(1);
});

test('processes that start at the same time make the table once', async () => {
  const table = newTable();
  const sinks = range(1, 6).map(() => open({ table }));
  await Promise.all(sinks.map((sink, index) => sink.deliver(sent(intents(5), `chain-${index}`), signal)));
  expect(await server.query(`SELECT count(*)::int AS count FROM ${table}`)).toEqual([{ count: 30 }]);
});

test('a table in a schema, and a role that may only insert, will do', async () => {
  await server.query('CREATE SCHEMA audit; CREATE ROLE writer LOGIN; GRANT USAGE ON SCHEMA audit TO writer');
  const table = 'audit.records';
  await open({ table }).deliver(sent(intents(1)), signal);
  await server.query(`GRANT INSERT ON ${table} TO writer`);
  const sink = open({ table, url: server.url({ user: 'writer' }), create: false });
  await sink.deliver(sent(intents(3)), signal);
  expect(await server.query(`SELECT count(*)::int AS count FROM ${table}`)).toEqual([{ count: 3 }]);
});

test.each([
  [
    'a newer version',
    (table: string) =>
      `CREATE TABLE ${table} (); COMMENT ON TABLE ${table} IS 'Bailiwick audit records, version 99'`,
    {},
    'of version 99, made by a newer Bailiwick',
  ],
  [
    'a table of somebody else',
    (table: string) => `CREATE TABLE ${table} (chain text)`,
    {},
    'was not made by Bailiwick',
  ],
  [
    'no table, which is not to be made',
    () => 'SELECT 1',
    { create: false },
    'is absent, and `create: false` keeps it so',
  ],
])('%s is refused, and nothing is changed', async (_, prepare, settings, message) => {
  const table = newTable();
  await server.query(prepare(table));
  const fault = await faultOf(open({ table, ...settings }), sent(intents(1)));
  expect(fault).toMatchObject({ kind: 'retry', message: expect.stringContaining(message) });
  expect(
    await server.query(
      `SELECT attname FROM pg_attribute WHERE attrelid = to_regclass('${table}') AND attnum > 0`,
    ),
  ).toHaveLength(prepare(table).includes('chain text') ? 1 : 0);
});

test('a hundred thousand records are written in seconds, and questions about them use an index', async () => {
  const table = newTable();
  const sink = open({ table });
  const BATCH = 2000;
  let seconds = 0;
  for (const part of range(0, 49)) {
    const entries = range(1, BATCH).map((index) =>
      intent(`c${part}-${index}`, {
        principal: {
          issuer: 'config',
          subject: `agent-${(part * BATCH + index) % 997}`,
          groups: [],
          scopes: [],
        },
        target: { kind: 'tool', source: 'helpdesk', name: `tool${index % 83}`, access: 'read' },
        decision: { effect: index % 50 === 0 ? 'deny' : 'permit', rules: ['main/read'] },
      }),
    );
    const records = sent(entries, `chain-${part}`);
    const began = performance.now();
    await sink.deliver(records, signal);
    seconds += (performance.now() - began) / 1000;
  }
  await server.query(`ANALYZE ${table}`);
  const perSecond = Math.round((50 * BATCH) / seconds);
  process.stdout.write(`100,000 records written at ${perSecond} a second\n`);
  const questions = [
    ['subject', `subject = 'agent-5' AND time > '2026-01-01' ORDER BY time DESC LIMIT 50`],
    ['target', `target = 'tool7' AND subject = 'agent-5' ORDER BY time LIMIT 50`],
    ['call', `call = 'c3-77'`],
    ['effect', `effect = 'deny' ORDER BY time DESC LIMIT 20`],
    ['pkey', `chain = 'chain-7' AND seq BETWEEN 10 AND 20`],
  ] as const;
  for (const [name, question] of questions) {
    const plan = await server.query(
      `EXPLAIN (ANALYZE, FORMAT JSON) SELECT record FROM ${table} WHERE ${question}`,
    );
    const text = JSON.stringify(plan);
    expect(text, question).toMatch(new RegExp(`"Index Name":"${table}_(?:${name}|subject)"`));
    expect(text).not.toContain('Seq Scan');
  }
  expect(perSecond).toBeGreaterThan(1000);
});
