import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Where a program is: as the system looks for it, on `PATH` unless its name holds a path.
 *
 * @param folder What a path in the name is relative to.
 * @returns an absolute path; `undefined` where there is no such program
 */
export async function findProgram(
  name: string,
  searched: string | undefined,
  folder = process.cwd(),
): Promise<string | undefined> {
  const candidates = name.includes('/')
    ? [path.resolve(folder, name)]
    : (searched ?? '')
        .split(path.delimiter)
        .filter(Boolean)
        .map((each) => path.resolve(folder, each, name));
  for (const candidate of candidates) {
    const isProgram = await access(candidate, constants.X_OK)
      .then(() => stat(candidate))
      .then(
        (status) => status.isFile(),
        () => false,
      );
    if (isProgram) return candidate;
  }
  return undefined;
}
