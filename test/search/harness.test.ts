import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missedBounds } from './harness/bounds.ts';
import { toRatios } from './harness/cost.ts';
import { readSets } from './harness/read-sets.ts';
import { rankGroups, scoreQuery } from './harness/scoring.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'bailiwick-sets-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Reads one file of this text. */
async function read(text: string) {
  await writeFile(path.join(folder, 'set.jsonl'), text);
  return readSets(folder);
}

describe('A set that cannot be measured is refused with file and line', () => {
  const tool = { id: 'a', name: 'a' };
  test.each([
    ['no JSON', '{"name":"x"}\n\n{"tools":[', 'set.jsonl:3: not JSON'],
    ['another shape', '[]', 'set.jsonl:1: the line: must be an object'],
    [
      'a misspelt member',
      '{"name":"x","tols":[]}',
      'set.jsonl:1: no line of the file has any member of a set: tools, queries, routes, taskrel',
    ],
    [
      'a tool without an id',
      JSON.stringify({ tools: [tool, { name: 'b' }] }),
      'set.jsonl:1: tools[1].id: is missing',
    ],
    [
      'an id that is no text',
      JSON.stringify({ tools: [tool], queries: [{ qid: [], q: 'x' }] }),
      'set.jsonl:1: queries[0].qid: must be text, or',
    ],
    ['an id twice', JSON.stringify({ tools: [tool, tool] }), 'set.jsonl:1: the tool id "a" is there twice'],
    [
      'an empty group',
      JSON.stringify({ tools: [tool], queries: [{ qid: 1, q: 'x', groups: [[]] }] }),
      'set.jsonl:1: queries[0].groups[0]',
    ],
  ])('%s', async (_, text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  test('or with a sentence, whatever is in it', async () => {
    const line = fc.oneof(
      fc.string(),
      fc.json(),
      fc.record({ tools: fc.jsonValue(), queries: fc.jsonValue() }).map((value) => JSON.stringify(value)),
    );
    const property = fc.asyncProperty(fc.array(line, { maxLength: 3 }), async (lines) => {
      const outcome = await read(lines.join('\n')).catch((error: Error) => error);
      if (outcome instanceof Error) expect(outcome.message).toMatch(/set\.jsonl:\d+: /);
    });
    await fc.assert(property, { numRuns: 50 });
  });

  test.each([
    [
      'a question whose id is there twice: both count',
      JSON.stringify({ tools: [tool], queries: ['x', 'y'].map((q) => ({ qid: 1, q, groups: [['a']] })) }),
      'set.jsonl:1: the query id "1" is there twice: both count',
      2,
    ],
    [
      'tasks of no set',
      JSON.stringify({ tools: [tool], routes: [], taskrel: { t: [['z']] } }),
      'set.jsonl:1: its tasks are left out',
      0,
    ],
    [
      'queries without tools',
      JSON.stringify({ queries: [{ q: 'x', groups: [['a']] }] }),
      'left out',
      undefined,
    ],
  ])('what can be left aside is told, and no error: %s', async (_, text, message, queries) => {
    const { sets, tasks, warnings } = await read(`\uFEFF${text}\r\n`);
    expect(warnings).toContainEqual(expect.stringContaining(message));
    expect(sets[0]?.queries.length).toBe(queries);
    expect(tasks).toEqual([]);
  });

  test('a label that names no tool is told and counts', async () => {
    const set = { name: 'x', tools: [tool], queries: [{ qid: 1, q: 'x', groups: [['a'], ['b', 'b']] }] };
    const { sets, warnings } = await read(JSON.stringify(set));
    expect(warnings).toEqual([expect.stringContaining('set.jsonl:1: query "1": there is no tool "b"')]);
    expect(sets[0]?.queries[0]?.groups).toHaveLength(2);
  });
});

describe('An answer is scored by the groups that it satisfies', () => {
  test.each([
    { name: 'any member will do, once', found: ['x', 'b', 'a'], of: groups('a b'), ranks: [1] },
    { name: 'a place serves one group', found: ['a', 'x', 'b'], of: groups('a', 'a b'), ranks: [0, 2] },
    { name: 'groups claim in their order', found: ['a'], of: groups('a b', 'a'), ranks: [0, Infinity] },
    {
      name: 'ten places count',
      found: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a'],
      of: groups('a'),
      ranks: [Infinity],
    },
  ])('$name', ({ found, of, ranks }) => {
    expect(rankGroups(found, of)).toEqual(ranks);
  });

  test('by recall at 1, 5 and 10, and by discounted gain', () => {
    const { r1, r5, r10, ndcg10, hit1 } = scoreQuery([0, 6, Infinity]);
    expect([r1, r5, r10, hit1]).toEqual([1 / 3, 1 / 3, 2 / 3, 1]);
    expect(ndcg10).toBeCloseTo((1 + 1 / Math.log2(8)) / (1 + 1 / Math.log2(3) + 1 / 2), 12);
    expect(scoreQuery([2]).ndcg10).toBeCloseTo(0.5, 12);
  });
});

describe('A bound is held against what was measured', () => {
  const nothing = { r1: 0, r5: 0, r10: 0, ndcg10: 0 };
  const ratios = toRatios({
    tools: 1,
    queries: 1,
    latencyMs: { p50: 1, p99: 6 },
    buildMs: 300,
    memoryMb: 1,
    baselineMs: { question: 4, build: 100 },
    load: 0,
  });
  test.each([
    {
      name: 'at most what the bound says',
      bounds: { 'max-p50-ratio': 0.25, 'max-p99-ratio': 1.5, 'max-build-ratio': 3 },
      missed: [],
    },
    {
      name: 'or it is missed',
      bounds: { 'max-p50-ratio': 0.2, 'max-p99-ratio': 1.4, 'max-build-ratio': 2.9 },
      missed: [
        '--max-p50-ratio 0.2: it is 0.25',
        '--max-p99-ratio 1.4: it is 1.5',
        '--max-build-ratio 2.9: it is 3',
      ],
    },
  ])('$name', ({ bounds, missed }) => {
    expect(missedBounds({ macro: nothing, sets: {}, ratios }, bounds)).toEqual(missed);
  });

  test('and missed where nothing was', () => {
    const bounds = { 'max-build': 9, 'max-build-ratio': 9 };
    expect(missedBounds({ macro: nothing, sets: {} }, bounds)).toEqual([
      '--max-build 9: not measured',
      '--max-build-ratio 9: not measured',
    ]);
  });
});

test('The command prints one JSON document, and its exit status says whether bounds hold', async () => {
  const program = fileURLToPath(new URL('run.ts', import.meta.url));
  const small = fileURLToPath(new URL('sets', import.meta.url));
  const run = (...args: string[]): Promise<{ status: number; out: string; err: string }> =>
    new Promise((resolve) => {
      execFile(process.execPath, [program, ...args], (error, out, err) =>
        resolve({ status: Number(error?.code ?? 0), out, err }),
      );
    });
  const [measured, wrong] = await Promise.all([
    run(
      small,
      ...'--json --set office --set strangers --min-macro-r5 50'.split(' '),
      ...'--max-p50 0 --max-build-ratio 0'.split(' '),
    ),
    run(small, '--min-macro-r5', 'much'),
  ]);
  const share = expect.any(Number) as number;
  const shares = { r1: share, r5: share, r10: share, ndcg10: share };
  expect(JSON.parse(measured.out)).toEqual({
    macro: shares,
    sets: { office: { tools: 20, queries: 20, ...shares } },
    latencyMs: { p50: share, p99: share },
    buildMs: share,
    memoryMb: share,
  });
  expect(measured.err).toMatch(
    /^missed: --max-p50 0: it is [\d.]+\nmissed: --max-build-ratio 0: it is [\d.]+\n$/,
  );
  expect(measured.status).toBe(1);
  expect(wrong).toMatchObject({
    status: 2,
    out: '',
    err: expect.stringMatching(/^--min-macro-r5 much: not a number\nusage:/) as string,
  });
  const help = await run('--help');
  expect([help.status, help.out]).toEqual([
    0,
    expect.stringMatching(/--tricks .*\n(?:.*\n)*.*--max-memory N/),
  ]);
});

/** Each text is the ids of a group. */
function groups(...texts: string[]): Set<string>[] {
  return texts.map((some) => new Set(some.split(' ')));
}
