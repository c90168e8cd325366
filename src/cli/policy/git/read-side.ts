import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { LoadedConfig } from '../../../config/load.ts';
import { BailiwickError } from '../../../errors.ts';
import { readConfiguration } from './configuration.ts';
import { readFolderSide, readTestsBeside } from './read-folder.ts';
import { readRevisionSide } from './read-revision.ts';
import { openRepository } from './repository.ts';
import type { Side } from './side.ts';

/**
 * The policies that a person means by a word: a revision of the repository that the configuration is in, or a folder or a file.
 * Absent: what the configuration names, as it is on disk.
 *
 * @throws BailiwickError `USAGE` where it is neither, or both, or cannot be read.
 */
export async function readSide(word: string | undefined, loaded: LoadedConfig): Promise<Side> {
  const folder = path.dirname(loaded.file);
  const places = [loaded.config.policies ?? path.join(folder, 'policies')].flat();
  if (word === undefined) {
    const tests = await readTestsBeside(places);
    const text = await readFile(loaded.file, 'utf8').catch(() => '');
    return {
      name: 'the work tree',
      policies: loaded.policyFiles,
      tests,
      notes: [],
      configuration: readConfiguration(text),
    };
  }
  const isThere = await stat(word).then(
    () => true,
    () => false,
  );
  if (isThere && isWrittenAsPath(word)) return readFolderSide(word);
  const repository = await openRepository(folder).catch((error: unknown) => {
    if (isThere) return undefined;
    throw error;
  });
  const commit = await repository?.commitOf(word);
  if (repository !== undefined && commit !== undefined) {
    if (isThere) {
      throw new BailiwickError(
        'USAGE',
        `${word} is a revision and a path; write ./${word} for the path, or refs/heads/${word} for the branch`,
      );
    }
    const revision = { repository, revision: word, commit, configName: path.basename(loaded.file) };
    return readRevisionSide({ ...revision, places: places.map((one) => path.relative(folder, one) || '.') });
  }
  if (isThere) return readFolderSide(word);
  const hint = toHint(word, (await repository?.isShallow()) ?? false);
  throw new BailiwickError(
    'USAGE',
    `${word} is no revision of ${repository?.root ?? folder}, and no folder or file${hint}`,
  );
}

/** Nothing that Git takes for a revision begins like this, or ends like a folder. */
function isWrittenAsPath(word: string): boolean {
  return path.isAbsolute(word) || /^\.{1,2}(?:[/\\]|$)/.test(word) || /[/\\]$/.test(word);
}

/** What is missing in most clones that a service made. */
function toHint(word: string, isShallow: boolean): string {
  if (!word.startsWith('origin/')) {
    return isShallow
      ? '\n  this clone was made with a depth and lacks older commits: git fetch --unshallow, or fetch-depth: 0 of actions/checkout'
      : '';
  }
  return `\n  a clone that was made with a depth lacks other branches: git fetch origin ${word.slice('origin/'.length)}, or fetch-depth: 0 of actions/checkout`;
}
