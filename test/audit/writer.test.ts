import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { EMPTY_HEAD } from '../../src/audit/chain.ts';
import { createChainName } from '../../src/audit/chain-name.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import {
  CHAIN,
  START,
  faultyFileSystem,
  intent,
  openTestChain,
  readRecords,
  readSegments,
  temporaryDirectory,
} from './support.ts';

const DURABLE = { durable: true };
const BUFFERED = { durable: false };
const REFUSED = { code: 'RECORD_UNAVAILABLE' };

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

function random(size: number): Uint8Array {
  return Uint8Array.from([0x4f, 0x2a, 0x9c]).subarray(0, size);
}

test('a durable entry is on disk when its append resolves', async () => {
  const dir = await temporaryDirectory();
  const writer = await openTestChain({ dir });
  expect(writer.head()).toEqual(EMPTY_HEAD);
  await writer.append(intent('a'), DURABLE);
  const [record] = await readRecords(dir);
  expect(record).toMatchObject({ v: 1, seq: 1, chain: CHAIN, call: 'a', prev: EMPTY_HEAD.hash });
  expect(record?.time).toBe(new Date(START).toISOString());
  expect(writer.head()).toEqual({ seq: 1, hash: record?.hash });
  await writer.close();
});

test('an entry that is not durable reaches the disk within the delay, and at the latest on close', async () => {
  const dir = await temporaryDirectory();
  const quick = await openTestChain({ dir, flushDelayMs: 1 });
  await quick.append(intent('a'), BUFFERED);
  await vi.waitFor(async () => expect(await readRecords(dir)).toHaveLength(1));
  await quick.close();

  const slow = await openTestChain({ dir, chain: 'slow' });
  await slow.append(intent('a'), BUFFERED);
  expect(slow.head().seq).toBe(0);
  await slow.close();
  expect(await readRecords(dir, 'slow')).toHaveLength(1);
});

test('an entry is recorded as it was when it was appended', async () => {
  const dir = await temporaryDirectory();
  const writer = await openTestChain({ dir });
  const entry = { ...intent('a'), detail: { state: 'before' } };
  await writer.append(entry, BUFFERED);
  entry.detail.state = 'after';
  await writer.close();
  expect((await readRecords(dir))[0]?.detail).toEqual({ state: 'before' });
});

test('a chain is closed to everybody but its owner', async () => {
  const dir = join(await temporaryDirectory(), 'new', 'audit');
  const writer = await openTestChain({ dir });
  await writer.append(intent('a'), DURABLE);
  await writer.close();
  const [segment] = await readSegments(dir);
  expect(segment?.file).toBe('000000000001.jsonl');
  expect(await modeOf(dir)).toBe(0o700);
  expect(await modeOf(join(dir, CHAIN))).toBe(0o700);
  expect(await modeOf(join(dir, CHAIN, '000000000001.jsonl'))).toBe(0o600);
});

test('a chain that exists already is not continued', async () => {
  const dir = await temporaryDirectory();
  await (await openTestChain({ dir })).close();
  await expect(openTestChain({ dir })).rejects.toMatchObject(REFUSED);
});

test('a chain name cannot lead out of the audit directory', async () => {
  const dir = await temporaryDirectory();
  await expect(openTestChain({ dir, chain: '../outside' })).rejects.toThrow(RangeError);
  await expect(openTestChain({ dir, chain: '..' })).rejects.toThrow(RangeError);
});

test('a chain name says what ran, when, and tells processes of one second apart', () => {
  expect(createChainName({ face: 'serve', now: () => START, random })).toBe(CHAIN);
  expect(() => createChainName({ face: '../x', now: () => START, random })).toThrow(RangeError);
});

test('a thousand durable appends at once share few fsyncs, keep their order and verify', async () => {
  const dir = await temporaryDirectory();
  const fileSystem = faultyFileSystem();
  const writer = await openTestChain({ dir, fileSystem });
  const acknowledged: number[] = [];
  await Promise.all(
    Array.from({ length: 1000 }, async (_, index) => {
      // Some arrive in a later turn, while a batch is on its way.
      if (index % 10 === 9) await new Promise(setImmediate);
      await writer.append(intent(String(index)), DURABLE);
      acknowledged.push(index);
    }),
  );
  await writer.close();
  expect(fileSystem.counts.sync).toBeLessThanOrEqual(5);
  const records = await readRecords(dir);
  expect(records.map((record) => Number(record.call))).toEqual(acknowledged);
  expect(records).toHaveLength(1000);
  expect(await verifyDirectory(dir)).toMatchObject({ ok: true, chains: [{ records: 1000 }] });
});

test('durable and other entries stand in the order in which they were appended', async () => {
  const dir = await temporaryDirectory();
  const writer = await openTestChain({ dir });
  const appended = Array.from({ length: 50 }, (_, index) =>
    writer.append(intent(String(index)), { durable: index % 3 === 0 }),
  );
  await Promise.all(appended);
  await writer.close();
  const calls = (await readRecords(dir)).map((record) => record.call);
  expect(calls).toEqual(appended.map((_, index) => String(index)));
});

test('a chain goes on in a new file when one is full, named after its first record', async () => {
  const dir = await temporaryDirectory();
  const writer = await openTestChain({ dir, segmentBytes: 1500 });
  for (let index = 0; index < 7; index += 1) await writer.append(intent(String(index)), DURABLE);
  await writer.close();
  const segments = await readSegments(dir);
  expect(segments.length).toBeGreaterThan(2);
  for (const { file, text } of segments) {
    expect(text.length).toBeLessThanOrEqual(1500);
    expect(JSON.parse(text.split('\n')[0] ?? '').seq).toBe(Number.parseInt(file, 10));
  }
  expect(await verifyDirectory(dir)).toMatchObject({
    ok: true,
    chains: [{ records: 7, segments: segments.length }],
  });
});

test('appends that are not durable do not wait for a slow disk', async () => {
  const dir = await temporaryDirectory();
  const disk = Promise.withResolvers<void>();
  const fileSystem = faultyFileSystem({
    before: (operation) => (operation === 'sync' ? disk.promise : undefined),
  });
  const writer = await openTestChain({ dir, fileSystem });
  const durable = writer.append(intent('a'), DURABLE);
  await vi.waitFor(() => expect(fileSystem.counts.sync).toBe(1));
  await writer.append(intent('b'), BUFFERED);
  const closed = writer.close();
  disk.resolve();
  await durable;
  await closed;
  expect((await readRecords(dir)).map((record) => record.call)).toEqual(['a', 'b']);
});

test('a closed chain takes no entry', async () => {
  const dir = await temporaryDirectory();
  const writer = await openTestChain({ dir });
  await writer.close();
  await expect(writer.append(intent('a'), BUFFERED)).rejects.toMatchObject(REFUSED);
});

test('an entry without a JSON form is refused alone', async () => {
  const dir = await temporaryDirectory();
  const writer = await openTestChain({ dir });
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  await expect(writer.append(intent('a', { detail: circular }), DURABLE)).rejects.toMatchObject(REFUSED);
  await expect(writer.append(intent('a', { detail: { x: Number.NaN } }), DURABLE)).rejects.toMatchObject(
    REFUSED,
  );
  await writer.append(intent('b'), BUFFERED);
  await writer.close();
  expect((await readRecords(dir)).map((record) => record.call)).toEqual(['b']);
});
