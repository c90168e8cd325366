import { constants, open } from 'node:fs/promises';

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
 * Up to `size` bytes of a file from `position`; fewer at its end. Between two reads the file is not open: ten thousand
 * chains need one descriptor.
 *
 * @throws the system's error.
 */
export async function readBlock(path: string, position: number, size: number): Promise<Buffer> {
  // What is not a regular file could keep a reader waiting for ever.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const buffer = Buffer.allocUnsafe(size);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await handle.read(buffer, filled, size - filled, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  } finally {
    await handle.close();
  }
}
