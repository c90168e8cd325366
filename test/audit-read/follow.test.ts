import { appendFile, mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { followDirectory } from '../../src/audit/read/follow.ts';
import { snapshotChains } from '../../src/audit/read/snapshot.ts';
import { toSegmentName } from '../../src/audit/segment-name.ts';
import { temporaryDirectory } from '../audit/support.ts';
import { readAll, toLines, writeChain, type Timed } from './support.ts';

const list = (milliseconds: number): Timed => ({ type: 'list', at: milliseconds });

/** Follows a directory through steps: each is done when everything before it was found. What was found, by look. */
async function followThrough(
  dir: string,
  steps: readonly (() => Promise<unknown>)[],
): Promise<{ looks: string[][]; troubles: string[] }> {
  const snapshot = await snapshotChains(dir).catch(() => []);
  const left = [...steps];
  const looks: string[][] = [];
  const troubles: string[] = [];
  const wait = async (): Promise<boolean> => {
    const step = left.shift();
    await step?.();
    return step !== undefined;
  };
  const onTrouble = ({ file, offset, why }: { file: string; offset?: number; why: string }): void =>
    void troubles.push(`${file}@${offset}: ${why}`);
  for await (const batch of followDirectory(dir, { snapshot, wait, onTrouble })) {
    looks.push(batch.map(({ record }) => `${record.chain}:${record.seq}`));
  }
  return { looks, troubles };
}

test('following gives what comes: in the same file, in the next one, in new chains, and never what was there', async () => {
  const dir = await temporaryDirectory();
  const lines = toLines('a', [0, 1, 2, 3, 4].map(list));
  await writeChain(dir, 'a', [list(0)], 1);
  await writeChain(dir, 'old', [list(0)]);
  const file = join(dir, 'a', toSegmentName(1));
  const { looks, troubles } = await followThrough(dir, [
    () => appendFile(file, lines[1]!),
    async () => {
      // Between two looks: the end of one file, two more files, and another process.
      await appendFile(file, lines[2]!);
      await writeFile(join(dir, 'a', toSegmentName(4)), lines[3]!);
      await writeFile(join(dir, 'a', toSegmentName(5)), lines[4]!);
      await writeChain(dir, 'b', [list(2), list(9)], 1);
    },
    async () => {},
    () => writeChain(dir, 'c', [list(20)]),
  ]);
  expect(looks).toEqual([['a:2'], ['a:3', 'b:1', 'a:4', 'a:5', 'b:2'], ['c:1']]);
  expect(troubles).toEqual([]);
});

test('a line comes once it is whole, however it arrives', async () => {
  const dir = await temporaryDirectory();
  const [first = '', second = ''] = toLines('a', [list(0), list(1)]);
  await mkdir(join(dir, 'a'));
  const file = join(dir, 'a', toSegmentName(1));
  // What was begun before is not whole: it is followed, not lost.
  await writeFile(file, first.slice(0, 50));
  const { looks } = await followThrough(dir, [
    () => appendFile(file, first.slice(50)),
    () => appendFile(file, second.slice(0, 10)),
    () => appendFile(file, second.slice(10)),
  ]);
  expect(looks).toEqual([['a:1'], ['a:2']]);
});

test('a write that was cut off again, a corrupt line and a removed chain do not stop it', async () => {
  const dir = await temporaryDirectory();
  const lines = toLines('a', [0, 1, 2].map(list));
  await writeChain(dir, 'a', [list(0)]);
  await writeChain(dir, 'gone', [list(0)]);
  const file = join(dir, 'a', toSegmentName(1));
  const { looks, troubles } = await followThrough(dir, [
    () => appendFile(file, lines[1]!),
    () => truncate(file, lines[0]!.length),
    () => appendFile(file, lines[1]!.replace('"seq":2', '"seq":22')),
    () => rm(join(dir, 'gone'), { recursive: true }),
    () => appendFile(file, 'rubbish\n'),
    () => appendFile(file, lines[2]!),
  ]);
  expect(looks).toEqual([['a:2'], ['a:22'], ['a:3']]);
  expect(troubles).toEqual([expect.stringMatching(/^a\/000000000001\.jsonl@\d+: the line is not JSON$/)]);
});

test('a directory that is not there yet is followed from its first record', async () => {
  const dir = join(await temporaryDirectory(), 'later');
  const { looks } = await followThrough(dir, [async () => {}, () => writeChain(dir, 'a', [list(0)])]);
  expect(looks).toEqual([['a:1']]);
});

test('what a snapshot leaves out is what following gives', async () => {
  const dir = await temporaryDirectory();
  await writeChain(dir, 'a', [list(0), list(1)], 1);
  const chains = await snapshotChains(dir);
  const lines = toLines('a', [0, 1, 2].map(list));
  await appendFile(join(dir, 'a', toSegmentName(2)), lines[2]!);
  const before = await readAll(dir, { chains, order: 'backward' });
  expect(before.names).toEqual(['a:2', 'a:1']);
});
