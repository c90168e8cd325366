import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readOffsetText, START, toOffsetText, type Position } from './position.ts';
import { messageOf } from '../../errors.ts';

/** An offset file has less. */
const MAX_OFFSET_BYTES = 4096;

/**
 * How far one sink has come, in a file for each chain: `<audit.dir>/.sinks/<sink>/<chain>.json`.
 *
 * The offsets are kept beside the chains and not in the store: they belong to these very files, are backed up and removed
 * with them, and must outlive a store that is in memory, is away, or is another one after the next start.
 */
export interface Offsets {
  /** `flaw`: a file is there and says nothing; then the chain is begun anew. */
  load(chain: string): Promise<{ position: Position; flaw?: string }>;
  /** Resolves when the position is stored, whole: a process that is killed leaves this one, or the one before. */
  save(chain: string, position: Position): Promise<void>;
  /** Chains that have an offset. */
  list(): Promise<string[]>;
  remove(chain: string): Promise<void>;
}

/** The folder of one sink's offsets and dead letters. */
export function folderOfSink(auditDirectory: string, sink: string): string {
  return join(auditDirectory, '.sinks', sink);
}

export function openOffsets(auditDirectory: string, sink: string): Offsets {
  const folder = folderOfSink(auditDirectory, sink);
  const fileOf = (chain: string): string => join(folder, `${chain}.json`);
  return {
    async load(chain) {
      let text: string;
      try {
        text = await readSmallFile(fileOf(chain));
      } catch (error) {
        if (isAbsent(error)) return { position: START };
        return { position: START, flaw: messageOf(error) };
      }
      const position = readOffsetText(text);
      return position ? { position } : { position: START, flaw: 'it is not an offset' };
    },
    async save(chain, position) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const temporary = `${fileOf(chain)}.${process.pid}.tmp`;
      // Not synchronised, which would compete with the records: what a power cut takes back is only sent again.
      await writeFile(temporary, toOffsetText(position), { mode: 0o600 });
      await rename(temporary, fileOf(chain));
    },
    async list() {
      const names = await readdir(folder).catch((): string[] => []);
      return names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
    },
    remove: (chain) => rm(fileOf(chain), { force: true }),
  };
}

async function readSmallFile(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const buffer = Buffer.alloc(MAX_OFFSET_BYTES);
    const { bytesRead } = await file.read(buffer, 0, MAX_OFFSET_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
