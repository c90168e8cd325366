import { basename } from 'node:path';
import type { LineReader } from './chain-lines.ts';
import { EMPTY_HEAD } from './chain.ts';
import type { Head } from './chain.ts';
import { RECORD_VERSION } from './record.ts';
import { firstSeqOf } from './segment-name.ts';
import type { SignatureCheck, SignatureVerdict } from './signatures.ts';
import { createSignatureCheck } from './signatures.ts';
import { readTestimony } from './testimony.ts';
import type { Claim, Removal } from './testimony.ts';
import { verifyLine } from './verify-line.ts';
import type { VerifiedLine } from './verify-line.ts';

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
  /** Records that were verified, from the first that is there. */
  readonly records: number;
  /** The record before the first that is there; its hash is what that one says. */
  readonly start: Head;
  /** The last record that was verified. */
  readonly head: Head;
  readonly firstBad?: BadLine;
  /**
   * An unfinished last line: what a crash in the middle of a write leaves, with no acknowledged record in it, or what is left
   * of a file that was cut. Only a later head tells them apart.
   */
  readonly torn?: { readonly file: string; readonly line: number };
  /** The first file of the chain that was looked at. */
  readonly firstFile: string;
  readonly signatures: SignatureVerdict;
}

/** A record that has to be in the chain, because something else than the chain says so. */
export interface ExpectedHead extends Head {
  /** What says so, in words: `--head`, `the store`, `the chain NAME`. */
  readonly from: string;
}

export interface ChainExpectation {
  /** The name that every record must carry. */
  readonly chain: string;
  readonly heads?: readonly ExpectedHead[];
  /** True: the first record need not be record 1. Whether it may be is for the caller to say. */
  readonly mayBeginLater?: boolean;
  readonly strict?: boolean;
  readonly signatures?: SignatureCheck;
  /** Told what records say about other chains, before the first bad one. */
  readonly onClaim?: (claim: Claim) => void;
  readonly onRemoval?: (removal: Removal) => void;
}

/** Follows one chain through its files, from its first line, and stops at the first bad one. Holds no record. */
export interface ChainCheck extends LineReader {
  /** The lines that follow are of this file. */
  file(name: string): void;
  /** Once all lines were shown. */
  verdict(): ChainVerdict;
}

export function createChainCheck(expected: ChainExpectation): ChainCheck {
  const { chain, strict = false, mayBeginLater = false, onClaim, onRemoval } = expected;
  const signatures = expected.signatures ?? createSignatureCheck({ keys: [], isRequired: false });
  const heads = Map.groupBy(expected.heads ?? [], ({ seq }) => seq);
  let start = EMPTY_HEAD;
  const beginning = { ...EMPTY_HEAD, time: '' };
  let head = beginning;
  let file = '';
  let firstFile = '';
  let line = 0;
  let torn: { file: string; line: number } | undefined;
  let firstBad: BadLine | undefined;

  function bad(why: string, at: { file: string; line: number } = { file, line }): false {
    firstBad ??= { ...at, seq: head.seq + 1, why };
    return false;
  }

  function isCutShort(): boolean {
    return torn !== undefined && !bad('the line is cut short, and more follows it', torn);
  }

  function add(bytes: Buffer): boolean {
    const record = verifyLine(bytes, strict);
    if (typeof record === 'string') return bad(record);
    const isLater = mayBeginLater && head === beginning && record.seq > 1;
    const why =
      (isLater ? beginAfter(record) : undefined) ??
      whyNotNext(record, head, chain) ??
      whyNotFirst(record) ??
      whyUnexpected(record) ??
      signatures.add(record, head);
    if (why !== undefined) return bad(why);
    head = record;
    const { claims, removals } = readTestimony(record);
    for (const claim of claims) onClaim?.(claim);
    for (const removal of removals) onRemoval?.(removal);
    return true;
  }

  function beginAfter({ seq, prev }: VerifiedLine): string | undefined {
    start = { seq: seq - 1, hash: prev };
    head = { ...start, time: '' };
    const wrong = heads.get(start.seq)?.find(({ hash }) => hash !== prev);
    return (
      wrong && `the record follows another one than the one whose hash ${wrong.from} holds: ${wrong.hash}`
    );
  }

  /** Readers find a record by the names of the files. */
  function whyNotFirst({ seq }: VerifiedLine): string | undefined {
    const named = line === 1 ? firstSeqOf(basename(file)) : undefined;
    if (named === undefined || named === seq) return undefined;
    return `the file was renamed: its name says that it begins with record ${named}`;
  }

  function whyUnexpected(record: VerifiedLine): string | undefined {
    const wrong = heads.get(record.seq)?.find(({ hash }) => hash !== record.hash);
    return wrong && `the record is not the one whose hash ${wrong.from} holds: ${wrong.hash}`;
  }

  return {
    file(name) {
      file = name;
      line = 0;
      if (head === beginning) firstFile = name;
    },
    line(bytes, isWhole) {
      if (isCutShort()) return false;
      line += 1;
      if (isWhole) return add(bytes);
      torn = { file, line };
      return true;
    },
    problem(why) {
      if (isCutShort()) return false;
      line += 1;
      return bad(why);
    },
    verdict() {
      const furthest = [...heads.values()].flat().toSorted((a, b) => b.seq - a.seq)[0];
      if (furthest !== undefined && furthest.seq > head.seq) {
        const isGone = head === beginning && line === 0;
        const what = isGone ? 'the whole chain is gone' : `the chain ends after record ${head.seq}`;
        bad(`${what}, but record ${furthest.seq} was seen elsewhere: ${furthest.from} holds its hash`);
      }
      return {
        ok: firstBad === undefined,
        records: head.seq - start.seq,
        start,
        head: { seq: head.seq, hash: head.hash },
        ...(firstBad && { firstBad }),
        ...(firstBad === undefined && torn && { torn }),
        firstFile,
        signatures: signatures.verdict(),
      };
    },
  };
}

function whyNotNext(record: VerifiedLine, head: Head, chain: string): string | undefined {
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
