import { closeSync, constants, openSync, readSync } from 'node:fs';

/**
 * How large the blocks of a read are, so that all files that are being read hold no more than a few megabytes together,
 * however many they are.
 */
export interface BlockBudget {
  /** Bytes of the next block. */
  size(): number;
  /** One file more, or one less, is being read. */
  enter(): void;
  leave(): void;
}

const KIBIBYTE = 1024;
const TOTAL_BYTES = 16 * 1024 * KIBIBYTE;

export function createBlockBudget(total = TOTAL_BYTES): BlockBudget {
  let readers = 0;
  return {
    size: () => Math.max(4 * KIBIBYTE, Math.min(256 * KIBIBYTE, Math.floor(total / Math.max(1, readers)))),
    enter: () => void (readers += 1),
    leave: () => void (readers -= 1),
  };
}

/**
 * Fills a buffer from a file, from `position`, and returns the number of bytes; fewer than there is room for at the end
 * of the file. Between two reads the file is not open: ten thousand chains need one descriptor.
 *
 * It blocks, which is ten times as fast for small files: readers of the record are processes of their own.
 *
 * @throws the system's error.
 */
export function readBlock(path: string, position: number, into: Buffer): number {
  // What is not a regular file could keep a reader waiting for ever.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    let filled = 0;
    while (filled < into.length) {
      const count = readSync(file, into, filled, into.length - filled, position + filled);
      if (count === 0) break;
      filled += count;
    }
    return filled;
  } finally {
    closeSync(file);
  }
}
