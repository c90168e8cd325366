import { realpath } from 'node:fs/promises';
import path from 'node:path';

/** Where the references of one document may lead beside its own folder: what `references` says. */
export interface AllowedPlaces {
  /** Absolute. */
  readonly folders: readonly string[];
  /** `https://` URLs. */
  readonly prefixes: readonly string[];
}

/** True for a URL that a prefix covers: the same origin, and the same path as far as the prefix goes, in whole segments. */
export function isCovered(url: string, prefixes: readonly string[]): boolean {
  // A reference may look like a URL and be none.
  const parsed = URL.parse(url);
  if (parsed === null) return false;
  const { origin, pathname } = parsed;
  return prefixes.some((prefix) => {
    const allowed = new URL(prefix);
    const folder = allowed.pathname.endsWith('/') ? allowed.pathname : `${allowed.pathname}/`;
    return origin === allowed.origin && (pathname === allowed.pathname || pathname.startsWith(folder));
  });
}

/** True for what can be a prefix: a `https://` URL that names its host, without a query. */
export function isPrefix(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' && url.username === '' && url.search === '' && url.hash === '';
}

/** True for a file in one of the folders as it is written; symbolic links are another question. */
export function isWritten(file: string, folders: readonly string[]): boolean {
  return folders.some((folder) => isBelow(file, folder));
}

/** Where the folders really are, after all symbolic links; those that do not exist are left out. */
export async function resolveFolders(folders: readonly string[]): Promise<string[]> {
  const real = await Promise.all(folders.map(resolved));
  return real.filter((folder) => folder !== undefined);
}

/** Where a file is after all symbolic links: in one of the {@link resolveFolders} or not. */
export async function placeOf(
  file: string,
  realFolders: readonly string[],
): Promise<'inside' | 'outside' | 'absent'> {
  const target = await resolved(file);
  if (target === undefined) return 'absent';
  return realFolders.some((folder) => isBelow(target, folder)) ? 'inside' : 'outside';
}

async function resolved(at: string): Promise<string | undefined> {
  return realpath(at).catch(() => undefined);
}

function isBelow(file: string, folder: string): boolean {
  const way = path.relative(folder, file);
  return way !== '' && way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}
