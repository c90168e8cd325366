import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isPolicyFileName } from '../../../config/inputs.ts';
import { InputReader, toText } from '../../../config/read-inputs.ts';
import type { TextFile } from '../../../config/text-file.ts';
import { BailiwickError } from '../../../errors.ts';
import { isTestFileName, type Side } from './side.ts';

/** The largest file of policies or tests, in bytes. */
export const MAX_FILE_BYTES = 1_048_576;

/**
 * The policies of a folder, or of a file, on disk.
 *
 * @param name relative to the working directory, or absolute; files are named as it is written
 * @throws BailiwickError `USAGE` where it is neither, or a file of it cannot be read.
 */
export async function readFolderSide(name: string): Promise<Side> {
  const { policies, tests } = await readPlace(name);
  const notes =
    policies.length === 0 ? [`there is no \`*.policy.yaml\` in ${name}: nothing is permitted`] : [];
  return { name, policies, tests, notes };
}

/** The tests beside the policies of a configuration, by the paths that it names. What is absent has none. */
export async function readTestsBeside(places: readonly string[]): Promise<TextFile[]> {
  const found = new Map<string, TextFile>();
  for (const place of places) {
    const isThere = await stat(place).then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    for (const test of (await readPlace(path.relative('', place) || '.')).tests) found.set(test.file, test);
  }
  return [...found.values()];
}

async function readPlace(place: string): Promise<{ policies: TextFile[]; tests: TextFile[] }> {
  const status = await stat(place).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new BailiwickError('USAGE', `${place} cannot be read (${code})`, { cause: error });
  });
  if (!status.isDirectory()) {
    const folder = path.dirname(place);
    const tests = (await namesOf(folder)).filter(isTestFileName);
    return {
      policies: [await readText(place)],
      tests: await readAll(folder, tests),
    };
  }
  const names = await namesOf(place);
  return {
    policies: await readAll(place, names.filter(isPolicyFileName)),
    tests: await readAll(place, names.filter(isTestFileName)),
  };
}

async function namesOf(folder: string): Promise<string[]> {
  return (await readdir(folder)).toSorted();
}

function readAll(folder: string, names: readonly string[]): Promise<TextFile[]> {
  return Promise.all(names.map((name) => readText(path.join(folder, name))));
}

async function readText(file: string): Promise<TextFile> {
  const read = await new InputReader().file(file, MAX_FILE_BYTES);
  const text = read.ok ? toText(read.bytes) : undefined;
  if (text !== undefined) return { file, text };
  throw new BailiwickError('USAGE', `${file} ${read.ok ? 'is not UTF-8 text' : read.reason}`);
}
