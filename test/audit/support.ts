import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { nodeFileSystem } from '../../src/audit/file-system.ts';
import type { ChainFile, ChainFileSystem } from '../../src/audit/file-system.ts';
import type { AuditRecord, RecordEntry } from '../../src/audit/record.ts';
import { parseSigningKey } from '../../src/audit/signing-key.ts';
import type { SigningKey } from '../../src/audit/signing-key.ts';
import { createChainCheck } from '../../src/audit/verify-chain.ts';
import type { ChainExpectation, ChainVerdict } from '../../src/audit/verify-chain.ts';
import { openChain } from '../../src/audit/writer.ts';
import type { ChainOptions, ChainWriter } from '../../src/audit/writer.ts';
import type { Logger } from '../../src/telemetry/logger.ts';
import { toRecord } from '../support/record.ts';

export { toRecord };

export const CHAIN = 'serve-20261121T010203Z-4f2a9c';

/** 2026-11-21T01:02:03Z. */
export const START = 1_795_222_923_000;

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'bailiwick-audit-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A log that keeps its messages. */
export function keptLog(): Logger & { messages: string[] } {
  const messages: string[] = [];
  const keep = (_: object, message: string): void => void messages.push(message);
  return { messages, debug: keep, info: keep, warn: keep, error: keep };
}

/** A chain whose timer never fires within a test. */
export async function openTestChain(
  options: { dir: string } & Partial<ChainOptions>,
): Promise<ChainWriter & { log: string[] }> {
  const logger = keptLog();
  const writer = await openChain({
    chain: CHAIN,
    now: () => START,
    logger,
    flushDelayMs: 3_600_000,
    ...options,
  });
  return { ...writer, log: logger.messages };
}

export function createTestKey(): SigningKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  return parseSigningKey(privateKey.export({ format: 'pem', type: 'pkcs8' }) as string);
}

/** Timers that a test turns by hand. */
export function handTimers(): {
  schedule: (callback: () => void, milliseconds: number) => () => void;
  /** What each one waits for, in milliseconds. */
  waiting: () => number[];
  /** Lets all that wait ring. */
  fire: () => void;
} {
  const timers = new Map<() => void, number>();
  return {
    schedule: (callback, milliseconds) => {
      timers.set(callback, milliseconds);
      return () => timers.delete(callback);
    },
    waiting: () => [...timers.values()],
    fire: () => {
      const callbacks = [...timers.keys()];
      timers.clear();
      for (const callback of callbacks) callback();
    },
  };
}

export function intent(call: string, more: Partial<RecordEntry> = {}): RecordEntry {
  return {
    type: 'call.intent',
    call,
    principal: { issuer: 'config', subject: 'agent', groups: ['ops'], scopes: ['tickets:read'] },
    via: { face: 'http', era: 'modern', clientName: 'client', ip: '127.0.0.1' },
    target: { kind: 'tool', source: 'helpdesk', name: 'getTicket', access: 'read' },
    decision: { effect: 'permit', rules: ['main/read'] },
    args: { digest: `sha256:${'a'.repeat(64)}` },
    ...more,
  };
}

/** The text of every segment of a chain, in order. */
export async function readSegments(dir: string, chain = CHAIN): Promise<{ file: string; text: string }[]> {
  const files = (await readdir(join(dir, chain))).toSorted();
  return Promise.all(
    files.map(async (file) => ({ file, text: await readFile(join(dir, chain, file), 'utf8') })),
  );
}

/** Every record on disk, each checked against the published schema. */
export async function readRecords(dir: string, chain = CHAIN): Promise<AuditRecord[]> {
  const segments = await readSegments(dir, chain);
  return segments.flatMap(({ text }) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map(toRecord),
  );
}

/** Verifies lines as if they were the chain's only file. */
export function verifyLines(
  lines: readonly string[],
  expected: Partial<ChainExpectation> = {},
): ChainVerdict {
  const check = createChainCheck({ chain: CHAIN, ...expected });
  check.file('chain.jsonl');
  lines.every((line) => check.line(Buffer.from(line), true));
  return check.verdict();
}

export type Operation = 'open' | 'write' | 'sync' | 'truncate' | 'makeDirectory';

/**
 * This machine's file system, with a say in every operation: `before` may throw in its place, or wait; `maxWrite` limits
 * what one write takes.
 */
export function faultyFileSystem(
  faults: { before?: (operation: Operation) => void | Promise<void>; maxWrite?: () => number } = {},
): ChainFileSystem & { counts: Record<Operation, number> } {
  const counts: Record<Operation, number> = { open: 0, write: 0, sync: 0, truncate: 0, makeDirectory: 0 };
  const begin = async (operation: Operation): Promise<void> => {
    counts[operation] += 1;
    await faults.before?.(operation);
  };
  const wrap = (file: ChainFile): ChainFile => ({
    ...file,
    write: async (bytes, position) => {
      const limit = faults.maxWrite?.() ?? bytes.length;
      // A short write happens before the failure that follows it.
      if (limit < bytes.length) return file.write(bytes.subarray(0, limit), position);
      await begin('write');
      return file.write(bytes, position);
    },
    sync: async () => {
      await begin('sync');
      await file.sync();
    },
    truncate: async (size) => {
      await begin('truncate');
      await file.truncate(size);
    },
  });
  return {
    counts,
    makeDirectory: async (path) => {
      await begin('makeDirectory');
      return nodeFileSystem.makeDirectory(path);
    },
    open: async (path) => {
      await begin('open');
      return wrap(await nodeFileSystem.open(path));
    },
  };
}

export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: the disk says no`), { code });
}
