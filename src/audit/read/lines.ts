import { isUtf8 } from 'node:buffer';
import { readBlock } from './blocks.ts';

/** Longer than any record: a writer takes no entry of more than 16 MiB. */
const MAX_LINE_BYTES = 20 * 1024 * 1024;

const LINE_FEED = 0x0a;

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
  let kept: Buffer = Buffer.alloc(0);
  /** Where `kept` begins in the file. */
  let offset = from;
  /** Where the next line begins in `kept`. */
  let start = 0;
  let searched = 0;
  let isTooLong = false;
  let isDone = false;
  let tooLongFrom = 0;

  function take(length: number, terminated: boolean): FileLine {
    const bytes = kept.subarray(start, start + length);
    const lineOffset = isTooLong ? tooLongFrom : offset + start;
    start += length + (terminated ? 1 : 0);
    searched = start;
    const line = { offset: lineOffset, end: offset + start, terminated, ...decode(bytes, isTooLong) };
    isTooLong = false;
    return line;
  }

  async function readMore(): Promise<boolean> {
    const position = offset + kept.length;
    const rest = kept.subarray(start);
    // Blocks that grow with the line keep the work proportional to its length.
    const wanted = Math.min(Math.max(blockBytes(), rest.length), until - position);
    const block = wanted > 0 ? await readBlock(path, position, wanted) : Buffer.alloc(0);
    if (block.length === 0) return false;
    const isDropped = rest.length > MAX_LINE_BYTES;
    if (isDropped && !isTooLong) tooLongFrom = offset + start;
    isTooLong ||= isDropped;
    offset = isDropped ? position : offset + start;
    kept = isDropped || rest.length === 0 ? block : Buffer.concat([rest, block]);
    searched = isDropped ? 0 : rest.length;
    start = 0;
    return true;
  }

  return {
    async next() {
      while (!isDone) {
        const at = kept.indexOf(LINE_FEED, searched);
        if (at !== -1) return take(at - start, true);
        searched = kept.length;
        if (await readMore()) continue;
        isDone = true;
        if (kept.length > start || isTooLong) return take(kept.length - start, false);
      }
      return undefined;
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

  async function readMore(): Promise<boolean> {
    const rest = kept.subarray(0, Math.max(0, end));
    const wanted = Math.min(Math.max(blockBytes(), rest.length), offset - from);
    if (wanted <= 0) return false;
    const block = await readBlock(path, offset - wanted, wanted);
    if (block.length < wanted) throw new Error('the file became shorter while it was read');
    offset -= wanted;
    if (rest.length > MAX_LINE_BYTES) isTooLong = true;
    kept = isTooLong || rest.length === 0 ? block : Buffer.concat([block, rest]);
    searched = block.length;
    end = kept.length;
    return true;
  }

  async function begin(): Promise<void> {
    isBegun = true;
    if (!(await readMore())) return;
    if (kept[kept.length - 1] !== LINE_FEED) return;
    isTerminated = true;
    end -= 1;
    searched = end;
  }

  return {
    async next() {
      if (!isBegun) await begin();
      while (!isDone) {
        const at = searched > 0 ? kept.lastIndexOf(LINE_FEED, searched - 1) : -1;
        if (at !== -1) return take(at + 1);
        searched = 0;
        if (await readMore()) continue;
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
