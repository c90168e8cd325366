import { existsSync } from 'node:fs';
import { mkdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { takeFileLock, type FileLock } from './file-lock.ts';

/** Beside the chains; a chain's name begins with a letter or a digit. */
const FOLDER = '.live';

/**
 * Says that a process writes a chain, until the lock is released or the process is gone. Taken before the chain's
 * directory is made, so that a chain without it is one that nobody writes any more.
 *
 * @throws Error when the file cannot be made, the file system knows no locks, or the chain is being written already.
 */
export async function markLive(auditDirectory: string, chain: string): Promise<FileLock> {
  await mkdir(join(auditDirectory, FOLDER), { recursive: true, mode: 0o700 });
  const path = join(auditDirectory, FOLDER, chain);
  const lock = takeFileLock(path);
  if (lock === undefined) throw new Error(`${path}: another process writes this chain`);
  return {
    release: () => {
      lock.release();
      // What is left behind tells nobody anything, and is taken away by whoever looks next.
      unlink(path).catch(() => {});
    },
  };
}

/** True while a process writes the chain, or where that cannot be known. Takes away the mark of a process that is gone. */
export async function isLive(auditDirectory: string, chain: string): Promise<boolean> {
  const path = join(auditDirectory, FOLDER, chain);
  if (!existsSync(path)) return false;
  let lock: FileLock | undefined;
  try {
    lock = takeFileLock(path);
  } catch {
    return true;
  }
  if (lock === undefined) return true;
  await unlink(path).catch(() => {});
  lock.release();
  return false;
}
