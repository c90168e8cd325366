import { expect, test } from 'vitest';
import type { RecordEntry } from '../../src/audit/record.ts';
import { foldRefusals } from '../../src/audit/refusals.ts';
import type { RefusalOptions } from '../../src/audit/refusals.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import type { RecordWriter } from '../../src/audit/writer.ts';
import { START, intent, keptLog, openTestChain, readRecords, temporaryDirectory } from './support.ts';

/** 01:02:00, the minute in which `START` lies. */
const MINUTE = START - 3000;

const BUFFERED = { durable: false };

function refused(subject: string, code = 'POLICY_DENIED'): RecordEntry {
  return intent('r', {
    type: 'call.refused',
    principal: { issuer: 'config', subject, groups: [], scopes: [] },
    result: { status: 'refused', code },
  });
}

function unauthenticated(ip: string): RecordEntry {
  return {
    type: 'call.refused',
    via: { face: 'http', ip, clientName: 'scanner' },
    result: { status: 'refused', code: 'UNAUTHENTICATED' },
  };
}

/** A folding writer over a real chain, with a clock and a timer that the test turns. */
async function openFolding(
  options: Partial<RefusalOptions> = {},
): Promise<RecordWriter & { dir: string; clock: { time: number }; timers: Map<() => void, number> }> {
  const dir = await temporaryDirectory();
  const clock = { time: MINUTE };
  const timers = new Map<() => void, number>();
  const writer = foldRefusals({
    writer: await openTestChain({ dir, now: () => clock.time }),
    now: () => clock.time,
    logger: keptLog(),
    schedule: (callback, milliseconds) => {
      timers.set(callback, milliseconds);
      return () => timers.delete(callback);
    },
    ...options,
  });
  return { ...writer, dir, clock, timers };
}

test('the first sixty refusals of a caller in a minute are recorded one by one, the others as one', async () => {
  const folding = await openFolding();
  for (let second = 0; second < 100; second += 1) {
    folding.clock.time = MINUTE + second * 500;
    await folding.append(refused('agent', second < 90 ? 'POLICY_DENIED' : 'INVALID_ARGUMENTS'), BUFFERED);
  }
  await folding.append(refused('another'), BUFFERED);
  await folding.close();
  const records = await readRecords(folding.dir);
  expect(records).toHaveLength(62);
  expect(records.slice(0, 60).every((record) => record.call === 'r' && !record.detail)).toBe(true);
  expect(records[60]).toMatchObject({ call: 'r', principal: { subject: 'another' } });
  const folded = records[61];
  expect(folded).toMatchObject({
    type: 'call.refused',
    principal: { issuer: 'config', subject: 'agent' },
    via: { face: 'http' },
    result: { status: 'refused' },
    detail: {
      count: 40,
      first: '2026-11-21T01:02:30.000Z',
      last: '2026-11-21T01:02:49.500Z',
      codes: { POLICY_DENIED: 30, INVALID_ARGUMENTS: 10 },
    },
  });
  expect(folded).not.toHaveProperty('call');
  expect(await verifyDirectory(folding.dir)).toMatchObject({ ok: true });
});

test('every 401 is folded by address, with nothing that the caller chose', async () => {
  const folding = await openFolding();
  for (const ip of ['192.0.2.1', '192.0.2.2', '192.0.2.1'])
    await folding.append(unauthenticated(ip), BUFFERED);
  await folding.close();
  expect(await readRecords(folding.dir)).toMatchObject([
    { via: { face: 'http', ip: '192.0.2.1' }, detail: { count: 2, codes: { UNAUTHENTICATED: 2 } } },
    { via: { face: 'http', ip: '192.0.2.2' }, detail: { count: 1 } },
  ]);
  expect(JSON.stringify(await readRecords(folding.dir))).not.toContain('scanner');
});

test('a minute that is over gives its folded records at once, and the count begins again', async () => {
  const folding = await openFolding({ perMinute: 2 });
  for (let count = 0; count < 5; count += 1) await folding.append(refused('agent'), BUFFERED);
  folding.clock.time = MINUTE + 60_000;
  for (let count = 0; count < 3; count += 1) await folding.append(refused('agent'), BUFFERED);
  await folding.close();
  const counts = (await readRecords(folding.dir)).map((record) => record.detail?.['count']);
  expect(counts).toEqual([undefined, undefined, 3, undefined, undefined, 1]);
});

test('a flood that stops is recorded when its minute ends, without another call', async () => {
  const folding = await openFolding();
  folding.clock.time = MINUTE + 20_000;
  await folding.append(unauthenticated('192.0.2.1'), BUFFERED);
  await folding.append(unauthenticated('192.0.2.1'), BUFFERED);
  const [[fire, milliseconds] = []] = folding.timers;
  expect(folding.timers.size).toBe(1);
  expect(milliseconds).toBe(40_000);
  fire?.();
  // An entry behind it, durable, shows that it was appended by then.
  await folding.append(intent('later'), { durable: true });
  expect(await readRecords(folding.dir)).toMatchObject([{ detail: { count: 2 } }, { call: 'later' }]);
  await folding.close();
  expect(await readRecords(folding.dir)).toHaveLength(2);
});

test('a flood from countless addresses costs a bounded number of records and hides no principal', async () => {
  const folding = await openFolding({ maxAddresses: 10 });
  for (let index = 0; index < 5000; index += 1) {
    await folding.append(unauthenticated(`2001:db8::${index.toString(16)}`), BUFFERED);
  }
  await folding.append(refused('agent'), BUFFERED);
  await folding.close();
  const records = await readRecords(folding.dir);
  expect(records).toHaveLength(12);
  expect(records[0]).toMatchObject({ principal: { subject: 'agent' } });
  expect(records.at(-1)?.detail).toMatchObject({ count: 4990, others: true });
  expect(records.slice(1, -1).every((record) => record.detail?.['count'] === 1)).toBe(true);
});

test('principals beyond the bound share one record, and are still counted', async () => {
  const folding = await openFolding({ maxPrincipals: 3 });
  for (let index = 0; index < 8; index += 1) await folding.append(refused(`agent-${index}`), BUFFERED);
  await folding.close();
  const records = await readRecords(folding.dir);
  expect(records).toHaveLength(4);
  expect(records[3]?.detail).toMatchObject({ count: 5, others: true });
});

test('entries that are no refusal pass unchanged, in order, however many there are', async () => {
  const folding = await openFolding({ perMinute: 1 });
  for (let index = 0; index < 100; index += 1) await folding.append(intent(String(index)), BUFFERED);
  await folding.close();
  const calls = (await readRecords(folding.dir)).map((record) => record.call);
  expect(calls).toEqual(Array.from({ length: 100 }, (_, index) => String(index)));
  expect(folding.head().seq).toBe(100);
});
