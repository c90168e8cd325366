import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { openPlainFile } from '../chain-end.ts';

/** Longer than any record. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

const CHUNK_BYTES = 64 * 1024;

const LINE_FEED = 0x0a;

export interface Line {
  readonly bytes: Buffer;
  /** Where the next line begins. */
  readonly next: number;
}

/** What is in a file from a place on. */
export interface Lines {
  /** Whole lines, without their line feeds. */
  readonly lines: readonly Line[];
  /** True when nothing but an unfinished line, or nothing at all, follows. */
  readonly isEnd: boolean;
}

/**
 * Reads whole lines from a place in a file: as many as begin within `maxBytes`, and at least one if there is one.
 *
 * Undefined where no line begins at that place: the file is shorter, or the byte before ends no line. A line that is too
 * long for a record comes without its bytes.
 */
export async function readLines(path: string, byte: number, maxBytes: number): Promise<Lines | undefined> {
  const file = await openPlainFile(path, constants.O_RDONLY);
  try {
    if (byte > 0 && !(await endsLine(file, byte - 1))) return undefined;
    return await readFrom(file, byte, maxBytes);
  } finally {
    await file.close();
  }
}

async function endsLine(file: FileHandle, position: number): Promise<boolean> {
  const one = Buffer.alloc(1);
  const { bytesRead } = await file.read(one, 0, 1, position);
  return bytesRead === 1 && one[0] === LINE_FEED;
}

async function readFrom(file: FileHandle, from: number, maxBytes: number): Promise<Lines> {
  const lines: Line[] = [];
  let begin = from;
  let position = from;
  let parts: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    // oxlint-disable-next-line no-await-in-loop -- one piece after another
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return { lines, isEnd: true };
    let at = 0;
    for (let end = find(chunk, at, bytesRead); end !== -1; end = find(chunk, at, bytesRead)) {
      if (begin - from >= maxBytes && lines.length > 0) return { lines, isEnd: false };
      const next = position + end + 1;
      const bytes = next - begin > MAX_LINE_BYTES ? Buffer.alloc(0) : joined(parts, chunk.subarray(at, end));
      lines.push({ bytes, next });
      parts = [];
      begin = next;
      at = end + 1;
    }
    position += bytesRead;
    // What is longer than a line can be is not kept, only its end is looked for.
    if (position - begin > MAX_LINE_BYTES) parts = [];
    else if (at < bytesRead) parts.push(chunk.subarray(at, bytesRead));
    if (begin - from >= maxBytes && lines.length > 0) return { lines, isEnd: false };
  }
}

function find(chunk: Buffer, from: number, length: number): number {
  const at = chunk.indexOf(LINE_FEED, from);
  return at < length ? at : -1;
}

function joined(parts: readonly Buffer[], last: Buffer): Buffer {
  return parts.length === 0 ? last : Buffer.concat([...parts, last]);
}
