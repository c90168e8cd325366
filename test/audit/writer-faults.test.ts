import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { verifyDirectory } from '../../src/audit/verify.ts';
import {
  CHAIN,
  faultyFileSystem,
  intent,
  openTestChain,
  readRecords,
  readSegments,
  systemError,
  temporaryDirectory,
} from './support.ts';
import type { Operation } from './support.ts';

const DURABLE = { durable: true };
const BUFFERED = { durable: false };
const REFUSED = { code: 'RECORD_UNAVAILABLE' };

const failures: [what: string, operation: Operation, code: string][] = [
  ['a full disk', 'write', 'ENOSPC'],
  ['a disk with a read error', 'write', 'EIO'],
  ['a failing fsync', 'sync', 'EIO'],
  ['a read-only file system', 'open', 'EROFS'],
];

test.each(failures)(
  '%s refuses the entry, and recording resumes with the disk',
  async (_, operation, code) => {
    const dir = await temporaryDirectory();
    let broken = false;
    const fileSystem = faultyFileSystem({
      before: (current) => {
        if (broken && current === operation) throw systemError(code);
      },
    });
    // Every second batch needs a new file.
    const writer = await openTestChain({ dir, fileSystem, segmentBytes: 1000 });
    await writer.append(intent('before'), DURABLE);
    broken = true;
    const refused = [
      writer.append(intent('refused'), DURABLE),
      writer.append(intent('accepted'), BUFFERED),
      writer.append(intent('refused'), DURABLE),
    ];
    const outcomes = await Promise.allSettled(refused);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'fulfilled', 'rejected']);
    expect(outcomes[0]).toMatchObject({ reason: { ...REFUSED, cause: { code } } });
    await expect(writer.append(intent('refused'), BUFFERED)).rejects.toMatchObject(REFUSED);
    expect(writer.head().seq).toBe(1);

    broken = false;
    await writer.append(intent('after'), BUFFERED);
    await writer.append(intent('last'), BUFFERED);
    await writer.close();
    expect((await readRecords(dir)).map((record) => record.call)).toEqual([
      'before',
      'accepted',
      'after',
      'last',
    ]);
    expect(await verifyDirectory(dir)).toMatchObject({ ok: true, chains: [{ records: 4 }] });
    expect(writer.log).toEqual([
      'audit records cannot be written; calls are refused',
      'audit records are being written again',
    ]);
  },
);

test('a line that was written in part is cut off before the next one', async () => {
  const dir = await temporaryDirectory();
  let room = Number.POSITIVE_INFINITY;
  const fileSystem = faultyFileSystem({
    maxWrite: () => {
      const taken = Math.min(room, 100);
      room -= taken;
      if (taken === 0) throw systemError('ENOSPC');
      return taken;
    },
    before: (operation) => {
      // The disk that took half a line does not let go of it at once either.
      if (operation === 'truncate' && room === 0) throw systemError('EIO');
    },
  });
  const writer = await openTestChain({ dir, fileSystem });
  await writer.append(intent('a'), DURABLE);
  // More than the next line is long, so that writing over it would leave an end.
  room = 1500;
  await expect(writer.append(intent('lost', { call: 'x'.repeat(3000) }), DURABLE)).rejects.toMatchObject(
    REFUSED,
  );
  expect((await readSegments(dir))[0]?.text).not.toMatch(/\n$/);
  expect(await verifyDirectory(dir)).toMatchObject({ ok: true, chains: [{ records: 1, torn: { line: 2 } }] });

  room = Number.POSITIVE_INFINITY;
  await writer.append(intent('b'), DURABLE);
  await writer.close();
  expect((await readRecords(dir)).map((record) => record.call)).toEqual(['a', 'b']);
  expect(await verifyDirectory(dir)).toMatchObject({ ok: true, chains: [{ records: 2 }] });
});

test('what was accepted before and while the disk failed keeps its order', async () => {
  const dir = await temporaryDirectory();
  const disk = Promise.withResolvers<void>();
  let broken = true;
  const fileSystem = faultyFileSystem({
    before: (operation) => (broken && operation === 'sync' ? disk.promise : undefined),
  });
  const writer = await openTestChain({ dir, fileSystem });
  await writer.append(intent('before'), BUFFERED);
  const refused = writer.append(intent('refused'), DURABLE);
  await vi.waitFor(() => expect(fileSystem.counts.sync).toBe(1));
  await writer.append(intent('while'), BUFFERED);
  disk.reject(systemError('EIO'));
  await expect(refused).rejects.toMatchObject(REFUSED);
  broken = false;
  await writer.append(intent('after'), DURABLE);
  await writer.close();
  expect((await readRecords(dir)).map((record) => record.call)).toEqual(['before', 'while', 'after']);
});

test('short writes are continued', async () => {
  const dir = await temporaryDirectory();
  const writer = await openTestChain({ dir, fileSystem: faultyFileSystem({ maxWrite: () => 7 }) });
  await Promise.all(['a', 'b', 'c'].map((call) => writer.append(intent(call), DURABLE)));
  await writer.close();
  expect(await verifyDirectory(dir)).toMatchObject({ ok: true, chains: [{ records: 3 }] });
});

test('a disk that hangs holds a bounded number of bytes; the rest is refused at once', async () => {
  const dir = await temporaryDirectory();
  const disk = Promise.withResolvers<void>();
  const fileSystem = faultyFileSystem({
    before: (operation) => (operation === 'sync' ? disk.promise : undefined),
  });
  const writer = await openTestChain({ dir, fileSystem, maxWaitingBytes: 100_000 });
  const outcomes: Promise<'written' | 'refused'>[] = [];
  let refused = 0;
  for (let index = 0; index < 200; index += 1) {
    outcomes.push(
      writer.append(intent(String(index)), DURABLE).then(
        () => 'written' as const,
        () => {
          refused += 1;
          return 'refused' as const;
        },
      ),
    );
  }
  await vi.waitFor(() => expect(refused).toBeGreaterThan(50));
  expect(refused).toBeLessThan(150);
  disk.resolve();
  const settled = await Promise.all(outcomes);
  await writer.append(intent('room again'), DURABLE);
  await writer.close();
  expect(await readRecords(dir)).toHaveLength(settled.filter((one) => one === 'written').length + 1);
});

test('what is accepted while a slow disk is busy is written after it, without another append', async () => {
  const dir = await temporaryDirectory();
  const disk = Promise.withResolvers<void>();
  const fileSystem = faultyFileSystem({
    before: (operation) => (operation === 'sync' ? disk.promise : undefined),
  });
  const writer = await openTestChain({ dir, fileSystem, flushDelayMs: 1 });
  const first = writer.append(intent('first'), DURABLE);
  await vi.waitFor(() => expect(fileSystem.counts.sync).toBe(1));
  const large = { detail: { text: 'x'.repeat(100_000) } };
  for (let index = 0; index < 20; index += 1) await writer.append(intent(String(index), large), BUFFERED);
  disk.resolve();
  await first;
  await vi.waitFor(() => expect(writer.head().seq).toBe(21));
  await writer.close();
  expect(await verifyDirectory(dir)).toMatchObject({ ok: true, chains: [{ records: 21 }] });
});

test('accepted entries reach a disk that recovers, without another append', async () => {
  const dir = await temporaryDirectory();
  let broken = true;
  const fileSystem = faultyFileSystem({
    before: (operation) => {
      if (broken && operation === 'write') throw systemError('ENOSPC');
    },
  });
  const writer = await openTestChain({ dir, fileSystem, flushDelayMs: 1 });
  await writer.append(intent('a'), BUFFERED);
  await vi.waitFor(() => expect(writer.log).toHaveLength(1));
  broken = false;
  await vi.waitFor(() => expect(writer.head().seq).toBe(1), { timeout: 10_000 });
  await writer.close();
});

test('closing a chain on a disk that refuses says how much was lost', async () => {
  const dir = await temporaryDirectory();
  const fileSystem = faultyFileSystem({
    before: (operation) => {
      if (operation === 'write') throw systemError('ENOSPC');
    },
  });
  const writer = await openTestChain({ dir, fileSystem });
  await writer.append(intent('a'), BUFFERED);
  await writer.append(intent('b'), BUFFERED);
  await expect(writer.close()).rejects.toMatchObject({
    ...REFUSED,
    message: expect.stringContaining('the last 2 audit records'),
  });
});

test('a file that somebody removes or shortens is noticed, and the gap is found', async () => {
  const dir = await temporaryDirectory();
  const writer = await openTestChain({ dir });
  await writer.append(intent('a'), DURABLE);
  await rm(join(dir, CHAIN, '000000000001.jsonl'));
  await writer.append(intent('b'), DURABLE);
  await writeFile(join(dir, CHAIN, '000000000002.jsonl'), '');
  await writer.append(intent('c'), DURABLE);
  await writer.close();
  expect(await readdir(join(dir, CHAIN))).toEqual(['000000000002.jsonl', '000000000003.jsonl']);
  expect(writer.log.filter((line) => line.includes('changed or removed by someone else'))).toHaveLength(2);
  expect(await verifyDirectory(dir)).toMatchObject({ ok: false, chains: [{ firstBad: { seq: 1 } }] });
});
