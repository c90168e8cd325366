import { createHash } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { EMPTY_HEAD, prepareEntry, sealPrepared } from '../../src/audit/chain.ts';
import { createHeadPublisher } from '../../src/audit/head-publisher.ts';
import { parseHeads, parseTypedHead } from '../../src/audit/parse-heads.ts';
import { checkSignature, signHead } from '../../src/audit/signed-head.ts';
import type { SignedHead } from '../../src/audit/signed-head.ts';
import { createStoredHeads } from '../../src/audit/stored-heads.ts';
import { openStore } from '../../src/state/open-store.ts';
import { CHAIN, createTestKey, handTimers, intent, keptLog, START, verifyLines } from './support.ts';

const KEY = createTestKey();
const HASH = `sha256:${'a'.repeat(64)}`;

function headOf(seq: number, chain = CHAIN): SignedHead {
  return signHead(KEY, { chain, seq, hash: HASH, time: '2026-11-21T01:02:03.000Z' });
}

async function memoryHeads() {
  const settings = { memory: true as const, localShare: 1 };
  const store = await openStore(settings, { logger: keptLog(), now: () => START });
  return createStoredHeads(store, () => START, 'host:/audit');
}

test('a head says whose it is, and whose it is not', () => {
  const head = headOf(7);
  expect(checkSignature(head)).toMatchObject({ id: KEY.id });
  for (const forged of [
    { ...head, seq: 8 },
    { ...head, chain: 'other' },
    { ...head, time: '2026-11-21T01:02:04.000Z' },
    { ...head, hash: `sha256:${'b'.repeat(64)}` },
    { ...head, signature: '' },
    { ...head, publicKey: 'rubbish' },
    { ...head, publicKey: createTestKey().spki },
    { ...head, key: createTestKey().id },
  ]) {
    expect(checkSignature(forged)).toEqual(expect.any(String));
  }
});

test('the store keeps the newest head of each chain, and an earlier one never takes its place', async () => {
  const heads = await memoryHeads();
  await heads.put(headOf(5));
  await heads.put(headOf(3));
  await heads.put(headOf(1, 'other'));
  await Promise.all([7, 9, 8, 6].map((seq) => heads.put(headOf(seq))));
  const listed = (await heads.list()).toSorted((a, b) => b.head.seq - a.head.seq);
  expect(listed).toEqual([
    { head: headOf(9), place: 'host:/audit' },
    { head: headOf(1, 'other'), place: 'host:/audit' },
  ]);
  await heads.remove(CHAIN);
  expect((await heads.list()).map(({ head }) => head)).toEqual([headOf(1, 'other')]);
});

test('a store that is away costs nothing but one line in the log, and gets the newest heads when it is back', async () => {
  const stored: SignedHead[] = [];
  const timers = handTimers();
  const logger = keptLog();
  let away = true;
  let tries = 0;
  const put = async (head: SignedHead): Promise<void> => {
    tries += 1;
    if (away) throw new Error('away');
    stored.push(head);
  };
  const publisher = createHeadPublisher({ put, logger, schedule: timers.schedule });
  publisher.publish(headOf(1));
  await vi.waitFor(() => expect(timers.waiting()).toHaveLength(1));
  publisher.publish(headOf(2));
  publisher.publish(headOf(1, 'other'));
  publisher.publish(headOf(3));
  timers.fire();
  await vi.waitFor(() => expect(timers.waiting()).toHaveLength(1));
  expect(tries).toBe(2);
  away = false;
  timers.fire();
  await vi.waitFor(() => expect(stored).toHaveLength(2));
  expect(stored).toEqual(expect.arrayContaining([headOf(3), headOf(1, 'other')]));
  expect(logger.messages).toEqual([
    'a head of the audit chain could not be stored; trying on',
    'heads of the audit chain are being stored again',
  ]);
  await publisher.close();
});

test('closing tries once more, and does not wait for a store that stays away', async () => {
  const logger = keptLog();
  const publisher = createHeadPublisher({
    put: () => Promise.reject(new Error('away')),
    logger,
    schedule: handTimers().schedule,
  });
  publisher.publish(headOf(1));
  await publisher.close();
  expect(logger.messages.at(-1)).toBe('the last heads of the audit chain were not stored');
});

test('heads are read from what was typed, from a file of heads, and from records', () => {
  expect(parseTypedHead(`${CHAIN}:42:${HASH}`)).toEqual({
    chain: CHAIN,
    seq: 42,
    hash: HASH,
    from: '--head',
  });
  expect(parseTypedHead(`${CHAIN}:42:${'a'.repeat(64)}`)).toMatchObject({ hash: HASH });
  for (const text of ['heads.json', 'a:b:c', `../x:1:${HASH}`, `x:1e3:${HASH}`, `x:1:${HASH}0`]) {
    expect(parseTypedHead(text), text).toBeUndefined();
  }
  const signed = headOf(3);
  const unsigned = { chain: CHAIN, seq: 3, hash: HASH };
  const before = { chain: CHAIN, seq: 2, hash: HASH, signed: headOf(2), from: 'a file' };
  const given = { ...unsigned, signed, from: 'a file' };
  for (const [text, heads] of [
    [JSON.stringify({ heads: [headOf(2), signed] }), [before, given]],
    [JSON.stringify([signed, signed]), [given]],
    [JSON.stringify(signed), [given]],
    [`${JSON.stringify(signed)}\n${JSON.stringify(headOf(2))}\n`, [given, before]],
  ] as const) {
    expect(parseHeads(text, 'a file'), text).toEqual(heads);
  }
  const { key, signature, publicKey, time } = signed;
  const detail = { head: { seq: 3, hash: HASH, time }, key, signature, publicKey };
  const checkpoint = { chain: CHAIN, seq: 4, hash: HASH, type: 'checkpoint', detail };
  expect(parseHeads(JSON.stringify(checkpoint), 'a sink')).toEqual([
    { chain: CHAIN, seq: 4, hash: HASH, from: 'a sink' },
    { ...unsigned, signed, from: 'a sink' },
  ]);
  for (const text of ['', '[]', '{}', '1', 'x', '[{"chain":"a","seq":-1,"hash":"x"}]']) {
    expect(() => parseHeads(text, 'a file'), text).toThrow(TypeError);
  }
});

test('a line with another spelling and the right hash over it is found by a strict look, and breaks any head', () => {
  const link = { chain: CHAIN, seq: 1, prev: EMPTY_HEAD.hash, time: '2026-11-21T01:02:03.000Z' };
  const { line, hash } = sealPrepared(prepareEntry(intent('a')), link);
  const body = `${line.slice(0, line.lastIndexOf(',"hash"'))}}`;
  for (const other of [
    body.replace('"seq":1', '"seq": 1'),
    body.replace('"call":"a"', '"call":"b","call":"a"'),
  ]) {
    const digest = createHash('sha256').update(other).digest('hex');
    const forged = `${other.slice(0, -1)},"hash":"sha256:${digest}"}`;
    expect(verifyLines([forged])).toMatchObject({ ok: true });
    expect(verifyLines([forged], { strict: true })).toMatchObject({
      ok: false,
      firstBad: { why: /RFC 8785/ },
    });
    expect(verifyLines([forged], { heads: [{ seq: 1, hash, from: 'a head' }] })).toMatchObject({ ok: false });
  }
  expect(verifyLines([line], { strict: true })).toMatchObject({ ok: true });
});
