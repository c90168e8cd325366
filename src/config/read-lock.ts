import path from 'node:path';
import { type Path, toPointer, valueAt } from '../text/pointer.ts';
import { LARGEST_READ } from './inputs.ts';
import { type InputReader, toText } from './read-inputs.ts';

/** Where the lock is when nothing is said. */
const DEFAULT_LOCK = 'bailiwick.lock';

/** The lock: every definition that was reviewed. */
export interface LockFile {
  /** Absolute. */
  readonly file: string;
  /** Absent where the file is. */
  readonly text?: string;
  /** Whether the configuration names it: one that is named and absent has reviewed nothing. */
  readonly isNamed: boolean;
}

/** Reads the lock of a configuration. One that does not exist yet is an input all the same: it counts as soon as it is written. */
export async function readLock(
  root: unknown,
  {
    reader,
    folder,
    skip,
  }: { readonly reader: InputReader; readonly folder: string; readonly skip: ReadonlySet<string> },
): Promise<{ lock: LockFile; problems: { path: Path; message: string; hint: string }[] }> {
  const at: Path = ['lock'];
  const written = valueAt(root, at);
  const isNamed = written !== undefined;
  const name = typeof written === 'string' && written !== '' ? written : DEFAULT_LOCK;
  const file = path.resolve(folder, name);
  const absent: LockFile = { file, isNamed };
  if (skip.has(toPointer(at))) return { lock: absent, problems: [] };
  const read = await reader.file(file, LARGEST_READ);
  if (!read.ok && read.absent) return { lock: absent, problems: [] };
  const text = read.ok ? toText(read.bytes) : undefined;
  if (text !== undefined) return { lock: { ...absent, text }, problems: [] };
  const message = `the lock ${read.ok ? 'is not UTF-8 text' : read.reason}`;
  return {
    lock: absent,
    problems: [{ path: at, message, hint: `\`${name}\`, relative to the configuration file` }],
  };
}
