import { createReadStream } from 'node:fs';
import type { ChainLine } from './verify-chain.ts';

/** Longer than any record: the face limits what a caller can send to far less. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

const LINE_FEED = 0x0a;

const TOO_LONG = { text: '', problem: 'the line is too long for a record' };

/**
 * The lines of a chain file, in order, holding one line at a time.
 *
 * Only a line feed ends a line, and bytes that are not UTF-8 are not replaced: what is verified is what is on disk.
 * A file that cannot be read gives a line with a problem.
 */
export async function* readChainLines(path: string, file: string): AsyncGenerator<ChainLine> {
  let parts: Buffer[] = [];
  let length = 0;
  let line = 0;

  const keep = (part: Buffer): void => {
    length += part.length;
    if (length <= MAX_LINE_BYTES) parts.push(part);
    else parts = [];
  };
  const take = (terminated: boolean): ChainLine => {
    const content = length <= MAX_LINE_BYTES ? decode(parts) : TOO_LONG;
    parts = [];
    length = 0;
    line += 1;
    return { file, line, terminated, ...content };
  };

  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, from)) {
        keep(chunk.subarray(from, at));
        yield take(true);
        from = at + 1;
      }
      if (from < chunk.length) keep(chunk.subarray(from));
    }
  } catch (error) {
    const problem = `the file cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    yield { file, line: line + 1, terminated: true, text: '', problem };
    return;
  }
  if (length > 0) yield take(false);
}

function decode(parts: readonly Buffer[]): { text: string; problem?: string } {
  try {
    // A byte order mark is kept, so that one that was put in is seen.
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts)) };
  } catch {
    return { text: '', problem: 'the line is not UTF-8 text' };
  }
}
