import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SinkFault } from '../../src/audit/sinks/sink.ts';
import { CHAIN, intent, temporaryDirectory } from '../audit/support.ts';
import {
  createClock,
  createMemorySink,
  intents,
  keysOf,
  leaveChain,
  openLiveChain,
  openTestSinks,
  range,
  seqsOf,
  toSettings,
} from './support.ts';

const OFFSET = ['.sinks', 'siem', `${CHAIN}.json`] as const;

test('records reach a sink in order, across segments, once their writer has woken it', async () => {
  const dir = await temporaryDirectory();
  const writer = await openLiveChain({ dir, segmentBytes: 1500 });
  const sink = createMemorySink();
  const { sinks, clock } = openTestSinks(dir, sink, { seq: () => writer.head().seq });
  await clock.advance(0);
  for (const entry of intents(10)) await writer.append(entry, { durable: true });
  sinks.wake();
  await clock.advance(1000);
  expect(seqsOf(sink.taken)).toEqual(range(1, 10));
  expect(sink.taken.map(({ record }) => record.call)).toEqual(intents(10).map(({ call }) => call));
  expect(JSON.parse(await readFile(join(dir, ...OFFSET), 'utf8'))).toMatchObject({ v: 1, seq: 10 });
});

test('records are found without being woken, and nothing is sent twice', async () => {
  const dir = await temporaryDirectory();
  const writer = await openLiveChain({ dir });
  const sink = createMemorySink();
  const { clock } = openTestSinks(dir, sink, { seq: () => writer.head().seq });
  await writer.append(intent('a'), { durable: true });
  await clock.advance(10_000);
  await writer.append(intent('b'), { durable: true });
  await clock.advance(10_000);
  expect(seqsOf(sink.taken)).toEqual([1, 2]);
});

test('only records that are on disk for good leave the machine', async () => {
  const dir = await temporaryDirectory();
  await leaveChain(dir, CHAIN, intents(5));
  const sink = createMemorySink();
  let head = 3;
  const { clock } = openTestSinks(dir, sink, { seq: () => head });
  await appendFile(join(dir, CHAIN, '000000000001.jsonl'), '{"unfinished');
  await clock.advance(10_000);
  expect(seqsOf(sink.taken)).toEqual([1, 2, 3]);
  head = 5;
  await clock.advance(10_000);
  expect(seqsOf(sink.taken)).toEqual([1, 2, 3, 4, 5]);
});

test('a batch has no more records and bytes than its bounds, and a large record goes alone', async () => {
  const dir = await temporaryDirectory();
  const large = intent('large', { detail: { text: 'x'.repeat(5000) } });
  await leaveChain(dir, CHAIN, [...intents(7), large, ...intents(4)]);
  const sink = createMemorySink();
  const settings = [toSettings({ batch: { records: 3, bytes: 2000 } })];
  const { clock } = openTestSinks(dir, sink, { seq: () => 12, settings });
  await clock.advance(10_000);
  expect(seqsOf(sink.taken)).toEqual(range(1, 12));
  expect(Math.max(...sink.attempts)).toBe(3);
});

test('a sink gets the types that it asks for, and every checkpoint', async () => {
  const dir = await temporaryDirectory();
  await leaveChain(dir, CHAIN, [
    intent('a'),
    { type: 'config' },
    { type: 'call.outcome', call: 'a' },
    { type: 'checkpoint' },
    { type: 'list' },
  ]);
  const sink = createMemorySink();
  const { clock, sinks } = openTestSinks(dir, sink, {
    seq: () => 5,
    settings: [toSettings({ required: true, types: ['call.outcome'] })],
  });
  await clock.advance(10_000);
  expect(sink.taken.map(({ record }) => record.type)).toEqual(['call.outcome', 'checkpoint']);
  expect(await sinks.isPassed(CHAIN, 5), 'what is not asked for is passed').toBe(true);
});

test('a sink that is away is tried ever more slowly, is told about once, and gets everything when it is back', async () => {
  const dir = await temporaryDirectory();
  await leaveChain(dir, CHAIN, intents(20));
  let isAway = true;
  const sink = createMemorySink(() => (isAway ? new SinkFault('retry', 'nobody there') : undefined));
  const { clock, log } = openTestSinks(dir, sink, { seq: () => 20 });
  await clock.advance(0);
  const waits: number[] = [];
  for (const _ of range(1, 8)) {
    const [wait = 0] = clock.waiting();
    waits.push(wait);
    await clock.advance(wait);
  }
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  expect(log).toEqual([expect.stringContaining('sink siem does not take records')]);
  isAway = false;
  await clock.advance(60_000);
  expect(seqsOf(sink.taken)).toEqual(range(1, 20));
  expect(log.at(-1)).toContain('takes records again');
});

test('a sink that says when to come back is left alone until then', async () => {
  const dir = await temporaryDirectory();
  await leaveChain(dir, CHAIN, intents(1));
  const sink = createMemorySink(() => new SinkFault('retry', 'busy', { retryAfterMs: 90_000 }));
  const { clock } = openTestSinks(dir, sink, { seq: () => 1 });
  await clock.advance(0);
  expect(clock.waiting()).toEqual([90_000]);
});

test('a record that a sink refuses for itself is put aside, and the others arrive in order', async () => {
  const dir = await temporaryDirectory();
  await leaveChain(dir, CHAIN, intents(100));
  const bad = new Set([17, 18, 71]);
  const sink = createMemorySink((records) =>
    records.some(({ seq }) => bad.has(seq)) ? new SinkFault('refused', 'it answered 400') : undefined,
  );
  const { clock, log } = openTestSinks(dir, sink, { seq: () => 100 });
  await clock.advance(10_000);
  expect(seqsOf(sink.taken)).toEqual(range(1, 100).filter((seq) => !bad.has(seq)));
  const letters = (await readFile(join(dir, '.sinks', 'siem', 'dead-letters.jsonl'), 'utf8'))
    .trim()
    .split('\n');
  expect(letters.map((letter) => JSON.parse(letter))).toEqual(
    [17, 18, 71].map((seq) => expect.objectContaining({ chain: CHAIN, seq, why: 'it answered 400' })),
  );
  expect(JSON.parse(JSON.parse(letters[0]!).line)).toMatchObject({ seq: 17 });
  expect(log.filter((line) => line.includes('refuses record'))).toHaveLength(3);
  expect(sink.attempts.length, 'halving, not one by one').toBeLessThan(50);
});

test('a sink that refuses everything is not emptied into the dead letters at once', async () => {
  const dir = await temporaryDirectory();
  await leaveChain(dir, CHAIN, intents(100));
  const sink = createMemorySink(() => new SinkFault('refused', 'no such field'));
  const { clock, log } = openTestSinks(dir, sink, { seq: () => 100 });
  await clock.advance(500);
  const letters = await readFile(join(dir, '.sinks', 'siem', 'dead-letters.jsonl'), 'utf8');
  expect(letters.trim().split('\n')).toHaveLength(10);
  expect(log.at(-1)).toMatch(
    /it refused 10 records one after the other, and they are in .*dead-letters\.jsonl/,
  );
  expect(log.at(-1), 'what was put aside does not come later').not.toContain('sent later');
});

test('a required sink stands still at a record that it refuses, says so, and goes on once it takes it', async () => {
  const dir = await temporaryDirectory();
  await leaveChain(dir, CHAIN, intents(10));
  let isBad = true;
  const sink = createMemorySink((records) =>
    isBad && records.some(({ seq }) => seq === 4) ? new SinkFault('refused', 'it answered 400') : undefined,
  );
  const settings = [toSettings({ required: true })];
  const { clock, log, sinks } = openTestSinks(dir, sink, { seq: () => 10, settings });
  await clock.advance(200_000);
  expect(seqsOf(sink.taken)).toEqual([1, 2, 3]);
  expect(log).toEqual([
    expect.stringContaining(`refuses record 4 of ${CHAIN}: it answered 400. The sink is \`required\``),
  ]);
  expect(await sinks.isPassed(CHAIN, 3)).toBe(true);
  expect(await sinks.isPassed(CHAIN, 4)).toBe(false);
  isBad = false;
  await clock.advance(60_000);
  expect(seqsOf(sink.taken)).toEqual(range(1, 10));
  expect(await sinks.isPassed(CHAIN, 10)).toBe(true);
});

test('a batch that is too large is sent in parts', async () => {
  const dir = await temporaryDirectory();
  await leaveChain(dir, CHAIN, intents(40));
  const sink = createMemorySink((records) =>
    records.length > 7 ? new SinkFault('too-large', '413') : undefined,
  );
  const { clock } = openTestSinks(dir, sink, { seq: () => 40 });
  await clock.advance(10_000);
  expect(seqsOf(sink.taken)).toEqual(range(1, 40));
  expect(
    sink.attempts.filter((size) => size > 7),
    'and not tried whole again and again',
  ).toEqual([40, 20, 10]);
});

test('chains that processes left behind are delivered, many of them in one batch', async () => {
  const dir = await temporaryDirectory();
  const names = range(1, 60).map((index) => `call-20261121T010203Z-${String(index).padStart(6, '0')}`);
  for (const name of names) await leaveChain(dir, name, intents(3));
  const sink = createMemorySink();
  const { clock } = openTestSinks(dir, sink);
  await clock.advance(10_000);
  expect(keysOf(sink.taken).toSorted()).toEqual(
    names.flatMap((name) => [1, 2, 3].map((seq) => `${name}:${seq}`)),
  );
  expect(sink.attempts.length).toBeLessThan(5);
});

test('a chain that another process still writes is left to it', async () => {
  const dir = await temporaryDirectory();
  const other = await openLiveChain({ dir, chain: 'other' });
  await other.append(intent('a'), { durable: true });
  const sink = createMemorySink();
  const { clock } = openTestSinks(dir, sink);
  await clock.advance(60_000);
  expect(sink.taken).toEqual([]);
  await other.close();
  await clock.advance(60_000);
  expect(keysOf(sink.taken)).toEqual(['other:1']);
});

test('of two processes one delivers the chains left behind, and the other takes over when it ends', async () => {
  const dir = await temporaryDirectory();
  await leaveChain(dir, 'first', intents(2));
  const clock = createClock();
  const one = createMemorySink();
  const two = createMemorySink();
  const { sinks } = openTestSinks(dir, one, { clock });
  await clock.advance(0);
  clock.followers = 2;
  openTestSinks(dir, two, { clock, own: { chain: 'mine', headSeq: () => 0 } });
  await clock.advance(60_000);
  expect([keysOf(one.taken), keysOf(two.taken)]).toEqual([['first:1', 'first:2'], []]);
  await sinks.close(1000);
  clock.followers = 1;
  await leaveChain(dir, 'second', intents(1));
  await clock.advance(60_000);
  expect(keysOf(two.taken)).toEqual(['second:1']);
});

test('a chain that is put in order after its end is followed to its new end', async () => {
  const dir = await temporaryDirectory();
  await leaveChain(dir, 'left', intents(3));
  const lines = (await readFile(join(dir, 'left', '000000000001.jsonl'), 'utf8')).split('\n');
  await writeFile(join(dir, 'left', '000000000001.jsonl'), `${lines.slice(0, 2).join('\n')}\n{"torn`);
  const sink = createMemorySink();
  const { clock } = openTestSinks(dir, sink);
  await clock.advance(10_000);
  expect(seqsOf(sink.taken)).toEqual([1, 2]);
  await writeFile(join(dir, 'left', '000000000001.jsonl'), lines.join('\n'));
  await clock.advance(60_000);
  expect(seqsOf(sink.taken)).toEqual([1, 2, 3]);
});

test('at the end what is left is sent at once, within the grace', async () => {
  const dir = await temporaryDirectory();
  const writer = await openLiveChain({ dir });
  const sink = createMemorySink();
  const { sinks, clock } = openTestSinks(dir, sink, { seq: () => writer.head().seq });
  await clock.advance(0);
  for (const entry of intents(30)) await writer.append(entry, { durable: true });
  await sinks.close(10_000);
  expect(seqsOf(sink.taken)).toEqual(range(1, 30));
});

test('a sink that hangs does not hold up the end', async () => {
  const dir = await temporaryDirectory();
  await leaveChain(dir, CHAIN, intents(1));
  const sink = createMemorySink(() => new Promise<undefined>(() => {}));
  const { sinks, clock } = openTestSinks(dir, sink, { seq: () => 1, clock: createClock(0) });
  await expect.poll(() => sink.attempts).toEqual([1]);
  const closed = sinks.close(3000);
  await clock.advance(3000);
  await closed;
});

test('a change of settings stops sinks that are gone, starts new ones, and leaves the others alone', async () => {
  const dir = await temporaryDirectory();
  await leaveChain(dir, CHAIN, intents(3));
  const made: string[] = [];
  const taken: string[] = [];
  const { sinks, clock } = openTestSinks(
    dir,
    (settings) => {
      made.push(settings.name);
      return {
        ...createMemorySink(),
        deliver: async (records) => void taken.push(...records.map(({ seq }) => `${settings.name}:${seq}`)),
      };
    },
    {
      seq: () => 3,
      settings: [
        toSettings({ name: 'stays' }),
        toSettings({ name: 'goes' }),
        toSettings({ name: 'changes' }),
      ],
    },
  );
  await clock.advance(10_000);
  sinks.replace(
    [
      toSettings({ name: 'stays' }),
      toSettings({ name: 'comes' }),
      toSettings({ name: 'changes', required: true }),
    ],
    new Map(),
  );
  await clock.advance(10_000);
  expect(made).toEqual(['stays', 'goes', 'changes', 'comes', 'changes']);
  expect(taken.toSorted()).toEqual(
    ['changes', 'comes', 'goes', 'stays'].flatMap((name) => [1, 2, 3].map((seq) => `${name}:${seq}`)),
  );
});
