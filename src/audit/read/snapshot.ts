import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readBlock } from './blocks.ts';
import { listChains, mapInParallel, type ChainFiles } from './chains.ts';
import { readBackward } from './lines.ts';

/** A chain as far as it was written when it was looked at: whole lines only. */
export interface ChainSnapshot extends ChainFiles {
  readonly lastBytes: number;
  /** When its last file was last written to, in milliseconds; 0 where that is not known. */
  readonly writtenAt: number;
}

const LINE_FEED = 0x0a;

/**
 * What a directory holds now: reading up to here, and following from here, gives every record once.
 *
 * @throws BailiwickError CONFIGURATION when there is no such directory.
 */
export async function snapshotChains(
  directory: string,
  isWanted?: (chain: string) => boolean,
): Promise<ChainSnapshot[]> {
  const chains = await listChains(directory, isWanted);
  return mapInParallel(chains, async (files) => {
    const path = join(directory, files.chain, files.segments.at(-1)!);
    try {
      const { size, mtimeMs } = await stat(path);
      return { ...files, lastBytes: await endOfLines(path, size), writtenAt: mtimeMs };
    } catch {
      return { ...files, lastBytes: 0, writtenAt: 0 };
    }
  });
}

/** Where the last whole line ends. */
async function endOfLines(path: string, size: number): Promise<number> {
  if (size === 0) return 0;
  const last = Buffer.alloc(1);
  if (readBlock(path, size - 1, last) === 1 && last[0] === LINE_FEED) return size;
  const line = await readBackward(path, { until: size, blockBytes: () => 64 * 1024 }).next();
  return line?.offset ?? 0;
}
