import { appendFile, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHAIN, temporaryDirectory } from '../audit/support.ts';
import { createMemorySink, intents, leaveChain, openTestSinks, range, seqsOf } from './support.ts';

const OFFSET = ['.sinks', 'siem', `${CHAIN}.json`] as const;

test.each([
  ['no JSON', 'x{'],
  ['empty', ''],
  ['another version', '{"v":2,"seq":1,"segment":1,"byte":10}'],
  ['a negative place', '{"v":1,"seq":1,"segment":1,"byte":-1}'],
  ['a text for a number', '{"v":1,"seq":"9","segment":1,"byte":0}'],
  ['a file that begins after the record', '{"v":1,"seq":1,"segment":9,"byte":0}'],
  ['a number beyond all bounds', '{"v":1,"seq":1e300,"segment":1,"byte":0}'],
  ['a place without a record', '{"v":1,"seq":0,"segment":1,"byte":100}'],
  ['a large file', `${' '.repeat(100_000)}{"v":1,"seq":1,"segment":1,"byte":0}`],
])('an offset that is %s is told about, and the chain is sent from its beginning', async (_, text) => {
  const dir = await temporaryDirectory();
  await leaveChain(dir, CHAIN, intents(3));
  await mkdir(join(dir, '.sinks', 'siem'), { recursive: true });
  await writeFile(join(dir, ...OFFSET), text);
  const sink = createMemorySink();
  const { clock, log } = openTestSinks(dir, sink, { seq: () => 3 });
  await clock.advance(10_000);
  expect(seqsOf(sink.taken)).toEqual([1, 2, 3]);
  expect(log).toEqual([expect.stringContaining('the chain is sent again from its beginning')]);
});

test('an offset into the middle of a line, or behind the end, loses no record after the one it names', async () => {
  for (const byte of [5, 10_000_000]) {
    const dir = await temporaryDirectory();
    await leaveChain(dir, CHAIN, intents(5));
    await mkdir(join(dir, '.sinks', 'siem'), { recursive: true });
    await writeFile(join(dir, ...OFFSET), JSON.stringify({ v: 1, seq: 2, segment: 1, byte }));
    const sink = createMemorySink();
    const { clock } = openTestSinks(dir, sink, { seq: () => 5 });
    await clock.advance(10_000);
    expect(seqsOf(sink.taken)).toEqual([3, 4, 5]);
  }
});

test('whatever an offset file says, every record that comes after the one it names is sent', async () => {
  const dir = await temporaryDirectory();
  await leaveChain(dir, 'left', intents(6), 1200);
  await mkdir(join(dir, '.sinks', 'siem'), { recursive: true });
  const count = fc.oneof(fc.integer({ min: -2, max: 12 }), fc.integer(), fc.double(), fc.constant('1'));
  const offset = fc.oneof(
    fc.record({ v: fc.constantFrom(1, 1, 1, 2), seq: count, segment: count, byte: count }),
    fc.jsonValue(),
  );
  await fc.assert(
    fc.asyncProperty(offset, async (value) => {
      await writeFile(join(dir, '.sinks', 'siem', 'left.json'), JSON.stringify(value));
      const sink = createMemorySink();
      const { sinks } = openTestSinks(dir, sink);
      await sinks.close(5000);
      const named = Number((value as { seq?: unknown } | null)?.seq);
      const needed = range(1, 6).filter((seq) => !(seq <= named));
      expect(seqsOf(sink.taken)).toEqual(expect.arrayContaining(needed));
    }),
    { numRuns: 40 },
  );
});

test('when a file of a chain is gone, the records after it are sent, and the gap is told', async () => {
  const dir = await temporaryDirectory();
  await leaveChain(dir, CHAIN, intents(9), 1200);
  const sink = createMemorySink();
  await rm(join(dir, CHAIN, '000000000001.jsonl'));
  const { clock, log } = openTestSinks(dir, sink, { seq: () => 9 });
  await clock.advance(10_000);
  const first = sink.taken[0]!.seq;
  expect(first).toBeGreaterThan(1);
  expect(seqsOf(sink.taken)).toEqual(range(first, 9));
  expect(log[0]).toContain(`records 1 to ${first - 1} are gone from the chain's files`);
});

test('a line that is no record is told about and left out, and no other', async () => {
  const dir = await temporaryDirectory();
  await leaveChain(dir, CHAIN, intents(4));
  const path = join(dir, CHAIN, '000000000001.jsonl');
  const lines = (await readFile(path, 'utf8')).trim().split('\n');
  await writeFile(
    path,
    [lines[0], 'x', '[]', '{"seq":2}', '', lines[1]!.replace(CHAIN, 'other'), lines[2], lines[3], ''].join(
      '\n',
    ),
  );
  const sink = createMemorySink();
  const { clock, log } = openTestSinks(dir, sink, { seq: () => 4 });
  await clock.advance(10_000);
  expect(seqsOf(sink.taken)).toEqual([1, 3, 4]);
  expect(log).toHaveLength(5);
  expect(log[0]).toContain('the line is not a record of this chain');
});

test('a file that was cut short is followed on from its new end', async () => {
  const dir = await temporaryDirectory();
  await leaveChain(dir, CHAIN, intents(4));
  const path = join(dir, CHAIN, '000000000001.jsonl');
  const text = await readFile(path, 'utf8');
  const sink = createMemorySink();
  let head = 3;
  const { clock } = openTestSinks(dir, sink, { seq: () => head });
  await clock.advance(10_000);
  await truncate(path, text.indexOf('\n') + 1);
  await appendFile(path, text.slice(text.indexOf('\n') + 1));
  head = 4;
  await clock.advance(10_000);
  expect(seqsOf(sink.taken)).toEqual([1, 2, 3, 4]);
});
