import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditRecord } from '../record.ts';
import type { ChainFiles } from './chains.ts';
import { readBackward, readForward, type LineReader } from './lines.ts';
import { parseRecord } from './parse-record.ts';
import { seekTime } from './seek.ts';
import type { Span } from './span.ts';
import { messageOf } from '../../errors.ts';

/** A record and where it stands. */
export interface ReadRecord {
  readonly record: AuditRecord;
  /** The line as it is on disk, without its line feed. */
  readonly text: string;
  /** Relative to the audit directory. */
  readonly file: string;
}

/** A line, or a file, that was passed over. */
export interface Trouble {
  /** Relative to the audit directory. */
  readonly file: string;
  /** Where the line begins, in bytes; absent where it is the file as a whole. */
  readonly offset?: number;
  readonly why: string;
}

/** One chain on its way from its first record to its last, or back. */
export interface Cursor {
  /** Undefined after the last. Whatever cannot be read is reported and passed over. */
  next(): Promise<ReadRecord | undefined>;
}

export interface CursorOptions {
  /** The audit directory. */
  readonly directory: string;
  /** Records far outside of it are not read; some outside of it are. */
  readonly span: Span;
  /** Bytes of the next block. */
  readonly blockBytes: () => number;
  readonly onTrouble: (trouble: Trouble) => void;
}

/** One file on the way. */
interface Part {
  readonly file: string;
  /** A chain's end may be in the middle of a write. */
  readonly isLast: boolean;
  open(): Promise<LineReader>;
}

/** From the first record of the span to its last. */
export async function createForwardCursor(options: CursorOptions, files: ChainFiles): Promise<Cursor> {
  const { directory, span, blockBytes } = options;
  const start = span.since === undefined ? NOTHING_SKIPPED : await findStart(directory, files, span.since);
  const parts = toParts(files).slice(start.segment);
  return createCursor(
    options,
    parts.map((part, index) => ({
      ...part,
      open: async () =>
        readForward(join(directory, part.file), {
          from: index === 0 ? start.offset : 0,
          until: part.bytes,
          blockBytes,
        }),
    })),
    ({ time }) => span.until !== undefined && time > span.until,
  );
}

/** From the last record of the span to its first. */
export async function createBackwardCursor(options: CursorOptions, files: ChainFiles): Promise<Cursor> {
  const { directory, span, blockBytes } = options;
  const last = span.until === undefined ? Infinity : await findEnd(directory, files, span.until);
  const parts = toParts(files).slice(0, last).toReversed();
  return createCursor(
    options,
    parts.map((part) => ({
      ...part,
      open: async () => {
        const path = join(directory, part.file);
        return readBackward(path, { until: Math.min((await stat(path)).size, part.bytes), blockBytes });
      },
    })),
    ({ time }) => span.since !== undefined && time < span.since,
  );
}

function toParts({ chain, segments, lastBytes = Infinity }: ChainFiles) {
  return segments.map((segment, index) => {
    const isLast = index === segments.length - 1;
    return { file: join(chain, segment), isLast, bytes: isLast ? lastBytes : Infinity };
  });
}

const NOTHING_SKIPPED = { segment: 0, offset: 0 };

/** Where the records from `since` on begin: in the last segment that begins before it, or behind that. */
async function findStart(
  directory: string,
  { chain, segments }: ChainFiles,
  since: string,
): Promise<{ segment: number; offset: number }> {
  for (let segment = segments.length - 1; segment >= 0; segment -= 1) {
    const path = join(directory, chain, segments[segment]!);
    const first = await timeAt(path, 'first');
    if (first === undefined || first >= since) continue;
    const last = await timeAt(path, 'last');
    if (last !== undefined && last < since) return { segment: segment + 1, offset: 0 };
    return { segment, offset: await seekTime(path, since).catch(() => 0) };
  }
  return NOTHING_SKIPPED;
}

/** How many segments begin before `until`. */
async function findEnd(directory: string, { chain, segments }: ChainFiles, until: string): Promise<number> {
  for (let count = segments.length; count > 0; count -= 1) {
    const first = await timeAt(join(directory, chain, segments[count - 1]!), 'first');
    if (first === undefined || first <= until) return count;
  }
  return 0;
}

/** Enough for nearly every record. */
const peekBytes = (): number => 4096;

/** The time of the record at one end of a file; undefined where there is none. Faults are reported when its turn comes. */
async function timeAt(path: string, end: 'first' | 'last'): Promise<string | undefined> {
  try {
    const lines =
      end === 'first'
        ? readForward(path, { blockBytes: peekBytes })
        : readBackward(path, { until: (await stat(path)).size, blockBytes: peekBytes });
    let line = await lines.next();
    if (end === 'last' && line?.terminated === false) line = await lines.next();
    const record = line?.terminated === true ? parseRecord(line.text) : undefined;
    return typeof record === 'object' ? record.time : undefined;
  } catch {
    return undefined;
  }
}

function createCursor(
  { onTrouble }: CursorOptions,
  parts: readonly Part[],
  isBeyond: (record: AuditRecord) => boolean,
): Cursor {
  let index = 0;
  let lines: LineReader | undefined;

  /** The next record of the part whose turn it is. */
  async function nextOf(part: Part): Promise<ReadRecord | undefined> {
    lines ??= await part.open();
    for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
      if (!line.terminated && part.isLast) continue;
      const record = line.terminated
        ? (line.problem ?? parseRecord(line.text))
        : 'the line is cut short, and more follows it';
      if (typeof record !== 'string') return { record, text: line.text, file: part.file };
      onTrouble({ file: part.file, offset: line.offset, why: record });
    }
    return undefined;
  }

  return {
    async next() {
      for (let part = parts[index]; part !== undefined; part = parts[index]) {
        try {
          const found = await nextOf(part);
          if (found !== undefined && !isBeyond(found.record)) return found;
          if (found !== undefined) index = parts.length;
        } catch (error) {
          const why = messageOf(error);
          onTrouble({ file: part.file, why: `the file cannot be read: ${why}` });
        }
        lines = undefined;
        index += 1;
      }
      return undefined;
    },
  };
}
