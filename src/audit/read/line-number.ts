import { readBlock } from './blocks.ts';

const LINE_FEED = 0x0a;
const BLOCK_BYTES = 256 * 1024;

/** The number, from 1, of the line that begins at `offset`. Reads the file up to there. */
export async function lineNumberAt(path: string, offset: number): Promise<number> {
  let line = 1;
  for (let position = 0; position < offset;) {
    const block = await readBlock(path, position, Math.min(BLOCK_BYTES, offset - position));
    if (block.length === 0) break;
    for (let at = block.indexOf(LINE_FEED); at !== -1; at = block.indexOf(LINE_FEED, at + 1)) line += 1;
    position += block.length;
  }
  return line;
}
