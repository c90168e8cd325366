import { isUtf8 } from 'node:buffer';
import { readBlock } from './blocks.ts';

/** Longer than any record: a writer takes no entry of more than 16 MiB. */
const MAX_LINE_BYTES = 20 * 1024 * 1024;

const LINE_FEED = 0x0a;

/** The first block of a file; the next are larger. Most chains are short. */
const FIRST_BYTES = 16 * 1024;

/** One line of a file, without its line feed. */
export interface FileLine {
  /** Where its first byte is. */
  readonly offset: number;
  /** The first byte after it, its line feed included. */
  readonly end: number;
  /** Empty where there is a `problem`. */
  readonly text: string;
  /** Why there is no text. */
  readonly problem?: string;
  /** False for what stands after the last line feed. */
  readonly terminated: boolean;
}

/** Lines of a file, one at a time. */
export interface LineReader {
  /** Undefined at the end. Rejects with the system's error. */
  next(): Promise<FileLine | undefined>;
}

export interface LineRange {
  /** Where the first line begins. */
  readonly from?: number;
  /** What is behind this byte is not there. */
  readonly until?: number;
  /** Bytes of the next block. */
  readonly blockBytes: () => number;
}

/** The lines of a file from its first. Holds one block, or one line where that is longer. */
export function readForward(path: string, { from = 0, until = Infinity, blockBytes }: LineRange): LineReader {
  /** Used again and again: `start` to `end` of it was read and not given. */
  let buffer: Buffer = Buffer.alloc(0);
  let start = 0;
  let end = 0;
  /** Where `buffer` begins in the file. */
  let offset = from;
  let searched = 0;
  let nextBytes = FIRST_BYTES;
  let isAtEnd = false;
  /** Where a line began of which the beginning was let go. */
  let tooLongFrom: number | undefined;

  function take(length: number, terminated: boolean): FileLine {
    const bytes = buffer.subarray(start, start + length);
    const lineOffset = tooLongFrom ?? offset + start;
    start += length + (terminated ? 1 : 0);
    searched = start;
    const line = {
      offset: lineOffset,
      end: offset + start,
      terminated,
      ...decode(bytes, tooLongFrom !== undefined),
    };
    tooLongFrom = undefined;
    return line;
  }

  /** Makes room behind what was not given yet, and moves that to the front. */
  function makeRoom(): void {
    if (end - start > MAX_LINE_BYTES) {
      tooLongFrom ??= offset + start;
      start = end;
    }
    const rest = end - start;
    // Blocks that grow with the line keep the work proportional to its length.
    const capacity = rest + Math.max(Math.min(nextBytes, blockBytes()), rest);
    if (capacity > buffer.length) {
      const larger = Buffer.allocUnsafe(capacity);
      buffer.copy(larger, 0, start, end);
      buffer = larger;
    } else buffer.copy(buffer, 0, start, end);
    offset += start;
    start = 0;
    end = rest;
    searched = rest;
    nextBytes *= 4;
  }

  function readMore(): boolean {
    if (isAtEnd) return false;
    makeRoom();
    const position = offset + end;
    const room = buffer.subarray(end, end + Math.max(0, Math.min(buffer.length - end, until - position)));
    const count = room.length > 0 ? readBlock(path, position, room) : 0;
    isAtEnd = count < room.length || room.length === 0;
    end += count;
    return count > 0;
  }

  return {
    async next() {
      for (;;) {
        const found = searched < end ? buffer.indexOf(LINE_FEED, searched) : -1;
        if (found !== -1 && found < end) return take(found - start, true);
        searched = end;
        if (readMore()) continue;
        return end > start || tooLongFrom !== undefined ? take(end - start, false) : undefined;
      }
    },
  };
}

/** The lines of a file from its last. Holds one block, or one line where that is longer. */
export function readBackward(
  path: string,
  { from = 0, until, blockBytes }: LineRange & { readonly until: number },
): LineReader {
  let kept: Buffer = Buffer.alloc(0);
  /** Where `kept` begins in the file. */
  let offset = until;
  /** Where the line that is next in turn ends in `kept`, its line feed left out. */
  let end = 0;
  let searched = 0;
  let isTerminated = false;
  let isTooLong = false;
  let isDone = false;
  let isBegun = false;
  let nextBytes = FIRST_BYTES;

  function take(first: number): FileLine {
    const bytes = kept.subarray(first, Math.max(first, end));
    const line = {
      offset: offset + first,
      end: offset + end + (isTerminated ? 1 : 0),
      terminated: isTerminated,
      ...decode(bytes, isTooLong),
    };
    isTooLong = false;
    isTerminated = true;
    end = first - 1;
    searched = end;
    return line;
  }

  function readMore(): boolean {
    const rest = kept.subarray(0, Math.max(0, end));
    const wanted = Math.min(Math.max(Math.min(nextBytes, blockBytes()), rest.length), offset - from);
    if (wanted <= 0) return false;
    const block = Buffer.allocUnsafe(wanted);
    if (readBlock(path, offset - wanted, block) < wanted) {
      throw new Error('the file became shorter while it was read');
    }
    nextBytes *= 4;
    offset -= wanted;
    if (rest.length > MAX_LINE_BYTES) isTooLong = true;
    kept = isTooLong || rest.length === 0 ? block : Buffer.concat([block, rest]);
    searched = block.length;
    end = kept.length;
    return true;
  }

  function begin(): void {
    isBegun = true;
    if (!readMore()) return;
    if (kept[kept.length - 1] !== LINE_FEED) return;
    isTerminated = true;
    end -= 1;
    searched = end;
  }

  return {
    async next() {
      if (!isBegun) begin();
      while (!isDone) {
        const at = searched > 0 ? kept.lastIndexOf(LINE_FEED, searched - 1) : -1;
        if (at !== -1) return take(at + 1);
        searched = 0;
        if (readMore()) continue;
        isDone = true;
        if (end > 0 || (end === 0 && isTerminated && until > from)) return take(0);
      }
      return undefined;
    },
  };
}

function decode(bytes: Buffer, isTooLong: boolean): { text: string; problem?: string } {
  if (isTooLong || bytes.length > MAX_LINE_BYTES)
    return { text: '', problem: 'the line is too long for a record' };
  if (!isUtf8(bytes)) return { text: '', problem: 'the line is not UTF-8 text' };
  return { text: bytes.toString('utf8') };
}
