/**
 * One measurement in a process of its own: `measure.ts <what> <directory> <count>`. Prints one line of JSON.
 */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { openSync, readdirSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { nodeFileSystem } from '../../../src/audit/file-system.ts';
import type { ChainFileSystem } from '../../../src/audit/file-system.ts';
import type { RecordEntry } from '../../../src/audit/record.ts';
import { parseSigningKey } from '../../../src/audit/signing-key.ts';
import { verifyDirectory } from '../../../src/audit/verify.ts';
import { openChain } from '../../../src/audit/writer.ts';
import { toCanonicalJson } from '../../../src/catalog/canonical.ts';

/** What one measurement says. */
export interface RecordSample {
  /** Records, calls or bytes that were done. */
  readonly done: number;
  /** Processor time of the whole process meanwhile, its threads included. */
  readonly cpuMs: number;
  readonly ms: number;
  readonly fsyncs: number;
  readonly peakBytes: number;
}

const logger = { debug() {}, info() {}, warn: console.error, error: console.error };

/** The intent of a call over HTTP, with all that a gateway knows of it. */
function intent(call: number): RecordEntry {
  return {
    type: 'call.intent',
    call: `0f8fad5b-d9cb-469f-a165-${String(call).padStart(12, '0')}`,
    principal: {
      issuer: 'config',
      subject: 'agent',
      groups: ['ops'],
      scopes: ['tickets:read', 'tickets:write'],
      key: '4f2a9c51',
    },
    via: { face: 'http', era: 'modern', clientName: 'client', clientVersion: '1.0.0', ip: '127.0.0.1' },
    target: { kind: 'tool', source: 'helpdesk', name: 'createTicket', access: 'write' },
    decision: { effect: 'permit', rules: ['main/scope:tickets:write'] },
    policy: `sha256:${'b'.repeat(64)}`,
    catalog: `sha256:${'c'.repeat(64)}`,
    args: {
      digest: `sha256:${'a'.repeat(64)}`,
      masked: { title: 'The printer is on fire', priority: 3, tags: ['office', 'hardware'] },
    },
  };
}

function counted(counts: { fsyncs: number }): ChainFileSystem {
  return {
    makeDirectory: nodeFileSystem.makeDirectory,
    async open(file) {
      const opened = await nodeFileSystem.open(file);
      return {
        ...opened,
        sync: () => {
          counts.fsyncs += 1;
          return opened.sync();
        },
      };
    },
  };
}

async function write(
  dir: string,
  count: number,
  callers: number | undefined,
  counts: { fsyncs: number },
): Promise<number> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = parseSigningKey(privateKey.export({ format: 'pem', type: 'pkcs8' }) as string);
  const chain = `bench-${process.pid}`;
  const writer = await openChain({
    dir,
    chain,
    now: Date.now,
    logger,
    signing: { key },
    fileSystem: counted(counts),
  });
  counts.fsyncs = 0;
  let next = 0;
  const call = async (): Promise<void> => {
    while (next < count) await writer.append(intent(next++), { durable: true });
  };
  if (callers === undefined) {
    for (let index = 0; index < count; index += 1) {
      await writer.append(intent(index), { durable: false });
      // A gateway answers between records; this one lets the disk keep up.
      if (index % 500 === 499) await writer.append(intent(index), { durable: true });
    }
  } else await Promise.all(Array.from({ length: callers }, call));
  const done = writer.head().seq;
  await writer.close();
  return callers === undefined ? done : count;
}

function hashOnly(count: number): number {
  const record = {
    ...intent(0),
    v: 1,
    seq: 0,
    prev: `sha256:${'0'.repeat(64)}`,
    time: new Date().toISOString(),
    chain: 'bench',
  };
  for (let seq = 0; seq < count; seq += 1) {
    record.prev = `sha256:${createHash('sha256')
      .update(toCanonicalJson({ ...record, seq }), 'utf8')
      .digest('hex')}`;
  }
  return count;
}

function segmentsOf(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => path.join(dir, name));
}

function digestFiles(dir: string): number {
  const buffer = Buffer.alloc(1024 * 1024);
  let bytes = 0;
  for (const file of segmentsOf(dir)) {
    const hash = createHash('sha256');
    const descriptor = openSync(file, 'r');
    for (let count = 1; count > 0; bytes += count) {
      count = readSync(descriptor, buffer, 0, buffer.length, null);
      hash.update(buffer.subarray(0, count));
    }
    hash.digest();
  }
  return bytes;
}

async function verify(dir: string): Promise<number> {
  const report = await verifyDirectory(dir);
  if (!report.ok || report.chains.length === 0) throw new Error(JSON.stringify(report));
  return segmentsOf(dir).reduce((sum, file) => sum + statSync(file).size, 0);
}

const [what = '', dir = '', count = '0'] = process.argv.slice(2);
const counts = { fsyncs: 0 };
const work: Record<string, (size: number) => number | Promise<number>> = {
  hash: hashOnly,
  append: (size) => write(dir, size, undefined, counts),
  'durable-1': (size) => write(dir, size, 1, counts),
  'durable-16': (size) => write(dir, size, 16, counts),
  'durable-64': (size) => write(dir, size, 64, counts),
  digest: () => digestFiles(dir),
  verify: () => verify(dir),
};
const started = performance.now();
const before = process.cpuUsage();
const done = await work[what]!(Number(count));
const { user, system } = process.cpuUsage(before);
const sample: RecordSample = {
  done,
  cpuMs: (user + system) / 1000,
  ms: performance.now() - started,
  fsyncs: counts.fsyncs,
  peakBytes: process.resourceUsage().maxRSS * 1024,
};
console.log(JSON.stringify(sample));
