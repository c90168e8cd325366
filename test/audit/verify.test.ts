import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseHeads } from '../../src/audit/parse-heads.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { CHAIN, intent, openTestChain, temporaryDirectory } from './support.ts';

/** A chain of six records in three files. */
async function writeChain(dir: string, chain = CHAIN): Promise<{ seq: number; hash: string }> {
  const writer = await openTestChain({ dir, chain, segmentBytes: 1600 });
  for (const call of ['a', 'b', 'c', 'd', 'e', 'f']) await writer.append(intent(call), { durable: true });
  await writer.close();
  return writer.head();
}

test('without a head, the report says plainly what it cannot know about the tail', async () => {
  const dir = await temporaryDirectory();
  await writeChain(dir);
  const report = await verifyDirectory(dir);
  expect(report).toMatchObject({ ok: true, unexpected: [] });
  expect(report.chains[0]).toMatchObject({
    chain: CHAIN,
    records: 6,
    segments: 3,
    tail: { vouchedUntil: 0, confirmed: false },
  });
  expect(report.chains[0]?.tail.note).toContain('records cut off after it');
});

test('a head kept elsewhere vouches for the chain up to it', async () => {
  const dir = await temporaryDirectory();
  const head = await writeChain(dir);
  const report = await verifyDirectory(dir, { heads: [{ chain: CHAIN, ...head, from: 'a head' }] });
  expect(report.chains[0]?.tail).toMatchObject({ vouchedUntil: 6, confirmed: true });
});

test('each head of a sink counts: a chain that was written anew agrees only with those that came after', async () => {
  const dir = await temporaryDirectory();
  await writeChain(dir);
  const honest = await readFile(join(dir, CHAIN, '000000000005.jsonl'), 'utf8');
  await rm(join(dir, CHAIN), { recursive: true });
  const writer = await openTestChain({ dir });
  for (let call = 0; call < 10; call += 1) await writer.append(intent(`other ${call}`), { durable: true });
  await writer.close();
  const all = await readFile(join(dir, CHAIN, '000000000001.jsonl'), 'utf8');
  const forged = all.split('\n').slice(6).join('\n');
  const report = await verifyDirectory(dir, { heads: parseHeads(honest + forged, 'a sink') });
  expect(report).toMatchObject({ ok: false, chains: [{ firstBad: { seq: 5 } }] });
  expect(report.heads).toHaveLength(1);
  expect(await verifyDirectory(dir, { heads: parseHeads(forged, 'a sink') })).toMatchObject({ ok: true });
});

test('a whole file that is missing is found, first, middle or last but for the tail', async () => {
  for (const [file, seq] of [
    ['000000000001.jsonl', 1],
    ['000000000003.jsonl', 3],
  ] as const) {
    const dir = await temporaryDirectory();
    await writeChain(dir);
    await rm(join(dir, CHAIN, file));
    const report = await verifyDirectory(dir);
    expect(report.chains[0]?.firstBad).toMatchObject({ seq, line: 1 });
  }
  const dir = await temporaryDirectory();
  const head = await writeChain(dir);
  await rm(join(dir, CHAIN, '000000000005.jsonl'));
  expect(await verifyDirectory(dir)).toMatchObject({ ok: true, chains: [{ records: 4 }] });
  expect(await verifyDirectory(dir, { heads: [{ chain: CHAIN, ...head, from: 'a head' }] })).toMatchObject({
    ok: false,
  });
});

test('a chain that is missing altogether is found by its head', async () => {
  const dir = await temporaryDirectory();
  const head = await writeChain(dir);
  await rm(join(dir, CHAIN), { recursive: true });
  const report = await verifyDirectory(dir, { heads: [{ chain: CHAIN, ...head, from: 'a head' }] });
  expect(report).toMatchObject({ ok: false, chains: [{ chain: CHAIN, records: 0, ok: false }] });
});

test('the file and the line of an edited record are named, and other chains stay vouched for', async () => {
  const dir = await temporaryDirectory();
  await writeChain(dir);
  await writeChain(dir, 'another');
  const path = join(dir, CHAIN, '000000000003.jsonl');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('"call":"d"', '"call":"x"'));
  const report = await verifyDirectory(dir);
  expect(report.ok).toBe(false);
  expect(report.chains).toMatchObject([
    { chain: 'another', ok: true, records: 6 },
    {
      chain: CHAIN,
      ok: false,
      records: 3,
      firstBad: { file: join(CHAIN, '000000000003.jsonl'), line: 2, seq: 4 },
      tail: { vouchedUntil: 0 },
    },
  ]);
});

test('a chain under the name of another is found', async () => {
  const dir = await temporaryDirectory();
  await writeChain(dir);
  const file = await readFile(join(dir, CHAIN, '000000000001.jsonl'));
  await mkdir(join(dir, 'stolen'));
  await writeFile(join(dir, 'stolen', '000000000001.jsonl'), file);
  const report = await verifyDirectory(dir);
  expect(report.chains.map((chain) => chain.ok)).toEqual([true, false]);
  expect(report.chains[1]?.firstBad?.why).toContain(`belongs to the chain ${CHAIN}`);
});

test.each([
  ['000000000001.jsonl', '000000000000.jsonl', 1],
  ['000000000005.jsonl', '000000000009.jsonl', 5],
])('a file %s that was renamed to %s is found, because readers go by its name', async (from, to, seq) => {
  const dir = await temporaryDirectory();
  await writeChain(dir);
  await rename(join(dir, CHAIN, from), join(dir, CHAIN, to));
  const report = await verifyDirectory(dir);
  expect(report.chains[0]?.firstBad).toMatchObject({ seq, line: 1, why: /was renamed/ });
});

test('a torn last line is named and costs no record; with more behind it, it is no longer innocent', async () => {
  const dir = await temporaryDirectory();
  await writeChain(dir);
  const last = join(dir, CHAIN, '000000000005.jsonl');
  await appendFile(last, '{"call":"half');
  expect((await verifyDirectory(dir)).chains[0]).toMatchObject({
    ok: true,
    records: 6,
    torn: { file: join(CHAIN, '000000000005.jsonl'), line: 3 },
  });
  await appendFile(join(dir, CHAIN, '000000000003.jsonl'), '{"call":"half');
  expect((await verifyDirectory(dir)).chains[0]).toMatchObject({
    ok: false,
    firstBad: { file: join(CHAIN, '000000000003.jsonl'), line: 3, seq: 5 },
  });
});

test('bytes that are not UTF-8 are found', async () => {
  const dir = await temporaryDirectory();
  await writeChain(dir);
  const path = join(dir, CHAIN, '000000000001.jsonl');
  const bytes = await readFile(path);
  bytes[10] = 0xff;
  await writeFile(path, bytes);
  expect((await verifyDirectory(dir)).chains[0]?.firstBad).toMatchObject({ line: 1, why: /UTF-8/ });
});

test('a byte order mark that was put before a record is found', async () => {
  const dir = await temporaryDirectory();
  await writeChain(dir);
  const path = join(dir, CHAIN, '000000000001.jsonl');
  await writeFile(path, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), await readFile(path)]));
  expect((await verifyDirectory(dir)).chains[0]?.firstBad).toMatchObject({ line: 1, seq: 1 });
});

test('a file that cannot be read is named', async () => {
  const dir = await temporaryDirectory();
  await writeChain(dir);
  const path = join(dir, CHAIN, '000000000003.jsonl');
  await rm(path);
  await mkdir(path);
  const report = await verifyDirectory(dir);
  expect(report.chains[0]).toMatchObject({ ok: false, records: 2, firstBad: { seq: 3 } });
});

test('what is neither a chain nor a file of one is listed', async () => {
  const dir = await temporaryDirectory();
  await writeChain(dir);
  await writeFile(join(dir, 'notes.txt'), '');
  await writeFile(join(dir, CHAIN, '000000000001.jsonl.bak'), '');
  expect(await verifyDirectory(dir)).toMatchObject({
    ok: true,
    unexpected: [join(CHAIN, '000000000001.jsonl.bak'), 'notes.txt'].toSorted(),
  });
});

test('a directory that is not there is an error, not an empty success', async () => {
  const dir = await temporaryDirectory();
  await expect(verifyDirectory(join(dir, 'absent'))).rejects.toMatchObject({ code: 'CONFIGURATION' });
});
