import { createServer, type AddressInfo } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { prepareTable, STEPS, type Queries, type Step } from '../../src/audit/sinks/postgres-table.ts';
import type { Sink } from '../../src/audit/sinks/sink.ts';
import { CHAIN, temporaryDirectory } from '../audit/support.ts';
import { intents, leaveChain, openTestSinks, range, sent, toSettings } from '../sinks/support.ts';
import { startPostgres, type PostgresServer } from './postgres-server.ts';
import { faultOf, newTable, openPostgresSink, signal } from './postgres-support.ts';

const add: Step = (name) => [`ALTER TABLE ${name.table} ADD COLUMN more text`];
const fail: Step = () => ['SELECT 1/0'];

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.remove());

const open = (settings: object, ca?: string): Sink =>
  openPostgresSink({ url: server.url(), ...settings }, ca);

test('an older table is brought up to date in one transaction, whole or not at all', async () => {
  const table = newTable();
  await open({ table }).deliver(sent(intents(2)), signal);
  const client: Queries = { query: async (text, values = []) => ({ rows: await run(text, values) }) };
  const connection = new pg.Client({ connectionString: server.url() });
  await connection.connect();
  onTestFinished(() => connection.end());
  const run = async (text: string, values: unknown[]): Promise<Record<string, unknown>[]> =>
    (await connection.query(text, values)).rows;
  const columns = (): Promise<unknown[]> =>
    server.query(`SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('${table}') AND attname = 'more'`);

  await expect(prepareTable(client, { table, create: true }, [...STEPS, add, fail])).rejects.toThrow(
    'division by zero',
  );
  expect(await columns()).toEqual([]);
  await expect(prepareTable(client, { table, create: false }, [...STEPS, add])).rejects.toThrow(
    'is of version 1, not 2',
  );
  await prepareTable(client, { table, create: true }, [...STEPS, add]);
  expect(await columns()).toHaveLength(1);
  expect(await server.query(`SELECT seq FROM ${table}`)).toHaveLength(2);
  expect((await faultOf(open({ table }), sent(intents(1)))).message).toContain('made by a newer Bailiwick');
});

test('a server that is killed while it takes records has each of them once when it is back', async () => {
  const own = await startPostgres();
  onTestFinished(() => own.remove());
  const dir = await temporaryDirectory();
  const COUNT = 6000;
  await leaveChain(
    dir,
    CHAIN,
    intents(COUNT).map((entry) => ({ ...entry, detail: { text: 'x'.repeat(300) } })),
    500_000,
  );
  const settings = [toSettings({ batch: { records: 100 }, required: true })];
  const sink = open({ url: own.url() });
  const { sinks, clock } = openTestSinks(dir, sink, { seq: () => COUNT, settings });
  const count = async (): Promise<number> => {
    const [row] = await own.query(`SELECT count(*)::int AS count FROM bailiwick_records`).catch(() => []);
    return Number(row?.['count'] ?? 0);
  };
  for (const enough of [300, 1500, 3000]) {
    while ((await count()) < enough) await clock.advance(0);
    await own.kill();
    await clock.advance(0);
    await own.start();
    await clock.advance(60_000);
  }
  while (!(await sinks.isPassed(CHAIN, COUNT))) await clock.advance(60_000);
  const rows = await own.query('SELECT seq::int AS seq FROM bailiwick_records ORDER BY seq');
  expect(rows.map(({ seq }) => seq)).toEqual(range(1, COUNT));
});

test('a server that never answers, a table that is locked, and a password that is wrong, are tried again later', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as AddressInfo;
  const hanging = open({ url: `postgres://u@127.0.0.1:${port}/d`, timeout: 500 });
  expect(await faultOf(hanging, sent(intents(1)))).toMatchObject({ kind: 'retry' });

  const table = newTable();
  const sink = open({ table, timeout: 500 });
  await sink.deliver(sent(intents(1)), signal);
  const locker = new pg.Client({ connectionString: server.url() });
  await locker.connect();
  await locker.query(`BEGIN; LOCK TABLE ${table}`);
  expect(await faultOf(sink, sent(intents(2)))).toMatchObject({
    kind: 'retry',
    message: expect.stringContaining('57014'),
  });
  await locker.end();
  await sink.deliver(sent(intents(2)), signal);
  expect(await server.query(`SELECT seq FROM ${table}`)).toHaveLength(2);

  const nobody = await faultOf(open({ url: server.url({ user: 'nobody_here' }) }), sent(intents(1)));
  expect(nobody).toMatchObject({ kind: 'retry', message: expect.stringContaining('nobody_here') });
});

test('a delivery that is called off ends at once', async () => {
  const table = newTable();
  const sink = open({ table });
  await sink.deliver(sent(intents(1)), signal);
  const locker = new pg.Client({ connectionString: server.url() });
  await locker.connect();
  onTestFinished(() => locker.end());
  await locker.query(`BEGIN; LOCK TABLE ${table}`);
  const abort = new AbortController();
  const delivered = sink.deliver(sent(intents(2)), abort.signal);
  abort.abort();
  await expect(delivered).rejects.toMatchObject({ kind: 'retry' });
});

test('TLS is what the settings say: only a certificate that is vouched for is talked to', async () => {
  const { generate } = await import('selfsigned');
  const pems = generate([{ name: 'commonName', value: 'database.example.com' }], {
    keySize: 2048,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'database.example.com' }] }],
  });
  const secure = await startPostgres({ tls: { cert: pems.cert, key: pems.private } });
  onTestFinished(() => secure.remove());
  const url = secure.url();
  const tls = { ca: 'ca.pem', serverName: 'database.example.com' };
  expect(await faultOf(open({ url, tls: true }), sent(intents(1)))).toMatchObject({ kind: 'retry' });
  expect(
    await faultOf(
      open({ url, tls: { ...tls, serverName: 'other.example.com' } }, pems.cert),
      sent(intents(1)),
    ),
  ).toMatchObject({
    kind: 'retry',
  });
  await open({ url, tls }, pems.cert).deliver(sent(intents(1)), signal);
  expect(await faultOf(open({ tls }, pems.cert), sent(intents(1))), 'a server without TLS').toMatchObject({
    kind: 'retry',
  });
});
