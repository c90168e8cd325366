import { rmSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { GivenHead } from '../../src/audit/given-heads.ts';
import { removeOld } from '../../src/audit/retention.ts';
import type { RetentionOptions } from '../../src/audit/retention.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import type { ChainWriter } from '../../src/audit/writer.ts';
import { createTestKey, intent, keptLog, openTestChain, readRecords, temporaryDirectory } from './support.ts';

const DAY = 86_400_000;
const BEGIN = Date.parse('2026-11-01T00:00:00Z');
const DURABLE = { durable: true };
const KEY = createTestKey();
const REQUIRED = { trust: { keys: [KEY], isRequired: true } };
const OLD = 'serve-20261101T000000Z-000001';
const OWN = 'serve-20261105T000000Z-000002';

/** A chain of a process that is gone (days 0 to 3) and one's own (from day 4), of some files each, and what tidies them. */
async function createDirectory() {
  const dir = await temporaryDirectory();
  const clock = { time: BEGIN };
  const now = (): number => clock.time;
  const heads: GivenHead[] = [];
  const open = (chain: string): Promise<ChainWriter> =>
    openTestChain({
      dir,
      chain,
      now,
      segmentBytes: 3000,
      signing: {
        key: KEY,
        schedule: () => () => {},
        onHead: (signed) => heads.push({ ...signed, signed, from: 'the store' }),
      },
    });
  const fill = async (writer: ChainWriter, days: number): Promise<void> => {
    for (let index = 0; index < days * 2; index += 1) {
      await writer.append(intent(`${clock.time}`), DURABLE);
      clock.time += DAY / 2;
    }
  };
  const old = await open(OLD);
  await fill(old, 4);
  await old.close();
  const own = await open(OWN);
  await fill(own, 4);
  const forgotten: string[] = [];
  const log = keptLog();
  const tidy = (more: Partial<RetentionOptions>): Promise<void> =>
    removeOld({
      dir,
      ownChain: OWN,
      keep: {},
      isPassed: async () => true,
      record: async (entry) => {
        await own.append(entry, DURABLE);
        await own.checkpoint();
      },
      forgetHead: async (chain) => void forgotten.push(chain),
      now,
      logger: log,
      ...more,
    });
  const filesOf = (chain: string): Promise<string[]> => readdir(join(dir, chain)).catch(() => []);
  return { dir, clock, own, heads, forgotten, log, tidy, filesOf };
}

test('by default everything is kept', async () => {
  const { tidy, filesOf, own } = await createDirectory();
  const before = await filesOf(OLD);
  await tidy({});
  expect(await filesOf(OLD)).toEqual(before);
  await own.close();
});

test('files older than so many days go, a record says which, and the rest verifies with heads and keys', async () => {
  const { dir, tidy, filesOf, own, heads } = await createDirectory();
  const before = await filesOf(OLD);
  expect(before.length).toBeGreaterThan(2);
  await tidy({ keep: { days: 6 } });
  const after = await filesOf(OLD);
  expect(after.length).toBeLessThan(before.length);
  expect(after.length).toBeGreaterThan(0);
  expect(before.slice(-after.length)).toEqual(after);
  const removal = (await readRecords(dir, OWN)).find(({ type }) => type === 'repair');
  const removed = removal?.detail?.['removed'] as { chain: string; from: number; to: number }[];
  expect(removed[0]).toMatchObject({ chain: OLD, from: 1 });
  expect(removed.at(-1)?.to).toBe(Number.parseInt(after[0] ?? '', 10) - 1);
  await own.close();
  for (const options of [{}, { heads: [heads.at(-1)!] }, { heads }, REQUIRED, { heads, ...REQUIRED }]) {
    const report = await verifyDirectory(dir, options);
    expect(report.ok, JSON.stringify(report.chains.map(({ firstBad }) => firstBad))).toBe(true);
    expect(report.chains[0]?.start.seq).toBe(removed.at(-1)?.to);
  }
});

test('a chain that is gone altogether is accounted for, whoever names it', async () => {
  const { dir, tidy, filesOf, own, heads, forgotten } = await createDirectory();
  await tidy({ keep: { days: 3 } });
  expect(await filesOf(OLD)).toEqual([]);
  expect(forgotten).toEqual([OLD]);
  await own.close();
  expect(await verifyDirectory(dir, { heads, ...REQUIRED })).toMatchObject({ ok: true, removed: [OLD] });
});

test.each([
  ['was left by a process that was killed before it could remove it', []],
  ['holds a file of somebody else', ['.DS_Store']],
])('a chain that is gone is accounted for where its directory %s', async (_, others) => {
  const { dir, tidy, own, heads } = await createDirectory();
  await tidy({ keep: { days: 3 } });
  await own.close();
  await mkdir(join(dir, OLD), { recursive: true });
  for (const name of others) await writeFile(join(dir, OLD, name), '');
  expect(await verifyDirectory(dir, { heads, ...REQUIRED })).toMatchObject({ ok: true, removed: [OLD] });
  await rm(join(dir, OLD), { recursive: true });
  await rm(join(dir, OWN), { recursive: true });
  await mkdir(join(dir, OWN));
  expect(await verifyDirectory(dir, { heads, ...REQUIRED })).toMatchObject({ ok: false });
});

test('files that a running gateway removes while they are verified raise no alarm', async () => {
  const { dir, tidy, filesOf, own, heads } = await createDirectory();
  const copy = join(await temporaryDirectory(), OLD);
  await cp(join(dir, OLD), copy, { recursive: true });
  await tidy({ keep: { days: 6 } });
  const kept = await filesOf(OLD);
  await own.close();
  // As they are between the record that says so and their removal.
  await cp(copy, join(dir, OLD), { recursive: true });
  const going = (await filesOf(OLD)).filter((file) => !kept.includes(file));
  expect(going).not.toEqual([]);
  const report = await verifyDirectory(dir, {
    heads,
    ...REQUIRED,
    onProgress: () => going.forEach((file) => rmSync(join(dir, OLD, file), { force: true })),
  });
  expect(report.ok).toBe(true);
});

test('two that remove the same files at the same time do not stop each other', async () => {
  const { dir, tidy, filesOf, own, heads } = await createDirectory();
  await Promise.all([tidy({ keep: { days: 3 } }), tidy({ keep: { days: 3 } })]);
  expect(await filesOf(OLD)).toEqual([]);
  await own.close();
  expect(await verifyDirectory(dir, { heads, ...REQUIRED })).toMatchObject({ ok: true, removed: [OLD] });
});

test('the oldest files go while all are larger than what is kept, but never the last of the running process', async () => {
  const { dir, tidy, filesOf, own, heads } = await createDirectory();
  const last = (await filesOf(OWN)).at(-1);
  await tidy({ keep: { bytes: 1 } });
  expect(await filesOf(OLD)).toEqual([]);
  expect((await filesOf(OWN))[0], 'the record of it may be in a file of its own').toBe(last);
  await own.append(intent('later'), DURABLE);
  await own.close();
  expect(await verifyDirectory(dir, { heads, ...REQUIRED })).toMatchObject({ ok: true });
});

test('no file goes before it was passed, and none that is newer than one that has to stay', async () => {
  const { tidy, filesOf, own } = await createDirectory();
  const before = [await filesOf(OLD), await filesOf(OWN)];
  const asked: string[] = [];
  await tidy({
    keep: { bytes: 1 },
    isPassed: async (chain, seq) => {
      asked.push(`${chain}:${seq}`);
      return false;
    },
  });
  expect(asked).toHaveLength(1);
  expect([await filesOf(OLD), await filesOf(OWN)]).toEqual(before);
  await own.close();
});

test('a chain that somebody else writes, and a file that does not end as it was written, stay', async () => {
  const { dir, tidy, filesOf, own, log } = await createDirectory();
  const other = await openTestChain({ dir, chain: 'other', now: () => BEGIN });
  await other.append(intent('a'), DURABLE);
  const [first = ''] = await filesOf(OLD);
  const text = await readFile(join(dir, OLD, first), 'utf8');
  await rm(join(dir, OLD, first));
  await writeFile(join(dir, OLD, first), text.slice(0, 40));
  await tidy({ keep: { bytes: 1 } });
  expect(await filesOf('other')).toHaveLength(1);
  expect(await filesOf(OLD)).toContain(first);
  expect(log.messages).toHaveLength(1);
  await other.close();
  await own.close();
});

test('files that were removed without a record, or by a record that nobody vouches for, are missed', async () => {
  const { dir, own, heads, filesOf } = await createDirectory();
  await own.close();
  const [first = ''] = await filesOf(OLD);
  const bytes = await readFile(join(dir, OLD, first), 'utf8');
  const last = JSON.parse(bytes.trimEnd().split('\n').at(-1) ?? '') as { seq: number; hash: string };
  await rm(join(dir, OLD, first));
  expect(await verifyDirectory(dir, { heads })).toMatchObject({ ok: false });

  const forged = await openTestChain({ dir, chain: 'forged', signing: { key: createTestKey() } });
  const removed = [{ chain: OLD, from: 1, to: last.seq, hash: last.hash }];
  const until = new Date(BEGIN + 100 * DAY).toISOString();
  await forged.append({ type: 'repair', detail: { change: 'removed', until, removed } }, DURABLE);
  await forged.close();
  const report = await verifyDirectory(dir, { heads });
  expect(report.chains.filter(({ ok }) => !ok).map(({ chain }) => chain)).toEqual([OLD]);
  await rm(join(dir, OLD), { recursive: true });
  expect(await verifyDirectory(dir, { heads })).toMatchObject({ ok: false, removed: [] });
});
