import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readBackward, readForward, type LineReader } from '../../src/audit/read/lines.ts';
import { lineNumberAt } from '../../src/audit/read/line-number.ts';
import { temporaryDirectory } from '../audit/support.ts';

async function all(lines: LineReader) {
  const found = [];
  for (let line = await lines.next(); line !== undefined; line = await lines.next()) found.push(line);
  return found;
}

/** What a reader of lines has to give, the simple way. */
function split(bytes: Buffer): { offset: number; bytes: Buffer; terminated: boolean }[] {
  const lines = [];
  let offset = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, offset)) {
    lines.push({ offset, bytes: bytes.subarray(offset, at), terminated: true });
    offset = at + 1;
  }
  if (offset < bytes.length) lines.push({ offset, bytes: bytes.subarray(offset), terminated: false });
  return lines;
}

test('whatever the bytes and the blocks, forward and backward give every line once, where it is', async () => {
  const file = join(await temporaryDirectory(), 'file');
  const bytes = fc
    .array(fc.oneof(fc.constant(10), fc.nat(255), fc.constant(65)), { maxLength: 60 })
    .map((array) => Buffer.from(array));
  await fc.assert(
    fc.asyncProperty(bytes, fc.integer({ min: 1, max: 20 }), async (content, block) => {
      await writeFile(file, content);
      const blocks = { blockBytes: () => block };
      const forward = await all(readForward(file, blocks));
      const backward = await all(readBackward(file, { until: content.length, ...blocks }));
      const expected = split(content);
      expect(forward.map(({ offset, terminated }) => ({ offset, terminated }))).toEqual(
        expected.map(({ offset, terminated }) => ({ offset, terminated })),
      );
      for (const [index, line] of forward.entries()) {
        const text = expected[index]!.bytes.toString('utf8');
        if (line.problem === undefined) expect(line.text).toBe(text);
        else expect(Buffer.from(text).equals(expected[index]!.bytes)).toBe(false);
        expect(lineNumberAt(file, line.offset)).toBe(index + 1);
      }
      expect(backward.toReversed()).toEqual(forward);
    }),
    { numRuns: 200 },
  );
});

const blockBytes = (): number => 64 * 1024;

test('a line longer than any record is passed over whole, and the next one is read', async () => {
  const file = join(await temporaryDirectory(), 'file');
  await writeFile(file, `before\n${'x'.repeat(50 * 1024 * 1024)}\nafter\n`);
  const expected = ['before', 'the line is too long for a record', 'after'];
  const forward = await all(readForward(file, { blockBytes }));
  expect(forward.map(({ text, problem }) => problem ?? text)).toEqual(expected);
  expect(forward.map(({ offset }) => offset)).toEqual([0, 7, 7 + 50 * 1024 * 1024 + 1]);
  const until = 7 + 50 * 1024 * 1024 + 1 + 6;
  const backward = await all(readBackward(file, { until, blockBytes }));
  expect(backward.map(({ text, problem }) => problem ?? text)).toEqual(expected.toReversed());
});
