import { constants, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What the chain needs of a disk. A test puts a failing one in its place. */
export interface ChainFileSystem {
  /**
   * Makes a directory that only its owner can open, with those above it, durably.
   *
   * Resolves false when it was there already.
   */
  makeDirectory(path: string): Promise<boolean>;
  /** Opens a file for writing, and makes it, durably and for its owner only, when it is absent. Follows no link. */
  open(path: string): Promise<ChainFile>;
}

/** An open file of a chain. Every method rejects with the system's error. */
export interface ChainFile {
  /** Resolves to the number of bytes written, which may be fewer than given. */
  write(bytes: Uint8Array, position: number): Promise<number>;
  /** Resolves when what was written is on the disk. */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  /** `links` is 0 when the file was removed while it is open. */
  state(): Promise<{ size: number; links: number }>;
  close(): Promise<void>;
}

/** The file system of this machine. */
export const nodeFileSystem: ChainFileSystem = { makeDirectory, open: openFile };

async function makeDirectory(path: string): Promise<boolean> {
  const topmost = await mkdir(path, { recursive: true, mode: 0o700 });
  if (topmost === undefined) return false;
  // A new directory survives a crash once the directory that names it was synchronised.
  for (let parent = dirname(path); ; parent = dirname(parent)) {
    await syncDirectory(parent);
    if (parent === dirname(topmost) || parent === dirname(parent)) return true;
  }
}

async function openFile(path: string): Promise<ChainFile> {
  const flags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
  const handle = await open(path, flags, 0o600);
  try {
    await syncDirectory(dirname(path));
  } catch (error) {
    await handle.close();
    throw error;
  }
  return {
    write: async (bytes, position) => (await handle.write(bytes, 0, bytes.length, position)).bytesWritten,
    sync: () => handle.datasync(),
    truncate: (size) => handle.truncate(size),
    state: async () => {
      const { size, nlink } = await handle.stat();
      return { size, links: nlink };
    },
    close: () => handle.close(),
  };
}

/** Windows cannot open a directory, and makes its entries durable itself. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems know no such thing.
    if (!(error instanceof Error && 'code' in error && error.code === 'EINVAL')) throw error;
  } finally {
    await handle.close();
  }
}
