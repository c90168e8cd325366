import { readBlock } from './blocks.ts';

const LINE_FEED = 0x0a;
const BLOCK_BYTES = 256 * 1024;

/** The number, from 1, of the line that begins at `offset`. Reads the file up to there. */
export function lineNumberAt(path: string, offset: number): number {
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  let line = 1;
  for (let position = 0; position < offset;) {
    const part = block.subarray(0, Math.min(BLOCK_BYTES, offset - position));
    const read = part.subarray(0, readBlock(path, position, part));
    if (read.length === 0) break;
    for (let at = read.indexOf(LINE_FEED); at !== -1; at = read.indexOf(LINE_FEED, at + 1)) line += 1;
    position += read.length;
  }
  return line;
}
