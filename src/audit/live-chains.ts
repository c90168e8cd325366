import { existsSync, unlinkSync } from 'node:fs';
import { mkdir, readdir, unlink } from 'node:fs/promises';
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
      // A mark without a lock says that its process was killed, so the mark goes first where the system lets it.
      const isGone = removeMark(path);
      lock.release();
      if (!isGone) unlink(path).catch(() => {});
    },
  };
}

/** False where a file that is open cannot be removed, as on Windows. */
function removeMark(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

/** True while a process writes the chain, or where that cannot be known. */
export async function isLive(auditDirectory: string, chain: string): Promise<boolean> {
  const path = join(auditDirectory, FOLDER, chain);
  if (!existsSync(path)) return false;
  let lock: FileLock | undefined;
  try {
    lock = takeFileLock(path);
  } catch {
    // A mark that was taken away in between is no fault of the file system.
    return existsSync(path);
  }
  if (lock === undefined) return true;
  lock.release();
  return false;
}

/** Chains with a mark: those that are being written, and those whose process ended without closing them. */
export async function listMarked(auditDirectory: string): Promise<string[]> {
  const entries = await readdir(join(auditDirectory, FOLDER), { withFileTypes: true }).catch(() => []);
  return entries.flatMap((entry) => (entry.isFile() && !entry.name.startsWith('.') ? [entry.name] : []));
}

/** A chain whose process is gone, held so that nobody else puts it in order at the same time. */
export interface LeftBehind {
  /** Takes its mark away: it is in order. */
  forget(): Promise<void>;
  release(): void;
}

/** Undefined where the chain is being written, or held by somebody else, or was put in order meanwhile. */
export function takeLeftBehind(auditDirectory: string, chain: string): LeftBehind | undefined {
  const path = join(auditDirectory, FOLDER, chain);
  if (!existsSync(path)) return undefined;
  let lock: FileLock | undefined;
  try {
    lock = takeFileLock(path);
  } catch {
    return undefined;
  }
  return lock && { forget: () => unlink(path), release: () => lock.release() };
}
