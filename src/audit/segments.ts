import { join } from 'node:path';
import type { Logger } from '../telemetry/logger.ts';
import type { ChainFile, ChainFileSystem } from './file-system.ts';
import { toSegmentName } from './segment-name.ts';

/** The files of one chain, as one sequence of bytes that only grows. */
export interface Segments {
  /**
   * Puts whole lines at the end, on disk. `firstSeq` is the record in the first of them.
   *
   * When it rejects, nothing of `bytes` counts as written: whatever reached the disk is cut off, now if the disk lets
   * us, else before the next lines are written. The next call tries afresh.
   */
  append(bytes: Uint8Array, firstSeq: number): Promise<void>;
  /** False when so many bytes would begin another segment. */
  hasRoom(bytes: number): boolean;
  /** The next lines begin another segment. */
  startNext(): void;
  close(): Promise<void>;
}

export function createSegments(deps: {
  readonly directory: string;
  /** A segment that would grow beyond this is followed by a new one. */
  readonly segmentBytes: number;
  readonly fileSystem: ChainFileSystem;
  readonly logger: Logger;
}): Segments {
  const { directory, segmentBytes, fileSystem, logger } = deps;
  let path: string | undefined;
  /** Undefined before the first use and after a failure: opened again, the file is looked at afresh. */
  let file: ChainFile | undefined;
  /** Where the last good line of the segment ends. */
  let end = 0;
  let isFull = false;

  function hasRoom(bytes: number): boolean {
    return end === 0 || end + bytes <= segmentBytes;
  }

  /** The file to write to, exactly `end` bytes long. */
  async function prepare(size: number, firstSeq: number): Promise<ChainFile> {
    if (path === undefined || isFull || !hasRoom(size)) return startSegment(firstSeq);
    const reopened = file === undefined;
    file ??= await openAt(path);
    const state = await file.state();
    if (state.size === end && state.links > 0) return file;
    if (reopened && state.size > end && state.links > 0) {
      await file.truncate(end);
      return file;
    }
    // Acknowledged records are gone or were written over. They are not ours to repair: verification names the place.
    logger.error(
      { file: path, expectedBytes: end, actualBytes: state.size, removed: state.links === 0 },
      'an audit file was changed or removed by someone else; the chain goes on in a new file',
    );
    return startSegment(firstSeq);
  }

  async function startSegment(firstSeq: number): Promise<ChainFile> {
    await closeFile();
    path = join(directory, toSegmentName(firstSeq));
    end = 0;
    isFull = false;
    file = await openAt(path);
    // What is in it already, if anything, is from an attempt that failed.
    if ((await file.state()).size > 0) await file.truncate(0);
    return file;
  }

  async function openAt(where: string): Promise<ChainFile> {
    await fileSystem.makeDirectory(directory);
    return fileSystem.open(where);
  }

  async function closeFile(): Promise<void> {
    const closing = file;
    file = undefined;
    await closing?.close();
  }

  /** After a failure: leaves the file as it was, as far as the disk lets us. */
  async function restore(): Promise<void> {
    const failed = file;
    file = undefined;
    await failed?.truncate(end).catch(() => {});
    await failed?.close().catch(() => {});
  }

  return {
    append: async (bytes, firstSeq) => {
      try {
        const target = await prepare(bytes.length, firstSeq);
        await writeAll(target, bytes, end);
        await target.sync();
        end += bytes.length;
      } catch (error) {
        await restore();
        throw error;
      }
    },
    hasRoom,
    startNext: () => void (isFull = end > 0),
    close: closeFile,
  };
}

async function writeAll(file: ChainFile, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const count = await file.write(bytes.subarray(written), position + written);
    if (count === 0) throw new Error('the disk took no bytes');
    written += count;
  }
}
