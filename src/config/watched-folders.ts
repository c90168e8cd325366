import { lstat, readlink } from 'node:fs/promises';
import path from 'node:path';
import type { Input } from './inputs.ts';

/** More links than any real path has; a loop ends here. */
const MAX_LINKS = 40;

/** Folders to watch, each with the names in it that matter; `undefined` means every name. */
export type WatchedFolders = ReadonlyMap<string, ReadonlySet<string> | undefined>;

/**
 * The folders in which a change of an input shows.
 *
 * A file is watched through its folder, because editors put a new file in its place. So is every symbolic link on the
 * way to it, because a mounted ConfigMap or Secret changes by a new target of its `..data` link. Where a part of the
 * way does not exist, the nearest folder that does is watched for it to come.
 */
export async function findWatchedFolders(
  inputs: readonly Pick<Input, 'kind' | 'path'>[],
): Promise<WatchedFolders> {
  const folders = new Map<string, Set<string> | undefined>();
  for (const input of inputs) {
    const { steps, end } = await trace(input.path);
    for (const { folder, name } of steps) {
      const names = folders.get(folder);
      if (names) names.add(name);
      else if (!folders.has(folder)) folders.set(folder, new Set([name]));
    }
    if (input.kind === 'folder' && end !== undefined) folders.set(end, undefined);
  }
  return folders;
}

interface Trace {
  /** Names whose replacement changes where the path leads. */
  readonly steps: readonly { readonly folder: string; readonly name: string }[];
  /** Where the path leads; `undefined` where it leads nowhere. */
  readonly end?: string;
}

async function trace(target: string): Promise<Trace> {
  const steps: { folder: string; name: string }[] = [];
  const { root } = path.parse(target);
  const waiting = partsOf(target, root);
  let at = root;
  for (let links = 0; waiting.length > 0;) {
    const name = waiting.shift() ?? '';
    const next = path.join(at, name);
    const status = await lstat(next).catch(() => undefined);
    const isLink = status?.isSymbolicLink() === true;
    // The last two parts: the file itself, and the folder that holds it, which may be replaced as a whole.
    if (isLink || status === undefined || waiting.length < 2) steps.push({ folder: at, name });
    if (status === undefined) return { steps };
    if (!isLink) {
      at = next;
      continue;
    }
    if (++links > MAX_LINKS) return { steps };
    const link = await readlink(next).catch(() => undefined);
    if (link === undefined) return { steps };
    const absolute = path.resolve(at, link);
    waiting.unshift(...partsOf(absolute, root));
    at = root;
  }
  return { steps, end: at };
}

function partsOf(target: string, root: string): string[] {
  return target.slice(root.length).split(path.sep).filter(Boolean);
}
