import { spawnSync } from 'node:child_process';
import {
  chmod,
  chown,
  copyFile,
  mkdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MIGRATIONS } from '../../../src/state/sqlite/migrations.ts';
import type { Store } from '../../../src/state/store.ts';
import { item, NOW, reservation, rowsOf, totalOf } from '../contract/support.ts';
import { createStateFile } from './support.ts';

const WORKER = path.join(import.meta.dirname, 'worker.child.ts');
const NEXT = { name: 'remarks on values', sql: "ALTER TABLE value ADD COLUMN remark TEXT DEFAULT 'none'" };

type Home = Awaited<ReturnType<typeof createStateFile>>;

async function refusalOf(home: Home): Promise<{ code: string; message: string }> {
  const error = await home.open({ sleep: async () => {} }).then(
    async (store: Store) => {
      await store.close();
      return undefined;
    },
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ name: 'BailiwickError' });
  return error as { code: string; message: string };
}

async function modeOf(file: string): Promise<string> {
  return ((await stat(file)).mode & 0o777).toString(8);
}

/** A file that holds a value, a reservation and a row, closed. */
async function createUsedFile(): Promise<Home> {
  const home = await createStateFile();
  const store = await home.open();
  await store.put('key', 'value', { now: NOW });
  const tally = { table: 'day', row: 'dana', add: { calls: 1 }, expiresAt: NOW + 1000 };
  await store.reserve(reservation('1', [item('a', 5)], { tally }));
  await store.tally(tally, NOW);
  await store.close();
  return home;
}

async function expectUsed(store: Store): Promise<void> {
  expect(await store.get('key', NOW)).toEqual({ value: 'value', version: 1 });
  expect(await totalOf(store, 'a')).toEqual({ spent: 0, held: 5 });
  expect(await rowsOf(store, 'day')).toEqual({ dana: { calls: 1 } });
  expect(await store.settle({ id: '1', now: NOW, amounts: {} })).toBe('settled');
}

test('what was stored is there when the file is opened again', async () => {
  const home = await createUsedFile();
  const store = await home.open();
  await expectUsed(store);
  await store.close();
  await home.remove();
});

test('only its owner can open the folder and read the files', async () => {
  const home = await createStateFile();
  const store = await home.open();
  await store.put('a', 1, { now: NOW });
  expect(await modeOf(path.dirname(home.file))).toBe('700');
  for (const end of ['', '-wal', '-shm']) expect(await modeOf(`${home.file}${end}`)).toBe('600');
  await store.close();
  await home.remove();
});

test('a folder in place of the file is named', async () => {
  const home = await createStateFile();
  await mkdir(home.file, { recursive: true });
  expect(await refusalOf(home)).toMatchObject({
    code: 'CONFIGURATION',
    message: `\`state.sqlite\`: ${home.file} is a folder; name a file in it`,
  });
  await home.remove();
});

test('a SQLite file of another program is refused, and not touched', async () => {
  const home = await createStateFile();
  await mkdir(path.dirname(home.file));
  for (const sql of ['CREATE TABLE theirs (a)', 'PRAGMA application_id = 42', 'PRAGMA user_version = 7']) {
    await writeFile(home.file, '');
    const database = new DatabaseSync(home.file);
    database.exec(sql);
    database.close();
    const before = await readFile(home.file);
    expect(await refusalOf(home)).toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining(`${home.file} is a SQLite file of another program`),
    });
    expect(await readFile(home.file)).toEqual(before);
  }
  await home.remove();
});

test('a file of a newer version is refused with both versions, and not touched', async () => {
  const home = await createStateFile();
  await (await home.open({ migrations: [...MIGRATIONS, NEXT] })).close();
  const before = await readFile(home.file);
  expect(await refusalOf(home)).toMatchObject({
    code: 'STATE_UNAVAILABLE',
    message: `the state file ${home.file} has version ${MIGRATIONS.length + 1}, and this Bailiwick reads versions up to ${MIGRATIONS.length}: use the version of Bailiwick that wrote it, or a later one`,
  });
  expect(await readFile(home.file)).toEqual(before);
  await home.remove();
});

test('a file of an older version is brought to the newest, with all that it holds', async () => {
  const home = await createUsedFile();
  const logged: string[] = [];
  const logger = {
    debug() {},
    info: (_: object, message: string) => void logged.push(message),
    warn() {},
    error() {},
  };
  const migrations = [...MIGRATIONS, NEXT];
  // Two at once: one migrates, the other finds it done.
  const stores = await Promise.all([home.open({ migrations, logger }), home.open({ migrations, logger })]);
  expect(logged).toEqual(['state file migrated: remarks on values']);
  await expectUsed(stores[0]);
  await Promise.all(stores.map((store) => store.close()));
  const database = new DatabaseSync(home.file);
  expect(database.prepare('SELECT remark FROM value').get()?.['remark']).toBe('none');
  expect(database.prepare('PRAGMA user_version').get()?.['user_version']).toBe(MIGRATIONS.length + 1);
  database.close();
  await home.remove();
});

test('a migration that fails in the middle leaves the file as it was', async () => {
  const home = await createUsedFile();
  const broken = { name: 'broken', sql: 'DROP TABLE value; CREATE TABLE counter (a)' };
  await expect(home.open({ migrations: [...MIGRATIONS, NEXT, broken] })).rejects.toMatchObject({
    code: 'STATE_UNAVAILABLE',
  });
  const store = await home.open();
  await expectUsed(store);
  await store.close();
  await home.remove();
});

test('a file of version 1, as it was written then, opens', async () => {
  const home = await createStateFile();
  await mkdir(path.dirname(home.file));
  const database = new DatabaseSync(home.file);
  database.exec(await readFile(path.join(import.meta.dirname, 'version-1.sql'), 'utf8'));
  database.close();
  const store = await home.open();
  await expectUsed(store);
  await store.close();
  await home.remove();
});

test('a damaged file is refused with its name, at the start or at the step that finds it, and never read wrongly', async () => {
  const home = await createUsedFile();
  const whole = await readFile(home.file);
  const attempt = async (): Promise<void> => {
    let store: Store | undefined;
    try {
      store = await home.open();
      await expectUsed(store);
    } catch (error) {
      expect(error).toMatchObject({ name: 'BailiwickError', message: expect.stringContaining(home.file) });
    } finally {
      await store?.close();
    }
  };
  const damages: ((bytes: Buffer) => Buffer)[] = [
    (bytes) => bytes.fill('not a database at all ', 0, 100),
    (bytes) => bytes.subarray(0, 50),
    (bytes) => bytes.subarray(0, 4096),
    (bytes) => bytes.subarray(0, bytes.length - 4096),
    (bytes) => bytes.fill(0xff, 4096, 3 * 4096),
    () => Buffer.from('{"this":"is JSON"}'),
  ];
  for (const damage of damages) {
    await writeFile(home.file, damage(Buffer.from(whole)));
    expect(await refusalOf(home)).toMatchObject({ message: expect.stringContaining(home.file) });
  }
  // The header, whose bytes say how the rest is read: whatever they become, the file is read rightly or refused.
  await fc.assert(
    fc.asyncProperty(fc.nat(99), fc.integer({ min: 1, max: 255 }), async (at, bits) => {
      const bytes = Buffer.from(whole);
      bytes[at] = bytes[at]! ^ bits;
      await writeFile(home.file, bytes);
      await attempt();
    }),
    { numRuns: 40 },
  );
  await truncate(home.file, 0);
  await (await home.open()).close();
  await home.remove();
});

test('a file that is removed or replaced while it is in use is not counted in any more, and says so', async () => {
  const home = await createUsedFile();
  let now = NOW;
  for (const [what, change] of [
    [
      'replaced',
      () => copyFile(home.file, `${home.file}.copy`).then(() => rename(`${home.file}.copy`, home.file)),
    ],
    ['removed', () => rm(home.file)],
  ] as const) {
    const store = await home.open({ now: () => now });
    await change();
    now += 1000;
    const message = `the state file ${home.file} was ${what} while it was in use: start Bailiwick again`;
    for (const step of [store.put('key', 'other', { now: NOW }), store.get('key', NOW)])
      await expect(step).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE', message });
    expect(store.isAvailable()).toBe(false);
    await store.close();
    if (what === 'removed') continue;
    const next = await home.open();
    expect(await next.get('key', NOW)).toEqual({ value: 'value', version: 1 });
    await next.close();
  }
  await home.remove();
});

test('a file or a folder that cannot be written is refused with its name', async () => {
  const home = await createUsedFile();
  const isRoot = process.getuid?.() === 0;
  // For root nothing is read-only: another user tries.
  const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : {};
  await chmod(home.folder, 0o755);
  const open = (): unknown => {
    const { stdout, stderr } = spawnSync(process.execPath, [WORKER, 'open', home.file], {
      ...nobody,
      encoding: 'utf8',
    });
    return stdout === 'opened\n' ? 'opened' : (JSON.parse(stdout || JSON.stringify(stderr)) as unknown);
  };
  const refused = { code: 'STATE_UNAVAILABLE', message: expect.stringContaining(home.file) };
  await chmod(home.file, 0o444);
  await chmod(path.dirname(home.file), 0o755);
  expect(open()).toMatchObject(refused);
  if (isRoot) await chown(home.file, 65_534, 65_534);
  await chmod(home.file, 0o600);
  await chmod(path.dirname(home.file), 0o555);
  // SQLite needs files of its own beside it.
  expect(open()).toMatchObject(refused);
  await chmod(path.dirname(home.file), 0o755);
  await home.remove();
});

test('who listens hears each message once, whatever became of the steps of that turn', async () => {
  const home = await createStateFile();
  let look: (() => void) | undefined;
  const store = await home.open({
    watch(given) {
      look = given;
      return () => {};
    },
  });
  const database = new DatabaseSync(home.file);
  database.exec("INSERT INTO counter VALUES ('until:damaged', 'no JSON', 1)");
  database.close();

  const heard: unknown[] = [];
  const subscribing = store.subscribe('keys', (message) => void heard.push(message));
  const damaged = { counter: 'damaged', window: { until: NOW + 1 } };
  await expect(store.totals([damaged], NOW)).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
  const stop = await subscribing;
  await store.publish('keys', 'one');
  look?.();
  expect(heard).toEqual(['one']);
  await stop();
  await store.publish('keys', 'two');
  look?.();
  expect(heard).toEqual(['one']);
  await store.close();
  await home.remove();
});
