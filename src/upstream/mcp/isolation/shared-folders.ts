import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { SharedFolder } from './isolation.ts';
import { refuse } from './refusal.ts';

/** File systems of the kernel, which no sandbox may be handed. */
const OF_THE_KERNEL: readonly string[] = ['/proc', '/sys', '/dev'];

/**
 * The folders with their symbolic links resolved.
 *
 * @throws BailiwickError where one is not there, holds or lies in what is Bailiwick's own, or a program may have chosen it
 */
export async function readFolders(
  source: string,
  folders: readonly SharedFolder[],
  hidden: readonly string[],
): Promise<SharedFolder[]> {
  const secret = await Promise.all(hidden.map(toReal));
  const shared = await Promise.all(
    folders.map(async (folder) => {
      const real = await realpath(folder.path).catch(() => {
        throw refuse(source, `the shared folder ${folder.path} does not exist`, 'create it or remove it');
      });
      if (OF_THE_KERNEL.some((each) => isWithin(real, each) || isWithin(folder.at, each))) {
        throw refuse(source, `${folder.path} is no folder to share`, 'remove it from `folders`');
      }
      const own = secret.find((each) => isWithin(each, real) || isWithin(real, each));
      if (own !== undefined) {
        throw refuse(
          source,
          `the shared folder ${folder.path} holds what is Bailiwick's own (${own})`,
          'share a folder without it',
        );
      }
      return { ...folder, path: real };
    }),
  );
  await Promise.all(folders.map((folder, index) => requireOutOfReach(source, folder, shared[index], shared)));
  return shared;
}

/** A program that ran before may have put a link where it may write: what is shared below that would be what it chose. */
async function requireOutOfReach(
  source: string,
  folder: SharedFolder,
  found: SharedFolder | undefined,
  shared: readonly SharedFolder[],
): Promise<void> {
  const way = await Promise.all(foldersAbove(folder.path).map(toReal));
  const writable = shared.find(
    ({ write, path: real }) =>
      write && found && !isWithin(found.path, real) && way.some((each) => isWithin(each, real)),
  );
  if (!writable) return;
  throw refuse(
    source,
    `a link in ${writable.path}, which the program may write to, leads from ${folder.path} to ${found?.path}`,
    'remove the link, or share the folder that is meant by its own path',
  );
}

function foldersAbove(at: string): string[] {
  const parent = path.dirname(at);
  return parent === at ? [] : [parent, ...foldersAbove(parent)];
}

/** Where a path leads; itself where nothing is there yet. */
export async function toReal(at: string): Promise<string> {
  return realpath(at).catch(async () => {
    const parent = path.dirname(at);
    return parent === at ? at : path.join(await toReal(parent), path.basename(at));
  });
}

/** True for the folder itself, too. */
export function isWithin(inner: string, folder: string): boolean {
  const relative = path.relative(folder, inner);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}
