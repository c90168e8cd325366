import { join } from 'node:path';
import { listSegmentFiles } from '../chain-end.ts';
import type { AuditRecord } from '../record.ts';
import { toSegmentName } from '../segment-name.ts';
import type { Position } from './position.ts';
import { readLines, type Line } from './read-lines.ts';
import type { SentRecord } from './sink.ts';

/** A record and where its sink stands once it has it. */
export interface ReadRecord extends SentRecord {
  readonly after: Position;
}

/** What follows a position in a chain. */
export interface ChainPart {
  readonly records: readonly ReadRecord[];
  /** The end of what was read, lines that are no records included. */
  readonly position: Position;
  /** What is odd about the files, in plain words. It costs no record that can be read. */
  readonly oddities: readonly string[];
}

export interface ReadLimits {
  /** Records after this one are not on disk for good. */
  readonly untilSeq: number;
  readonly records: number;
  readonly bytes: number;
}

/**
 * The records of a chain that follow a position, in order, across its files.
 *
 * A position that leads nowhere is found again by its record: nothing after that record is left out, whatever became of
 * the files.
 *
 * @throws Error when the directory or a file cannot be read.
 */
export async function readChain(
  directory: string,
  chain: string,
  from: Position,
  limits: ReadLimits,
): Promise<ChainPart> {
  const segments = await listSegments(directory);
  const records: ReadRecord[] = [];
  const oddities: string[] = [];
  let position = from;
  let bytes = 0;
  /** Records up to this one were passed before. */
  let passedSeq = 0;

  const enter = (segment: number | undefined): void => {
    if (segment === undefined) return;
    if (segment > position.seq + 1) {
      oddities.push(`records ${position.seq + 1} to ${segment - 1} are gone from the chain's files`);
    }
    position = { seq: position.seq, segment, byte: 0 };
  };
  const lookAgain = (): void => {
    passedSeq = position.seq;
    enter(segments.findLast((first) => first <= passedSeq + 1) ?? segments[0]);
  };
  /** False: the record is not on disk for good. */
  const take = (line: Line): boolean => {
    const record = toRecord(line.bytes, chain);
    const after = { seq: record?.seq ?? position.seq, segment: position.segment, byte: line.next };
    if (typeof record === 'undefined') {
      const where = `${join(chain, toSegmentName(position.segment))}, byte ${position.byte}`;
      oddities.push(`${where}: the line is not a record of this chain, and is left out`);
    } else if (record.seq > limits.untilSeq) {
      return false;
    } else if (record.seq > passedSeq) {
      records.push({ chain, seq: record.seq, line: line.bytes.toString('utf8'), record, after });
    }
    position = { ...after, seq: Math.max(after.seq, position.seq) };
    return true;
  };

  if (!segments.includes(position.segment)) lookAgain();
  while (records.length < limits.records && bytes < limits.bytes && segments.includes(position.segment)) {
    const path = join(directory, toSegmentName(position.segment));
    // oxlint-disable-next-line no-await-in-loop -- one piece after another
    const part = await readLines(path, position.byte, limits.bytes - bytes);
    if (part === undefined) {
      oddities.push(
        `no line begins at byte ${position.byte} of ${join(chain, toSegmentName(position.segment))}`,
      );
      lookAgain();
      continue;
    }
    for (const line of part.lines) {
      if (records.length >= limits.records || !take(line)) return { records, position, oddities };
      bytes += line.bytes.length + 1;
    }
    if (!part.isEnd) continue;
    const next = segments.find((first) => first > position.segment);
    if (next === undefined) break;
    enter(next);
  }
  return { records, position, oddities };
}

/** The chain's files by their first records, in order. Files of other names are not the chain's. */
export async function listSegments(directory: string): Promise<number[]> {
  const files = await listSegmentFiles(directory);
  return files.flatMap(({ file, first }) => (file === toSegmentName(first) ? [first] : []));
}

function toRecord(bytes: Buffer, chain: string): AuditRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
  return isRecord(value) && value.chain === chain ? value : undefined;
}

function isRecord(value: unknown): value is AuditRecord {
  if (typeof value !== 'object' || value === null) return false;
  if (!('seq' in value && 'chain' in value && 'type' in value && 'time' in value && 'hash' in value))
    return false;
  const { seq, chain, type, time, hash } = value;
  if (![chain, type, time, hash].every((member) => typeof member === 'string')) return false;
  return Number.isSafeInteger(seq) && Number(seq) >= 1 && Number.isFinite(Date.parse(String(time)));
}
