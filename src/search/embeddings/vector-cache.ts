import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { decodeVectors, encodeVectors, type VectorFile } from './vector-file.ts';

/**
 * Vectors on disk, so that a restart embeds nothing again: a file for each provider, endpoint, model and number of dimensions as they
 * are configured. Files and not the store: forty megabytes of numbers that anybody can compute again.
 */
export interface VectorCache {
  /** What was kept; undefined where there is nothing, or nothing that is whole. Never rejects. */
  load(): Promise<VectorFile | undefined>;
  /**
   * Resolves when the file is in its place, whole: a process that is killed leaves this one, or the one before.
   *
   * @throws what the disk throws
   */
  save(vectors: VectorFile): Promise<void>;
}

/** Files of other settings that are kept beside: who goes back embeds nothing again. */
const MAX_OTHERS = 2;
/** Above this, vectors that were used longest ago are not kept. */
const MAX_FILE_BYTES = 200 * 1024 * 1024;

export function openVectorCache(folder: string, configuredId: string): VectorCache {
  const file = join(folder, `${configuredId}.vectors`);
  return {
    async load() {
      try {
        const bytes = await readWhole(file);
        return bytes && (await decodeVectors(bytes));
      } catch {
        return undefined;
      }
    },
    async save({ reported, dimensions, vectors }) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const most = Math.floor(MAX_FILE_BYTES / (32 + dimensions * 4));
      const kept = vectors.size <= most ? vectors : new Map([...vectors].slice(-most));
      const temporary = `${file}.${randomUUID()}.tmp`;
      try {
        await writeFile(temporary, encodeVectors({ reported, dimensions, vectors: kept }), { mode: 0o600 });
        await rename(temporary, file);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
      await removeOthers(folder, file);
    },
  };
}

/** A link is not followed: the folder may be shared. */
async function readWhole(path: string): Promise<Uint8Array | undefined> {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const { size } = await handle.stat();
    if (size > MAX_FILE_BYTES * 1.1) return undefined;
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** Removes the oldest files of other settings, and what a killed process left. Another process may do the same. */
async function removeOthers(folder: string, own: string): Promise<void> {
  const names = await readdir(folder);
  const others = names.filter((name) => /^[0-9a-f]{64}\.vectors(\..+\.tmp)?$/.test(name));
  const dated = await Promise.all(
    others.map(async (name) => {
      const path = join(folder, name);
      const status = await stat(path).catch(() => undefined);
      return { path, at: status?.mtimeMs ?? 0, isWhole: name.endsWith('.vectors') };
    }),
  );
  const whole = dated.filter(({ path, isWhole }) => isWhole && path !== own);
  const old = whole.toSorted((a, b) => b.at - a.at).slice(MAX_OTHERS);
  const left = dated.filter(({ isWhole, at }) => !isWhole && at < Date.now() - LEFT_MS);
  await Promise.all([...old, ...left].map(({ path }) => rm(path, { force: true })));
}

/** A file that is still being written is younger. */
const LEFT_MS = 3_600_000;
