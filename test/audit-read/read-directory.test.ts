import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { intent, temporaryDirectory } from '../audit/support.ts';
import { at, readAll, toLines, writeChain, type Timed } from './support.ts';

const list = (milliseconds: number): Timed => ({ type: 'list', at: milliseconds });

test('the chains of a directory are merged by time, those of one chain in its order', async () => {
  const dir = await temporaryDirectory();
  await writeChain(dir, 'a', [list(0), list(4), list(8)], 2);
  await writeChain(dir, 'b', [list(1), list(3), list(9)], 1);
  await writeChain(dir, 'c', [list(20)]);
  const { names, troubles } = await readAll(dir);
  expect(names).toEqual(['a:1', 'b:1', 'b:2', 'a:2', 'a:3', 'b:3', 'c:1']);
  expect(troubles).toEqual([]);
  const backward = await readAll(dir, { order: 'backward' });
  expect(backward.names).toEqual(names.toReversed());
});

test('any chains, blocks of time and segments: both directions give the records of the span, each once', async () => {
  const chains = fc.array(
    fc.record({
      steps: fc.array(fc.nat(5), { minLength: 1, maxLength: 12 }),
      perSegment: fc.integer({ min: 1, max: 5 }),
    }),
    { minLength: 1, maxLength: 5 },
  );
  const span = fc.record({ since: fc.nat(40), length: fc.nat(30) });
  await fc.assert(
    fc.asyncProperty(chains, span, async (made, { since, length }) => {
      const dir = await temporaryDirectory();
      const hour = 3_600_000;
      const expected: [number, string, number][] = [];
      for (const [index, { steps, perSegment }] of made.entries()) {
        let now = 0;
        const entries = steps.map((step) => list((now += step) * hour));
        await writeChain(dir, `c${index}`, entries, perSegment);
        expected.push(
          ...entries.map((entry, at_): [number, string, number] => [entry.at, `c${index}`, at_ + 1]),
        );
      }
      const until = since + length;
      const wanted = expected
        .filter(([time]) => time >= since * hour && time <= until * hour)
        .toSorted((x, y) => x[0] - y[0] || x[1].localeCompare(y[1]) || x[2] - y[2])
        .map(([, chain, seq]) => `${chain}:${seq}`);
      const options = { span: { since: at(since * hour), until: at(until * hour) } };
      expect((await readAll(dir, options)).names).toEqual(wanted);
      const backward = await readAll(dir, { ...options, order: 'backward' });
      expect(backward.names).toEqual(wanted.toReversed());
    }),
    { numRuns: 40 },
  );
});

test('what is no chain is passed over, and a line that is no record is reported with its place', async () => {
  const dir = await temporaryDirectory();
  const lines = toLines('good', [list(0), list(1), list(2)]);
  await writeChain(dir, 'other', [list(1)]);
  await mkdir(join(dir, 'good'));
  await mkdir(join(dir, '.live'));
  await mkdir(join(dir, 'empty'));
  await writeFile(join(dir, 'README'), 'not a chain');
  await writeFile(join(dir, 'good', 'notes.txt'), 'not a segment');
  await mkdir(join(dir, 'good', '000000000099.jsonl'));
  await symlink('/dev/zero', join(dir, 'good', '000000000098.jsonl'));
  // A torn line before others is damage; at the end of a chain it is a write under way.
  const torn = lines[0]!.slice(0, 40);
  await writeFile(join(dir, 'good', '000000000001.jsonl'), `${lines[0]}rubbish\n\u0000\u0000\n${torn}`);
  await writeFile(join(dir, 'good', '000000000002.jsonl'), `${lines[1]}${lines[2]}${torn}`);
  const { names, troubles } = await readAll(dir);
  expect(names).toEqual(['good:1', 'good:2', 'other:1', 'good:3']);
  expect(troubles).toEqual([
    { file: 'good/000000000001.jsonl', offset: lines[0]!.length, why: 'the line is not JSON' },
    { file: 'good/000000000001.jsonl', offset: lines[0]!.length + 8, why: 'the line is not JSON' },
    {
      file: 'good/000000000001.jsonl',
      offset: lines[0]!.length + 11,
      why: 'the line is cut short, and more follows it',
    },
  ]);
  expect((await readAll(dir, { order: 'backward' })).names).toEqual(names.toReversed());
});

test('no line, whatever is in it, stops the reading of those around it', async () => {
  const dir = await temporaryDirectory();
  const [first = '', second = ''] = toLines('c', [
    { ...intent('one'), at: 0 },
    { ...intent('two'), at: 5 },
  ]);
  const real = JSON.parse(first) as Record<string, unknown>;
  await mkdir(join(dir, 'c'));
  const wrongShape = fc
    .tuple(fc.constantFrom(...Object.keys(real)), fc.jsonValue())
    .map(([name, value]) => Buffer.from(JSON.stringify({ ...real, [name]: value })));
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 10))),
    fc.json().map((text) => Buffer.from(text.replaceAll('\n', ' '))),
    wrongShape,
    fc.constantFrom(
      Buffer.alloc(1_000_000, 0),
      Buffer.from('['.repeat(1_000_000)),
      Buffer.from(`{"v":${'9'.repeat(1_000_000)}}`),
      Buffer.from(JSON.stringify({ ...real, v: 2 })),
      Buffer.from(JSON.stringify({ ...real, time: '2026-99-99T99:99:99.999Z' })),
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(hostile, { maxLength: 6 }), async (lines) => {
      const middle = lines.flatMap((line) => [line, Buffer.from('\n')]);
      const content = Buffer.concat([Buffer.from(first), ...middle, Buffer.from(second)]);
      await writeFile(join(dir, 'c', '000000000001.jsonl'), content);
      for (const order of ['forward', 'backward'] as const) {
        const { reads, troubles } = await readAll(dir, { order });
        const texts = reads.map(({ text }) => `${text}\n`);
        expect(texts).toEqual(expect.arrayContaining([first, second]));
        expect(reads.length + troubles.length).toBe(lines.length + 2);
      }
    }),
    { numRuns: 60 },
  );
});

test('a clock that was set back loses no record', async () => {
  const dir = await temporaryDirectory();
  await writeChain(dir, 'a', [list(1_000_000), list(0), list(1_000_001)], 1);
  const { names } = await readAll(dir, { span: { since: at(500_000) } });
  expect(names).toEqual(['a:1', 'a:3']);
});

test('a directory that is not there is an error that names it', async () => {
  await expect(readAll(join(await temporaryDirectory(), 'absent'))).rejects.toThrow(
    /absent: no audit directory can be read here/,
  );
});
