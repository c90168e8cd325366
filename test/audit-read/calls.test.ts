import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecordEntry } from '../../src/audit/record.ts';
import { readEntries, readLastEntries } from '../../src/audit/read/entries.ts';
import { createFilter, subjectOfEntry, type Criteria } from '../../src/audit/read/filter.ts';
import { createJoiner, type Entry } from '../../src/audit/read/join-calls.ts';
import { createTotals } from '../../src/audit/read/totals.ts';
import { intent, temporaryDirectory } from '../audit/support.ts';
import { at, readAll, writeChain, type Timed } from './support.ts';

const begin = (call: string, milliseconds: number, more: Partial<RecordEntry> = {}): Timed => ({
  ...intent(call, more),
  at: milliseconds,
});
const end = (call: string, milliseconds: number, more: Partial<RecordEntry> = {}): Timed => ({
  type: 'call.outcome',
  call,
  result: { status: 'ok', ms: 1 },
  at: milliseconds,
  ...more,
});

/** `a ok`, `b unknown`, or the type of a record that is no call. */
function name(entry: Entry): string {
  return entry.kind === 'call' ? `${entry.call.call} ${entry.call.result.status}` : entry.record.type;
}

async function entriesOf(dir: string, options: Parameters<typeof readEntries>[1] = {}): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of readEntries(dir, options)) entries.push(entry);
  return entries;
}

test('outcomes find their intents, across files and other calls, in the order in which the calls began', async () => {
  const dir = await temporaryDirectory();
  const first = [begin('a', 0), begin('b', 1), { type: 'list', at: 2 } as const, end('b', 3), end('a', 9)];
  await writeChain(dir, 'one', first, 1);
  // The same id in another chain is another call.
  await writeChain(dir, 'two', [begin('a', 4), begin('c', 5), end('c', 6)]);
  const expected = ['a ok', 'b ok', 'list', 'a unknown', 'c ok'];
  expect((await entriesOf(dir)).map(name)).toEqual(expected);
  const last = await readLastEntries(dir, 3);
  expect(last.entries.map(name)).toEqual(expected.slice(-3));
  expect(last.open.map(({ record }) => `${record.chain} ${record.call}`)).toEqual(['two a']);
});

test('a call belongs to the span in which it began, however long it takes', async () => {
  const dir = await temporaryDirectory();
  await writeChain(dir, 'one', [begin('early', 0), begin('a', 10), end('early', 20), end('a', 5_000)]);
  const span = { since: at(5), until: at(15) };
  expect((await entriesOf(dir, { span })).map(name)).toEqual(['a ok']);
  expect((await readLastEntries(dir, 5, { span })).entries.map(name)).toEqual(['a ok']);
});

test('any interleaving of calls gives each call once, with its own outcome, in order of beginning', async () => {
  const calls = fc.array(
    fc.record({ start: fc.nat(100), length: fc.option(fc.nat(50)), chain: fc.constantFrom('x', 'y') }),
    { minLength: 1, maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(calls, fc.integer({ min: 1, max: 9 }), async (made, perSegment) => {
      const dir = await temporaryDirectory();
      const all = made.flatMap(({ start, length, chain }, index): (Timed & { chain: string })[] => {
        const call = `call-${index}`;
        const result = { status: 'ok', ms: index } as const;
        return [
          { ...begin(call, start), chain },
          ...(length === null ? [] : [{ ...end(call, start + 1 + length, { result }), chain }]),
        ];
      });
      for (const chain of ['x', 'y']) {
        const own = all.filter((one) => one.chain === chain).toSorted((a, b) => a.at - b.at);
        await writeChain(
          dir,
          chain,
          own.map(({ chain: _chain, ...entry }) => entry),
          perSegment,
        );
      }
      const entries = await entriesOf(dir);
      const times = entries.map((entry) => (entry.kind === 'call' ? entry.call.time : ''));
      expect(times).toEqual(times.toSorted());
      const found = entries.map((entry) =>
        entry.kind === 'call' ? `${name(entry)} ${entry.call.result.ms}` : 'no call',
      );
      const expected = made.map(({ length }, index) =>
        length === null ? `call-${index} unknown undefined` : `call-${index} ok ${index}`,
      );
      expect(found.toSorted()).toEqual(expected.toSorted());
      expect((await readLastEntries(dir, 1_000)).entries.map(name).toSorted()).toEqual(
        entries.map(name).toSorted(),
      );
    }),
    { numRuns: 40 },
  );
});

test('a call that takes long holds back only so much, and still gets its outcome', async () => {
  const dir = await temporaryDirectory();
  const short = Array.from({ length: 20 }, (_, index) => [
    begin(`s${index}`, index * 2 + 1),
    end(`s${index}`, index * 2 + 2),
  ]).flat();
  await writeChain(dir, 'one', [begin('long', 0), ...short, end('long', 100)]);
  const { reads } = await readAll(dir);
  const joiner = createJoiner('begin', 3_000);
  const names = reads.flatMap((read) => joiner.take(read).map(name));
  expect(names).toHaveLength(21);
  expect(names[0]).toBe('s0 ok');
  expect(names.at(-1)).toBe('long ok');
  const live = createJoiner('end');
  expect(reads.slice(0, 3).flatMap((read) => live.take(read).map(name))).toEqual(['s0 ok']);
});

describe('filters', () => {
  const refusal: RecordEntry = {
    ...intent('r'),
    type: 'call.refused',
    decision: { effect: 'deny', rules: ['main/no-deletes'] },
    result: { status: 'refused', code: 'POLICY_DENIED' },
  };
  const folded: RecordEntry = {
    type: 'call.refused',
    principal: { issuer: 'config', subject: 'flood', groups: [], scopes: [] },
    result: { status: 'refused' },
    detail: { count: 120, first: at(0), last: at(9), codes: { POLICY_DENIED: 100, LIMIT_EXCEEDED: 20 } },
  };
  const limited: RecordEntry = {
    ...intent('l'),
    type: 'call.refused',
    result: { status: 'refused', code: 'LIMIT_EXCEEDED' },
    detail: { limits: [{ id: 'main/month' }] },
  };
  const full = begin('f', 3, {
    principal: {
      issuer: 'https://id.example',
      subject: 'dana',
      team: 'support',
      groups: [],
      scopes: [],
      client: 'app-1',
      key: 'ci',
    },
    via: { face: 'http', session: 's-1', clientName: 'claude', trace: 't-1' },
    target: { kind: 'tool', source: 'files', name: 'rm', access: 'destructive' },
  });

  const CASES: [Criteria, string[]][] = [
    [{}, ['r refused', 'undefined refused', 'l refused', 'f upstream-error']],
    [{ principal: ['dana'] }, ['f upstream-error']],
    [{ principal: ['https://id.example#dana'] }, ['f upstream-error']],
    [{ principal: ['flood', 'dana'] }, ['undefined refused', 'f upstream-error']],
    [{ team: ['support'] }, ['f upstream-error']],
    [{ client: ['app-1'] }, ['f upstream-error']],
    [{ client: ['clau*'] }, ['f upstream-error']],
    [{ key: ['ci'] }, ['f upstream-error']],
    [{ tool: ['files_rm'] }, ['f upstream-error']],
    [{ tool: ['files/rm'] }, ['f upstream-error']],
    [{ tool: ['helpdesk_*'] }, ['r refused', 'l refused']],
    [{ source: ['files'] }, ['f upstream-error']],
    [{ access: ['destructive'] }, ['f upstream-error']],
    [{ decision: ['deny'] }, ['r refused', 'undefined refused']],
    [{ decision: ['refused'] }, ['r refused', 'undefined refused', 'l refused']],
    [{ status: ['upstream-error'] }, ['f upstream-error']],
    [{ code: ['LIMIT_EXCEEDED'] }, ['undefined refused', 'l refused']],
    [{ code: ['503'] }, ['f upstream-error']],
    [{ rule: ['main/no-deletes'] }, ['r refused']],
    [{ rule: ['main/month'] }, ['l refused']],
    [{ session: ['s-1'] }, ['f upstream-error']],
    [{ trace: ['t-1'] }, ['f upstream-error']],
    [{ call: ['f'] }, ['f upstream-error']],
    [{ type: ['call.refused'] }, ['r refused', 'undefined refused', 'l refused']],
    [{ type: ['call.outcome'] }, ['f upstream-error']],
    [{ principal: ['dana'], status: ['ok'] }, []],
  ];

  test.each(CASES)('%j', async (criteria, expected) => {
    const dir = await temporaryDirectory();
    const result = { status: 'upstream-error', code: 503 } as const;
    await writeChain(dir, 'one', [
      { ...refusal, at: 0 },
      { ...folded, at: 1 },
      { ...limited, at: 2 },
      full,
      end('f', 4, { result }),
    ]);
    expect((await entriesOf(dir, { criteria })).map(name)).toEqual(expected);
  });

  test('folded refusals count each in the totals', async () => {
    const dir = await temporaryDirectory();
    const cost = { nanoUsd: 2_000_000 };
    await writeChain(dir, 'one', [{ ...folded, at: 1 }, begin('a', 2), end('a', 3, { cost }), begin('b', 4)]);
    const totals = createTotals();
    for (const entry of await entriesOf(dir)) if (entry.kind === 'call') totals.add(entry.call);
    expect(totals.current()).toEqual({
      calls: 122,
      ok: 1,
      refused: 120,
      errors: 0,
      unknown: 1,
      nanoUsd: 2_000_000,
      inputTokens: 0,
      outputTokens: 0,
      shadowGains: 0,
      shadowLosses: 0,
      shadowChanges: 0,
      first: at(1),
      last: at(4),
    });
  });

  test('a record with hostile free members matches nothing by accident, and breaks nothing', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('rules', 'limits', 'codes', 'count', '__proto__'), fc.jsonValue()),
        (detail) => {
          const record = { ...refusal, v: 1, seq: 1, prev: '', hash: '', time: at(0), chain: 'c', detail };
          const subject = subjectOfEntry({ kind: 'event', record });
          createFilter({ rule: ['x'], code: ['x'], decision: ['x'] })(subject);
        },
      ),
    );
  });
});
