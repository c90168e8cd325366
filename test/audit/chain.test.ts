import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { EMPTY_HEAD, seal, sealPrepared, prepareEntry } from '../../src/audit/chain.ts';
import type { RecordEntry } from '../../src/audit/record.ts';
import { toCanonicalJson } from '../../src/catalog/canonical.ts';
import { CHAIN, intent, toRecord, verifyLines } from './support.ts';

const TIME = '2026-11-21T01:02:03.000Z';

const entries: fc.Arbitrary<RecordEntry> = fc
  .record(
    {
      call: fc.string({ unit: 'grapheme' }),
      full: fc.jsonValue(),
      detail: fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()),
      ms: fc.nat(),
    },
    { requiredKeys: ['call'] },
  )
  .map(({ call, full, detail, ms }) =>
    intent(call, {
      args: { digest: 'sha256:0', ...(full !== undefined && { full }) },
      ...(detail && { detail }),
      ...(ms !== undefined && { result: { status: 'ok', ms } }),
    }),
  );

function chainOf(list: readonly RecordEntry[]): string[] {
  let head = EMPTY_HEAD;
  return list.map((entry) => {
    const seq = head.seq + 1;
    const { line, hash } = sealPrepared(prepareEntry(entry), {
      chain: CHAIN,
      seq,
      prev: head.hash,
      time: TIME,
    });
    head = { seq, hash };
    return line;
  });
}

/** Puts the right hash on a record that was tampered with, as somebody who knows the format would. */
function rehash(line: string): string {
  const { hash: _, ...body } = JSON.parse(line);
  const text = toCanonicalJson(body);
  const hash = createHash('sha256').update(text).digest('hex');
  return `${text.slice(0, -1)},"hash":"sha256:${hash}"}`;
}

test('the hash of a record is the SHA-256 of the RFC 8785 form of its other members', () => {
  fc.assert(
    fc.property(entries, (entry) => {
      const record = seal(entry, { chain: CHAIN, seq: 7, prev: EMPTY_HEAD.hash, time: TIME });
      const { hash, ...others } = record;
      const expected = createHash('sha256').update(toCanonicalJson(others)).digest('hex');
      expect(hash).toBe(`sha256:${expected}`);
      expect(toRecord(JSON.stringify(record))).toMatchObject({ seq: 7, chain: CHAIN, time: TIME, v: 1 });
    }),
  );
});

test('an entry cannot choose its own place in the chain', () => {
  const forged = { ...intent('a'), seq: 99, hash: 'x', prev: 'y', chain: 'other', time: 'never', v: 2 };
  const record = seal(forged, { chain: CHAIN, seq: 1, prev: EMPTY_HEAD.hash, time: TIME });
  expect(record).toMatchObject({ v: 1, seq: 1, prev: EMPTY_HEAD.hash, chain: CHAIN, time: TIME });
});

test('a lone surrogate from a caller does not keep its record from being written', () => {
  const entry = intent('a', { target: { kind: 'tool', name: 'x\uD800y' } });
  const record = seal(entry, { chain: CHAIN, seq: 1, prev: EMPTY_HEAD.hash, time: TIME });
  expect(record.target?.name).toBe('x\uFFFDy');
});

test('an untouched chain verifies, record by record', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entries, { maxLength: 12 }), async (list) => {
      const verdict = verifyLines(chainOf(list));
      expect(verdict).toMatchObject({ ok: true, records: list.length });
    }),
  );
});

const chains = fc.array(entries, { minLength: 3, maxLength: 8 }).map(chainOf);

/** An index of a record that is not the last one. */
const positions = fc.nat(1000);

test('a removed record is found, and its place is named', async () => {
  await fc.assert(
    fc.asyncProperty(chains, positions, async (lines, position) => {
      const at = position % (lines.length - 1);
      const verdict = verifyLines(lines.toSpliced(at, 1));
      expect(verdict.firstBad).toMatchObject({ line: at + 1, seq: at + 1, file: 'chain.jsonl' });
      expect(verdict.records).toBe(at);
    }),
  );
});

test('a duplicated record is found, wherever the copy is put', async () => {
  await fc.assert(
    fc.asyncProperty(chains, positions, positions, async (lines, from, to) => {
      const copied = lines[from % lines.length] ?? '';
      const at = to % (lines.length + 1);
      const verdict = verifyLines(lines.toSpliced(at, 0, copied));
      expect(verdict.ok).toBe(false);
    }),
  );
});

test('two records in each other’s place are found', async () => {
  await fc.assert(
    fc.asyncProperty(chains, positions, positions, async (lines, first, second) => {
      const [a, b] = [first % lines.length, second % lines.length];
      fc.pre(a !== b);
      const swapped = lines.with(a, lines[b] ?? '').with(b, lines[a] ?? '');
      const verdict = verifyLines(swapped);
      expect(verdict.firstBad).toMatchObject({ line: Math.min(a, b) + 1 });
    }),
  );
});

/** Every way to change one value inside a record: replace, remove or add a member, at any depth. */
function mutations(value: unknown): unknown[] {
  if (typeof value === 'string')
    return [`${value}x`, value.slice(1), null].filter((other) => other !== value);
  if (typeof value === 'number') return [value + 1, String(value)];
  if (typeof value === 'boolean') return [!value];
  if (value === null) return [0];
  if (Array.isArray(value)) {
    return [
      [...value, 0],
      ...value.map((_, index) => value.toSpliced(index, 1)),
      ...value.flatMap((item, index) => mutations(item).map((other) => value.with(index, other))),
    ];
  }
  const members: [string, unknown][] = Object.entries(value ?? {});
  return [
    Object.fromEntries([...members, ['added', 1]]),
    ...members.map((_, index) => Object.fromEntries(members.toSpliced(index, 1))),
    ...members.flatMap(([name, member], index) =>
      mutations(member).map((other) => Object.fromEntries(members.with(index, [name, other]))),
    ),
  ];
}

test('every edit of every member of a record is found at that record', async () => {
  const lines = chainOf([intent('a'), intent('b', { detail: { list: [1, { deep: true }] } }), intent('c')]);
  for (const [at, line] of lines.entries()) {
    for (const mutated of mutations(JSON.parse(line))) {
      const edited = lines.with(at, JSON.stringify(mutated));
      const verdict = verifyLines(edited);
      expect(verdict.firstBad?.line, JSON.stringify(mutated)).toBe(at + 1);
    }
  }
});

test('an edit whose hash was computed anew is found at the latest by the record that follows', async () => {
  const lines = chainOf([intent('a'), intent('b'), intent('c'), intent('d')]);
  for (const at of [0, 1, 2]) {
    for (const mutated of mutations(JSON.parse(lines[at] ?? ''))) {
      const edited = lines.with(at, rehash(JSON.stringify(mutated)));
      // The member `hash` itself is what is computed anew: that edit undoes itself.
      if (edited[at] === lines[at]) continue;
      const verdict = verifyLines(edited);
      expect(verdict.firstBad?.line, edited[at]).toBeLessThanOrEqual(at + 2);
    }
  }
});

test('an edit of the text that leaves the value alone is found', async () => {
  const [first = '', second = '', third = ''] = chainOf([intent('a'), intent('b'), intent('c')]);
  const edits = [
    second.replace('"seq":2', '"seq": 2'),
    second.replace('"seq":2', '"seq":2.0'),
    second.replace('{', '{"type":"list",'),
    second.replace('"call"', String.raw`"\u0063all"`),
    `\uFEFF${second}`,
    `${second}\r`,
  ];
  for (const edited of edits) {
    const verdict = verifyLines([first, edited, third]);
    expect(verdict.firstBad, edited).toMatchObject({ line: 2, seq: 2 });
  }
});

test('a line of rubbish never throws and is named', async () => {
  const lines = chainOf([intent('a'), intent('b')]);
  const rubbish = fc.oneof(fc.string({ unit: 'binary' }), fc.json());
  await fc.assert(
    fc.asyncProperty(rubbish, async (text) => {
      const verdict = verifyLines(lines.toSpliced(1, 0, text));
      expect(verdict.firstBad).toMatchObject({ line: 2, seq: 2 });
    }),
  );
});

test('a chain whose hashes were all computed anew is found by a head kept elsewhere, and only by one', async () => {
  const lines = chainOf([intent('a'), intent('b'), intent('c')]);
  const { head } = verifyLines(lines);
  const forged = chainOf([intent('a'), intent('changed'), intent('c')]);
  expect(verifyLines(forged)).toMatchObject({ ok: true });
  expect(verifyLines(forged, { heads: [{ ...head, from: 'a head' }] })).toMatchObject({
    ok: false,
    firstBad: { line: 3, seq: 3 },
  });
});

test('records cut off at the end are found by a head kept elsewhere, and only by one', async () => {
  const lines = chainOf([intent('a'), intent('b'), intent('c')]);
  const { head } = verifyLines(lines);
  const cut = lines.slice(0, 1);
  expect(verifyLines(cut)).toMatchObject({ ok: true, records: 1 });
  const verdict = verifyLines(cut, { heads: [{ ...head, from: 'a head' }] });
  expect(verdict).toMatchObject({ ok: false, firstBad: { seq: 2 } });
  expect(verdict.firstBad?.why).toContain('ends after record 1, but record 3 was seen elsewhere');
});
