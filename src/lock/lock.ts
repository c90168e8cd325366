import type { LockEntry } from './entry.ts';

/** Every definition that was reviewed, by `<source>/<own name>`. */
export interface Lock {
  readonly entries: ReadonlyMap<string, LockEntry>;
}

/** The lock that has reviewed nothing. */
export const EMPTY_LOCK: Lock = { entries: new Map() };

/** The version of the format. A reader refuses what is newer. */
export const LOCK_VERSION = 1;
