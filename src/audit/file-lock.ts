import { DatabaseSync } from 'node:sqlite';

/**
 * Takes the lock that a file stands for; the file is made when it is absent. Undefined: somebody else holds it, in this
 * process or in another.
 *
 * The system lets go of it when its process ends, however it ends: nobody has to guess from clocks or process numbers
 * whether a holder is alive. Node has no locks of its own, so SQLite's are borrowed; the file stays empty.
 *
 * @throws Error when the file cannot be made, or the file system knows no locks.
 */
export function takeFileLock(path: string): FileLock | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isHeld(error)) return undefined;
    throw error;
  }
  return { release: () => database.close() };
}

export interface FileLock {
  /** Lets go of it. Once. */
  release(): void;
}

const SQLITE_BUSY = 5;

function isHeld(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}
