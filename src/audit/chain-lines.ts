import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { messageOf } from '../errors.ts';

/** Longer than any record: the face limits what a caller can send to far less. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** Read at once. What is read at once is looked at without giving way to anything else. */
const STEP_BYTES = 1024 * 1024;

const LINE_FEED = 0x0a;

/** What looks at the lines of a file. Each method returns false to stop the reading. */
export interface LineReader {
  /** A line without its line feed. The bytes are gone when this returns. `isWhole` is false for what follows the last line feed. */
  line(bytes: Buffer, isWhole: boolean): boolean;
  /** A line that cannot be shown, or a file that cannot be read any further. */
  problem(why: string): boolean;
}

/** Reads files one after another through one buffer. */
export interface FileReader {
  /** False: the reader of the lines stopped it. Never throws for what a file is or holds. */
  read(path: string, lines: LineReader): Promise<boolean>;
}

/**
 * Reads the lines of files, holding little more than one line at a time. What is no plain file is a problem: no link is
 * followed, no pipe is waited for. `onBytes` is told how much was read.
 */
export function createFileReader(onBytes: (count: number) => void = () => {}): FileReader {
  let buffer = Buffer.allocUnsafe(STEP_BYTES);
  let sinceBreak = 0;

  /** Lets timers and signals have their turn. */
  async function giveWay(bytes: number): Promise<void> {
    // A file costs something too, however short it is.
    sinceBreak += bytes + STEP_BYTES / 64;
    if (sinceBreak < STEP_BYTES) return;
    sinceBreak = 0;
    await setImmediate();
  }

  async function readLines(descriptor: number, lines: LineReader): Promise<boolean> {
    let held = 0;
    let isSkipping = false;
    for (;;) {
      if (held === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
      const count = readSync(descriptor, buffer, held, buffer.length - held, null);
      if (count === 0) break;
      onBytes(count);
      const end = held + count;
      let from = 0;
      for (
        let at = buffer.indexOf(LINE_FEED, held);
        at !== -1 && at < end;
        at = buffer.indexOf(LINE_FEED, from)
      ) {
        const goesOn = isSkipping ? lines.problem(TOO_LONG) : lines.line(buffer.subarray(from, at), true);
        if (!goesOn) return false;
        isSkipping = false;
        from = at + 1;
      }
      held = isSkipping ? 0 : end - from;
      if (held > MAX_LINE_BYTES) {
        isSkipping = true;
        held = 0;
      }
      if (held > 0 && from > 0) buffer.copyWithin(0, from, end);
      // oxlint-disable-next-line no-await-in-loop -- step by step
      await giveWay(count);
    }
    if (isSkipping) return lines.problem(TOO_LONG);
    return held === 0 || lines.line(buffer.subarray(0, held), false);
  }

  return {
    async read(path, lines) {
      await giveWay(0);
      let descriptor: number | undefined;
      try {
        descriptor = openPlainFile(path);
        return await readLines(descriptor, lines);
      } catch (error) {
        return lines.problem(`the file cannot be read: ${messageOf(error)}`);
      } finally {
        if (descriptor !== undefined) closeSync(descriptor);
      }
    },
  };
}

const TOO_LONG = 'the line is too long for a record';

function openPlainFile(path: string): number {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const descriptor = openSync(path, flags);
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new TypeError('it is not a plain file');
}
