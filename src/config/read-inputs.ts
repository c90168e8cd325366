import { readFile, stat } from 'node:fs/promises';
import { currentDigest, digestOfBytes, digestOfNames, type Input, type Inputs, listNames } from './inputs.ts';

/** Bytes of a file, or why there are none. The reason is one clause that names no path. */
export type Read =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: string; readonly absent: boolean };

/** Reads files and folders and remembers each with its digest, so that a change after that moment can be seen. */
export class InputReader {
  readonly #inputs = new Map<string, Input>();

  /** Everything that was looked at, what was absent included. */
  get inputs(): Inputs {
    return [...this.#inputs.values()];
  }

  /** A regular file of at most `maxBytes`. */
  async file(path: string, maxBytes: number): Promise<Read> {
    const read = await readBounded(path, maxBytes);
    this.#remember({
      kind: 'file',
      path,
      digest: read.ok ? digestOfBytes(read.bytes) : await currentDigest({ kind: 'file', path }),
    });
    return read;
  }

  /** The names of a folder's policy files, or of those that a pattern means; `undefined` where there is no such folder. */
  async folder(path: string, pattern?: string): Promise<string[] | undefined> {
    const names = await listNames(path, pattern);
    const digest = digestOfNames(names);
    this.#remember({ kind: 'folder', path, digest, ...(pattern !== undefined && { names: pattern }) });
    return names;
  }

  #remember(input: Input): void {
    this.#inputs.set(`${input.kind}:${input.names ?? ''}:${input.path}`, input);
  }
}

/** UTF-8 text without its byte order mark; `undefined` where the bytes are not UTF-8. */
export function toText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

async function readBounded(path: string, maxBytes: number): Promise<Read> {
  try {
    const status = await stat(path);
    if (status.isDirectory()) return refuse('is a folder, not a file');
    // Opening a pipe or a device may never end.
    if (!status.isFile()) return refuse('is not a regular file');
    if (status.size > maxBytes) return refuse(`is larger than ${maxBytes} bytes`);
    const bytes = await readFile(path);
    return bytes.length > maxBytes ? refuse(`is larger than ${maxBytes} bytes`) : { ok: true, bytes };
  } catch (error) {
    return toReason(error);
  }
}

function refuse(reason: string): Read {
  return { ok: false, reason, absent: false };
}

/** The system's own message is not passed on: it repeats the path, which may hold a secret. */
function toReason(error: unknown): Read {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { ok: false, reason: 'does not exist', absent: true };
    case 'EACCES':
    case 'EPERM':
      return refuse('may not be read by this user');
    case 'EISDIR':
      return refuse('is a folder, not a file');
    case 'ELOOP':
      return refuse('is a loop of symbolic links');
    default:
      return refuse(`cannot be read (${code})`);
  }
}
