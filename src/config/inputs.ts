import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { compileGlob } from '../text/glob.ts';

/**
 * A file or a folder that a configuration was read from, with the digest of what was there at that moment.
 * A folder's digest covers the names of its policy files, or of those that `names` means.
 */
export interface Input {
  readonly kind: 'file' | 'folder';
  /** Of a folder: names that count, with `*` for any text. Absent: those of policy files. */
  readonly names?: string;
  /** Absolute, symbolic links not resolved. */
  readonly path: string;
  readonly digest: string;
}

export type Inputs = readonly Input[];

/** The largest file that is ever read. */
export const LARGEST_READ = 67_108_864;

/** The digest of what is not there. */
const ABSENT = 'absent';

/** True for the name of a file that a policy folder contributes. */
export function isPolicyFileName(name: string): boolean {
  return /\.policy\.ya?ml$/.test(name) && !name.startsWith('.');
}

/** The names of a folder's files that count, in a stable order; `undefined` where there is no such folder. */
export async function listNames(folder: string, pattern?: string): Promise<string[] | undefined> {
  const counts = pattern === undefined ? isPolicyFileName : compileGlob(pattern);
  try {
    return (await readdir(folder)).filter((name) => counts(name)).toSorted();
  } catch {
    return undefined;
  }
}

/** SHA-256 of bytes, as hex digits. */
export function digestOfBytes(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A folder's digest, from {@link listNames}. */
export function digestOfNames(names: readonly string[] | undefined): string {
  return names === undefined ? ABSENT : digestOfBytes(names.join('\0'));
}

/** What is there now, as an {@link Input} digest. Never throws: what cannot be read counts as absent. */
export async function currentDigest({
  kind,
  path: at,
  names,
}: Pick<Input, 'kind' | 'path' | 'names'>): Promise<string> {
  if (kind === 'folder') return digestOfNames(await listNames(at, names));
  try {
    const status = await stat(at);
    // Reading a pipe or a device may never end; what is too large is refused without being read.
    if (!status.isFile()) return 'not-a-file';
    if (status.size > LARGEST_READ) return `unread:${await signatureOf(at)}`;
    return digestOfBytes(await readFile(at));
  } catch {
    return ABSENT;
  }
}

/** Cheap evidence that an input may have changed: inode, size and times of what the path leads to. */
export async function signatureOf(at: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(at, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch {
    return ABSENT;
  }
}

/**
 * One digest over the inputs and further named values. Paths count relative to `folder`, so that the same files in
 * another place have the same digest.
 */
export function digestOfInputs(
  inputs: Inputs,
  folder: string,
  values: readonly (readonly [name: string, digest: string])[],
): string {
  const rows = inputs.map((input) => [input.kind, path.relative(folder, input.path), input.digest]);
  const lines = [...rows, ...values.map(([name, digest]) => ['value', name, digest])]
    .map((row) => row.join('\0'))
    .toSorted();
  return `sha256:${digestOfBytes(lines.join('\n'))}`;
}
