import { once } from 'node:events';
import { open, rename, rm, stat } from 'node:fs/promises';
import { BailiwickError } from '../../errors.ts';
import type { Terminal } from '../terminal.ts';

/** Where many lines go. */
export interface Output {
  /** Resolves when more can be taken: a slow reader slows the reading, and fills no memory. */
  write(text: string): Promise<void>;
  /** Resolves when everything was handed over. */
  end(): Promise<void>;
}

/** An output that is a file: whole, or not there. */
export interface FileOutput extends Output {
  /** Takes back what was written. */
  discard(): Promise<void>;
}

const BATCH_CHARACTERS = 64 * 1024;

/** What a terminal writes to. It stays open: `end` can be called for each of several parts. */
export function createStandardOutput({ stream }: Terminal): Output {
  return batch(async (text) => {
    if (!stream.write(text)) await once(stream, 'drain');
  });
}

/**
 * A new file that only its owner can read, or with `force` one in the place of another, once it is complete.
 *
 * @throws BailiwickError `USAGE` where it is there already, or cannot be written.
 */
export async function createFileOutput(path: string, force: boolean): Promise<FileOutput> {
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (isFolder) throw new BailiwickError('USAGE', `--out: ${path} is a folder; name a file`);
  const written = force ? `${path}.${process.pid}.part` : path;
  const handle = await open(written, 'wx', 0o600).catch((error: unknown) => {
    throw cannotWrite(written, error);
  });
  const output = batch(async (text) => {
    await handle.writeFile(text).catch((error: unknown) => {
      throw cannotWrite(path, error);
    });
  });
  return {
    write: output.write,
    async end() {
      await output.end();
      await handle.close();
      if (!force) return;
      await rename(written, path).catch((error: unknown) => {
        throw cannotWrite(path, error);
      });
    },
    async discard() {
      await handle.close().catch(() => {});
      await rm(written, { force: true });
    },
  };
}

function cannotWrite(path: string, error: unknown): BailiwickError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return new BailiwickError(
    'USAGE',
    code === 'EEXIST'
      ? `--out: ${path} is there already; --force writes over it`
      : `--out: ${path} cannot be written (${code})`,
    { cause: error },
  );
}

function batch(hand: (text: string) => Promise<void>): Output {
  let waiting = '';

  async function flush(): Promise<void> {
    const text = waiting;
    waiting = '';
    if (text !== '') await hand(text);
  }

  return {
    async write(text) {
      waiting += text;
      if (waiting.length >= BATCH_CHARACTERS) await flush();
    },
    end: flush,
  };
}
