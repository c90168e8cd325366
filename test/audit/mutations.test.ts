import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { sealBatch } from '../../src/audit/batch.ts';
import type { DatedPosition } from '../../src/audit/batch.ts';
import { EMPTY_HEAD, expectedForm, prepareEntry } from '../../src/audit/chain.ts';
import { createCheckpoints } from '../../src/audit/checkpoints.ts';
import type { GivenHead } from '../../src/audit/given-heads.ts';
import { toSegmentName } from '../../src/audit/segment-name.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { createTestKey, intent, temporaryDirectory } from './support.ts';

const KEY = createTestKey();
const TIME = '2026-11-21T01:02:03.000Z';
const NAMES = ['serve-20261101T000000Z-000001', 'serve-20261102T000000Z-000002'] as const;

/** The files of a chain: lines without line feeds. */
type Files = readonly (readonly string[])[];

/** A signed chain of a few files, each ended by a checkpoint. */
function writeChain(chain: string, files: readonly (readonly string[])[]): Files {
  const checkpoints = createCheckpoints(chain, { key: KEY, schedule: () => () => {} }, () => {});
  let head: DatedPosition = { ...EMPTY_HEAD, time: '' };
  return files.map((calls) => {
    const entries = calls.map((call) => ({ prepared: prepareEntry(intent(call)), time: TIME }));
    const lines: string[] = [];
    for (const [batch, isEnd] of [
      [[], false],
      [entries, true],
    ] as const) {
      const sealed = sealBatch(chain, head, batch, { checkpoints, time: TIME, isEnd });
      lines.push(...sealed.bytes.toString('utf8').split('\n').slice(0, -1));
      head = sealed.head;
      checkpoints.written(head.seq, sealed.checkpoint);
    }
    return lines;
  });
}

const calls = fc.array(fc.string({ unit: 'grapheme', maxLength: 8 }), { minLength: 1, maxLength: 4 });
const chainFiles = fc.array(calls, { minLength: 2, maxLength: 3 });

/** What is done to the directory: `at` chooses the record, at or before the head, `by` how and where to. */
type Mutation = (state: State) => Files;

interface State {
  readonly files: Files;
  readonly other: Files;
  /** A record at or before the head: its file and line. */
  readonly file: number;
  readonly line: number;
  readonly by: number;
}

function editLines({ files, file }: State, edit: (lines: readonly string[]) => readonly string[]): Files {
  return files.map((lines, index) => (index === file ? edit(lines) : lines));
}

/** Every value in a record, changed, removed or with a neighbour, at any depth. */
function edits(value: unknown): unknown[] {
  if (typeof value === 'string') return [`${value}x`, value.slice(1), 0].filter((other) => other !== value);
  if (typeof value === 'number') return [value + 1, -value, String(value)].filter((other) => other !== value);
  if (Array.isArray(value)) {
    return [[...value, 0], ...value.flatMap((item, at) => edits(item).map((other) => value.with(at, other)))];
  }
  const members: [string, unknown][] = Object.entries(value ?? {});
  return [
    Object.fromEntries([...members, ['added', 1]]),
    ...members.map((_, at) => Object.fromEntries(members.toSpliced(at, 1))),
    ...members.flatMap(([name, member], at) =>
      edits(member).map((other) => Object.fromEntries(members.with(at, [name, other]))),
    ),
  ];
}

function choose<Item>(items: readonly Item[], by: number): Item {
  return items[by % items.length]!;
}

function edited({ files, file, line, by }: State): Record<string, unknown> {
  return choose(edits(JSON.parse(files[file]![line]!)), by) as Record<string, unknown>;
}

/** With the right hash, as somebody who knows the format would write it. */
function rehashed(record: Record<string, unknown>): string {
  const { hash } = expectedForm({ ...record, hash: '' });
  return expectedForm({ ...record, hash }).line;
}

/** The whole chain computed anew from a changed record on: only the head can tell. */
function recomputed(state: State): Files {
  let prev: unknown;
  let isReached = false;
  return state.files.map((lines, file) =>
    lines.map((text, line) => {
      const isHere = file === state.file && line === state.line;
      isReached ||= isHere;
      if (!isReached) return text;
      const record = JSON.parse(text) as Record<string, unknown>;
      const changed = rehashed(isHere ? { ...record, detail: { forged: state.by } } : { ...record, prev });
      prev = (JSON.parse(changed) as { hash: unknown }).hash;
      return changed;
    }),
  );
}

const mutations: Record<string, Mutation> = {
  'a member is edited': (state) =>
    editLines(state, (lines) => lines.with(state.line, JSON.stringify(edited(state)))),
  'a member is edited and the hash computed anew': (state) =>
    editLines(state, (lines) => lines.with(state.line, rehashed(edited(state)))),
  'all hashes are computed anew after an edit': recomputed,
  'a record is removed': (state) => editLines(state, (lines) => lines.toSpliced(state.line, 1)),
  'two records change places': (state) => {
    const next = (state.line + 1) % state.files[state.file]!.length;
    return editLines(state, (lines) => lines.with(state.line, lines[next]!).with(next, lines[state.line]!));
  },
  'a record is repeated': (state) =>
    editLines(state, (lines) => lines.toSpliced(state.by % (state.line + 1), 0, lines[state.line]!)),
  'a record is put in': (state) =>
    editLines(state, (lines) => lines.toSpliced(state.line, 0, rehashed(edited(state)))),
  'a line of nothing is put in': (state) => editLines(state, (lines) => lines.toSpliced(state.line, 0, '')),
  'the file ends before a record': (state) => editLines(state, (lines) => lines.slice(0, state.line)),
  'a record of another chain takes its place': (state) =>
    editLines(state, (lines) => lines.with(state.line, choose(state.other.flat(), state.by))),
  'a file is repeated in the place of another': ({ files, file, by }) => {
    const from = (file + 1 + (by % (files.length - 1))) % files.length;
    return files.map((lines, index) => (index === file ? files[from]! : lines));
  },
  'a file is removed': ({ files, file }) => files.map((lines, index) => (index === file ? [] : lines)),
};

async function store(dir: string, chain: string, files: Files, names: Files): Promise<void> {
  await rm(join(dir, chain), { recursive: true, force: true });
  await mkdir(join(dir, chain), { recursive: true });
  for (const [index, lines] of files.entries()) {
    if (lines.length === 0) continue;
    const { seq } = JSON.parse(names[index]![0]!) as { seq: number };
    await writeFile(join(dir, chain, toSegmentName(seq)), lines.map((line) => `${line}\n`).join(''));
  }
}

function headAt(lines: readonly string[], index: number): GivenHead {
  const { chain, seq, hash } = JSON.parse(lines[index]!) as { chain: string; seq: number; hash: string };
  return { chain, seq, hash, from: 'a head kept elsewhere' };
}

/** Two chains, the head of one of them, and a record at or before it. */
const cases = fc
  .tuple(chainFiles, chainFiles, fc.nat(), fc.nat(), fc.nat())
  .map(([first, second, headDraw, atDraw, by]) => {
    const files = writeChain(NAMES[0], first);
    const other = writeChain(NAMES[1], second);
    const lines = files.flat();
    const headIndex = headDraw % lines.length;
    const at = atDraw % (headIndex + 1);
    let [file, line] = [0, at];
    while (line >= files[file]!.length) line -= files[file++]!.length;
    return { files, other, file, line, by, head: headAt(lines, headIndex) };
  });

test.each(Object.entries(mutations))(
  '%s, at or before a head that was published: it is found, and a record at or before the head is named',
  async (_, mutate) => {
    const dir = await temporaryDirectory();
    await fc.assert(
      fc.asyncProperty(cases, async ({ head, ...state }) => {
        const changed = mutate(state);
        fc.pre(changed.flat().join('\n') !== state.files.flat().join('\n'));
        await store(dir, NAMES[0], changed, state.files);
        await store(dir, NAMES[1], state.other, state.other);
        const report = await verifyDirectory(dir, { heads: [head] });
        expect(report.ok).toBe(false);
        expect(report.chains.map(({ ok }) => ok)).toEqual([false, true]);
        expect(report.chains[0]?.firstBad?.seq).toBeLessThanOrEqual(head.seq + 1);
        expect(report.chains[0]?.tail.vouchedUntil).toBeLessThanOrEqual(head.seq);
      }),
      { numRuns: 25 },
    );
  },
);

test('any byte that is changed, at or before a head that was published, is found', async () => {
  const dir = await temporaryDirectory();
  await fc.assert(
    fc.asyncProperty(
      cases,
      fc.integer({ min: 1, max: 255 }),
      async ({ files, other, file, line, by, head }, flip) => {
        await store(dir, NAMES[0], files, files);
        await store(dir, NAMES[1], other, other);
        expect(await verifyDirectory(dir, { heads: [head], strict: true })).toMatchObject({ ok: true });
        const path = join(dir, NAMES[0], (await readdir(join(dir, NAMES[0]))).toSorted()[file]!);
        const bytes = await readFile(path);
        const before = files[file]!.slice(0, line).map((text) => Buffer.byteLength(text) + 1);
        const start = before.reduce((sum, size) => sum + size, 0);
        // The line feed counts as well.
        const at = start + (by % (Buffer.byteLength(files[file]![line]!) + 1));
        bytes[at] = bytes[at]! ^ flip;
        await writeFile(path, bytes);
        const report = await verifyDirectory(dir, { heads: [head] });
        expect(report.chains[0]).toMatchObject({ ok: false });
        expect(report.chains[0]?.firstBad?.seq).toBeLessThanOrEqual(head.seq);
      },
    ),
    { numRuns: 60 },
  );
});

test('a chain under the name of another, and one that is gone, are found by their heads', async () => {
  const dir = await temporaryDirectory();
  await fc.assert(
    fc.asyncProperty(cases, fc.boolean(), async ({ files, other, head }, isGone) => {
      await store(dir, NAMES[0], isGone ? [] : other, other);
      await store(dir, NAMES[1], other, other);
      if (isGone) await rm(join(dir, NAMES[0]), { recursive: true });
      expect(files.length).toBeGreaterThan(0);
      const report = await verifyDirectory(dir, { heads: [head] });
      expect(report.chains.map(({ ok }) => ok)).toEqual([false, true]);
    }),
    { numRuns: 15 },
  );
});
