import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BailiwickError } from '../../errors.ts';
import { listSegmentFiles } from '../chain-end.ts';

/** The files of one chain. */
export interface ChainFiles {
  readonly chain: string;
  /** Names in the chain's directory, in the order of their records. */
  readonly segments: readonly string[];
  /** How many bytes of the last segment count; all of them where it is absent. */
  readonly lastBytes?: number;
}

/** Directories that are listed at the same time. */
const PARALLEL = 16;

/**
 * The chains of an audit directory, by name. What is neither a chain nor a part of one is passed over.
 *
 * @throws BailiwickError CONFIGURATION when there is no such directory.
 */
export async function listChains(
  directory: string,
  isWanted: (chain: string) => boolean = () => true,
): Promise<ChainFiles[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    throw new BailiwickError('CONFIGURATION', `${directory}: no audit directory can be read here`, {
      cause: error,
    });
  });
  const names = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && isWanted(entry.name))
    .map((entry) => entry.name)
    .toSorted();
  const chains = await mapInParallel(names, async (chain) => ({
    chain,
    segments: await listSegments(join(directory, chain)),
  }));
  return chains.filter(({ segments }) => segments.length > 0);
}

/** The chain files of a directory, in the order of their records; none where it cannot be read. */
export async function listSegments(directory: string): Promise<string[]> {
  const files = await listSegmentFiles(directory).catch(() => []);
  return files.map(({ file }) => file);
}

/** Does work for each item, a few at the same time; the results in the order of the items. */
export async function mapInParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const run = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await work(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, items.length) }, run));
  return results;
}
