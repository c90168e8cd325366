import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { SigningOptions } from '../../src/audit/checkpoints.ts';
import { keyFileBeside, readOrMakeKeyFile } from '../../src/audit/key-file.ts';
import type { AuditRecord } from '../../src/audit/record.ts';
import type { SignedHead } from '../../src/audit/signed-head.ts';
import { parsePublicKey, parseSigningKey } from '../../src/audit/signing-key.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { toCanonicalJson } from '../../src/catalog/canonical.ts';
import {
  CHAIN,
  createTestKey,
  faultyFileSystem,
  handTimers,
  intent,
  openTestChain,
  readRecords,
  readSegments,
  systemError,
  temporaryDirectory,
} from './support.ts';

const DURABLE = { durable: true };
const BUFFERED = { durable: false };

const KEY = createTestKey();

function signing(more: Partial<SigningOptions> = {}): SigningOptions {
  return { key: KEY, schedule: () => () => {}, ...more };
}

function typesOf(records: readonly AuditRecord[]): string[] {
  return records.map(({ type }) => type);
}

function openssl(...args: string[]): string {
  return execFileSync('openssl', args, { encoding: 'utf8' });
}

test('a chain begins and ends with a signed checkpoint', async () => {
  const dir = await temporaryDirectory();
  const heads: SignedHead[] = [];
  const writer = await openTestChain({ dir, signing: signing({ onHead: (head) => heads.push(head) }) });
  await writer.append(intent('a'), DURABLE);
  await writer.close();
  const records = await readRecords(dir);
  expect(typesOf(records)).toEqual(['checkpoint', 'call.intent', 'checkpoint']);
  expect(records[2]?.detail).toMatchObject({
    head: { seq: 2, hash: records[1]?.hash, time: records[1]?.time },
    key: KEY.id,
    publicKey: KEY.spki,
  });
  expect(heads.map(({ seq, hash }) => ({ seq, hash }))).toEqual(
    [records[0], records[2]].map((record) => ({ seq: record?.seq, hash: record?.hash })),
  );
  const report = await verifyDirectory(dir, { trust: { keys: [KEY], isRequired: true } });
  expect(report).toMatchObject({ ok: true, chains: [{ tail: { vouchedUntil: 2, confirmed: false } }] });
});

test('a checkpoint follows a number of records, a time with something new, and nothing else', async () => {
  const dir = await temporaryDirectory();
  const timers = handTimers();
  const writer = await openTestChain({
    dir,
    signing: signing({ everyRecords: 3, schedule: timers.schedule }),
  });
  for (const call of ['a', 'b', 'c', 'd']) await writer.append(intent(call), DURABLE);
  expect(typesOf(await readRecords(dir))).toEqual([
    'checkpoint',
    'call.intent',
    'call.intent',
    'call.intent',
    'checkpoint',
    'call.intent',
  ]);
  expect(timers.waiting()).toEqual([10_000]);
  timers.fire();
  await vi.waitFor(() => expect(writer.head().seq).toBe(7));
  expect(timers.waiting(), 'nothing is new').toEqual([]);
  await writer.close();
  expect(await readRecords(dir), 'the last record is a checkpoint already').toHaveLength(7);
});

test('the last record of every file is a checkpoint', async () => {
  const dir = await temporaryDirectory();
  const writer = await openTestChain({ dir, segmentBytes: 4000, signing: signing() });
  for (let index = 0; index < 20; index += 1) await writer.append(intent(String(index)), DURABLE);
  await writer.close();
  const segments = await readSegments(dir);
  expect(segments.length).toBeGreaterThan(2);
  for (const { text } of segments) {
    expect(text.length).toBeLessThanOrEqual(4000);
    expect(JSON.parse(text.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ type: 'checkpoint' });
  }
  expect(await verifyDirectory(dir)).toMatchObject({ ok: true });
});

test('a checkpoint that the disk refuses is made anew later, over what stands there then', async () => {
  const dir = await temporaryDirectory();
  let broken = false;
  const fileSystem = faultyFileSystem({
    before: (operation) => {
      if (broken && operation === 'sync') throw systemError('EIO');
    },
  });
  const timers = handTimers();
  const writer = await openTestChain({ dir, fileSystem, signing: signing({ schedule: timers.schedule }) });
  await writer.append(intent('a'), DURABLE);
  broken = true;
  timers.fire();
  await vi.waitFor(() => expect(writer.log).toHaveLength(1));
  broken = false;
  await writer.append(intent('b'), DURABLE);
  await writer.close();
  expect(typesOf(await readRecords(dir))).toEqual(['checkpoint', 'call.intent', 'call.intent', 'checkpoint']);
  expect(await verifyDirectory(dir)).toMatchObject({ ok: true });
});

test.each(['ENOSPC', 'EROFS'])(
  'a chain cannot be begun on a disk that says %s, and the error says so',
  async (code) => {
    const dir = await temporaryDirectory();
    const fileSystem = faultyFileSystem({
      before: (operation) => {
        if (operation === (code === 'EROFS' ? 'open' : 'write')) throw systemError(code);
      },
    });
    const opening = openTestChain({ dir, fileSystem, signing: signing() });
    await expect(opening).rejects.toMatchObject({
      code: 'RECORD_UNAVAILABLE',
      message: expect.stringMatching(new RegExp(`${CHAIN}: the audit chain cannot be begun: ${code}`)),
    });
    expect(await readdir(join(dir, '.live')), 'it is nobody’s to repair').toEqual([]);
  },
);

test('a new key is named by a record, which the key before and the new one sign', async () => {
  const dir = await temporaryDirectory();
  const next = createTestKey();
  const writer = await openTestChain({ dir, signing: signing() });
  await writer.append(intent('a'), BUFFERED);
  await writer.useKey(next);
  await writer.useKey(next);
  await writer.append(intent('b'), DURABLE);
  await writer.close();
  const records = await readRecords(dir);
  expect(records.map(({ type, detail }) => [type, detail?.['key']])).toEqual([
    ['checkpoint', KEY.id],
    ['call.intent', undefined],
    ['key', next.id],
    ['checkpoint', KEY.id],
    ['checkpoint', next.id],
    ['call.intent', undefined],
    ['checkpoint', next.id],
  ]);
  const onlyOld = await verifyDirectory(dir, { trust: { keys: [KEY], isRequired: true } });
  expect(onlyOld, 'trust in the key before is enough').toMatchObject({
    ok: true,
    chains: [{ tail: { vouchedUntil: 6 }, signatures: { unknown: [] } }],
  });
});

test('a chain that was computed anew with another key is found by the key, and by nothing else', async () => {
  const dir = await temporaryDirectory();
  const forger = createTestKey();
  const writer = await openTestChain({ dir, signing: { ...signing(), key: forger } });
  await writer.append(intent('never happened'), DURABLE);
  await writer.close();
  expect(await verifyDirectory(dir)).toMatchObject({
    ok: true,
    chains: [
      {
        signatures: { unknown: [forger.id] },
        tail: { vouchedUntil: 0, note: /anybody could have made that key/ },
      },
    ],
  });
  expect(await verifyDirectory(dir, { trust: { keys: [KEY], isRequired: true } })).toMatchObject({
    ok: false,
    chains: [
      { firstBad: { line: 1, why: expect.stringContaining(`the key ${forger.id}, which is not trusted`) } },
    ],
  });
});

test('where keys are required, a chain without a signature is not ok', async () => {
  const dir = await temporaryDirectory();
  const writer = await openTestChain({ dir });
  await writer.append(intent('a'), DURABLE);
  await writer.close();
  expect(await verifyDirectory(dir, { trust: { keys: [KEY], isRequired: true } })).toMatchObject({
    ok: false,
    chains: [{ firstBad: { why: 'no record of this chain is signed by a trusted key' } }],
  });
});

test('openssl verifies a checkpoint as the documentation says', async () => {
  const dir = await temporaryDirectory();
  const writer = await openTestChain({ dir, signing: signing() });
  await writer.append(intent('a'), DURABLE);
  await writer.close();
  const checkpoint = (await readRecords(dir)).at(-1)!;
  const detail = checkpoint.detail as { head: object; signature: string; publicKey: string };
  const file = (name: string): string => join(dir, name);
  await writeFile(file('head.json'), toCanonicalJson({ chain: checkpoint.chain, ...detail.head }));
  await writeFile(file('head.sig'), Buffer.from(detail.signature, 'base64'));
  await writeFile(file('key.der'), Buffer.from(detail.publicKey, 'base64'));
  openssl('pkey', '-pubin', '-inform', 'DER', '-in', file('key.der'), '-out', file('key.pem'));
  const verify = ['pkeyutl', '-verify', '-pubin', '-inkey', file('key.pem'), '-rawin', '-in'];
  expect(openssl(...verify, file('head.json'), '-sigfile', file('head.sig'))).toContain(
    'Verified Successfully',
  );
  expect(openssl('dgst', '-sha256', file('key.der'))).toContain(`= ${KEY.id}`);
});

test('the key that is made is for its owner alone, and of many makers at once all get the same', async () => {
  const dir = join(await temporaryDirectory(), 'audit');
  const path = keyFileBeside(dir);
  const keys = await Promise.all(Array.from({ length: 8 }, () => readOrMakeKeyFile(path)));
  expect(new Set(keys.map(({ id }) => id)).size).toBe(1);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(dir, '..'))).toEqual(['audit-signing.pem']);
  await writeFile(path, 'rubbish');
  await expect(readOrMakeKeyFile(path)).rejects.toMatchObject({ code: 'CONFIGURATION' });
});

test('what is no Ed25519 key is refused without a word of what it says', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const rsa = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
  for (const text of [
    rsa,
    '',
    'secret words',
    '-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----',
  ]) {
    expect(() => parseSigningKey(text)).toThrow(TypeError);
    expect(() => parseSigningKey(text)).toThrow(/^not (an Ed25519 key|a PEM file with[^]*)$/);
    expect(() => parsePublicKey(text)).toThrow(TypeError);
  }
});
