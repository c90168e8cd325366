import path from 'node:path';
import { openHints } from '../search/hints/hint-book.ts';
import type { LoadedConfig } from './load.ts';

/**
 * The hints of a configuration. Places name files as from its folder: that is how people know them.
 *
 * @param before The book that this one takes the place of.
 * @throws BailiwickError `CONFIGURATION`
 */
export function openHintBook(
  { file, hintFiles }: Pick<LoadedConfig, 'file' | 'hintFiles'>,
  before?: ReturnType<typeof openHints>,
): ReturnType<typeof openHints> {
  const folder = path.dirname(file);
  const files = hintFiles.map((each) => ({ file: path.relative(folder, each.file), text: each.text }));
  return openHints(files, before);
}
