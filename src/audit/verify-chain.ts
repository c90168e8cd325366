import { EMPTY_HEAD, expectedForm } from './chain.ts';
import type { Head } from './chain.ts';
import { RECORD_VERSION } from './record.ts';

/** One line of a chain file. */
export interface ChainLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Without its line feed. Empty where there is a `problem`. */
  readonly text: string;
  /** Why the line has no text, e.g. bytes that are not UTF-8. */
  readonly problem?: string;
  /** False for what stands after the last line feed of a file. */
  readonly terminated: boolean;
}

/** The first line at which a chain is not what was written. */
export interface BadLine {
  readonly file: string;
  readonly line: number;
  /** The record that was expected here. */
  readonly seq: number;
  readonly why: string;
}

/** What verification found in one chain. */
export interface ChainVerdict {
  /** True when every record follows from the one before. Says nothing about records cut off at the end. */
  readonly ok: boolean;
  /** Records that were verified, from the first. */
  readonly records: number;
  /** The last record that was verified. */
  readonly head: Head;
  readonly firstBad?: BadLine;
  /** An unfinished last line, as a crash in the middle of a write leaves it: no acknowledged record is in it. */
  readonly torn?: { readonly file: string; readonly line: number };
}

/**
 * Follows a chain from its first record and stops at the first line that was edited, removed, reordered or duplicated.
 *
 * Holds one record at a time. `expected.chain` is the name that every record must carry; `expected.heads` are heads of
 * the chain that were kept elsewhere: a chain that differs from one of them, or ends before it, is not ok.
 */
export async function verifyChain(
  lines: AsyncIterable<ChainLine>,
  expected: { chain?: string; heads?: readonly Head[] } = {},
): Promise<ChainVerdict> {
  const heads = new Map(expected.heads?.map((head) => [head.seq, head.hash]));
  let chain = expected.chain;
  let head = EMPTY_HEAD;
  let torn: ChainLine | undefined;
  let last: ChainLine | undefined;
  const bad = (at: ChainLine | undefined, why: string): ChainVerdict => ({
    ok: false,
    records: head.seq,
    head,
    firstBad: { file: at?.file ?? '', line: at?.line ?? 0, seq: head.seq + 1, why },
  });

  for await (const line of lines) {
    if (torn !== undefined) return bad(torn, 'the line is cut short, and more follows it');
    last = line;
    if (!line.terminated) {
      torn = line;
      continue;
    }
    const record = line.problem ?? parseRecord(line.text);
    if (typeof record === 'string') return bad(line, record);
    chain ??= record.chain;
    const why = whyNotNext(record, line.text, head, chain);
    if (why !== undefined) return bad(line, why);
    const kept = heads.get(record.seq);
    if (kept !== undefined && kept !== record.hash) {
      return bad(line, `the record is not the one whose hash was kept elsewhere: ${kept}`);
    }
    head = { seq: record.seq, hash: record.hash };
  }
  const furthest = Math.max(0, ...heads.keys());
  if (furthest > head.seq) {
    return bad(last, `the chain ends after record ${head.seq}, but record ${furthest} was seen elsewhere`);
  }
  return {
    ok: true,
    records: head.seq,
    head,
    ...(torn && { torn: { file: torn.file, line: torn.line } }),
  };
}

function whyNotNext(record: Linked, text: string, head: Head, chain: string): string | undefined {
  // The hash comes first: nothing else that an edited record says is worth reporting.
  let expected: { line: string; hash: string };
  try {
    expected = expectedForm(record);
  } catch (error) {
    return `the record has no RFC 8785 form: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (expected.hash !== record.hash) return `the record was edited: its members hash to ${expected.hash}`;
  if (expected.line !== text) return 'the text of the line was edited: it is not the form that is written';
  if (record.v !== RECORD_VERSION)
    return `the record has format ${String(record.v)}; this version reads ${RECORD_VERSION}`;
  if (record.chain !== chain) return `the record belongs to the chain ${record.chain}`;
  if (record.seq > head.seq + 1) {
    return `records ${head.seq + 1} to ${record.seq - 1} are missing here: record ${record.seq} stands in their place`;
  }
  if (record.seq <= head.seq) return `record ${record.seq} stands here a second time, or out of order`;
  if (record.prev !== head.hash) {
    return `the record does not follow the one before: its prev is ${record.prev}, the hash before is ${head.hash}`;
  }
  return undefined;
}

/** The members by which a record hangs in its chain; the others are not looked at one by one. */
interface Linked {
  readonly v: unknown;
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
  readonly chain: string;
}

/** The record in a line, or why there is none. */
function parseRecord(text: string): Linked | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'the line is not JSON';
  }
  return isLinked(value)
    ? value
    : 'the line is not a record: v, seq, prev, hash or chain is missing or wrong';
}

function isLinked(value: unknown): value is Linked {
  if (typeof value !== 'object' || value === null) return false;
  if (!('v' in value && 'seq' in value && 'prev' in value && 'hash' in value && 'chain' in value))
    return false;
  const { seq, prev, hash, chain } = value;
  if (![prev, hash, chain].every((member) => typeof member === 'string')) return false;
  return Number.isSafeInteger(seq) && Number(seq) >= 1;
}
