import { glob, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isPolicyFileName } from '../../config/inputs.ts';
import { InputReader, toText } from '../../config/read-inputs.ts';
import { BailiwickError } from '../../errors.ts';
import type { PolicyText } from '../../policy/load.ts';
import { MAX_FILE_BYTES } from './git/read-folder.ts';
import { isTestFileName } from './git/side.ts';

/**
 * Files of policy tests: those that are named, all below folders that are named, or where nothing is named those beside the policies.
 * In the order of their names; relative to the working directory.
 *
 * @param policyFiles Those of the configuration.
 * @throws BailiwickError `USAGE` for a name of nothing.
 */
export async function findTestFiles(
  named: readonly string[],
  policyFiles: readonly string[],
): Promise<string[]> {
  const folders = new Set(policyFiles.map((file) => path.dirname(file)));
  const found =
    named.length > 0
      ? (await Promise.all(named.map(findNamed))).flat()
      : (await Promise.all([...folders].map(findBeside))).flat();
  return [...new Set(found.map((file) => path.relative('.', file)))].toSorted();
}

async function findNamed(named: string): Promise<string[]> {
  const status = await stat(named).catch(() => undefined);
  if (status?.isFile()) return [named];
  if (status === undefined) throw new BailiwickError('USAGE', `there is no file or folder ${named}`);
  const found: string[] = [];
  const pattern = '**/*.test.{yaml,yml}';
  for await (const file of glob(pattern, { cwd: named, exclude: ['**/node_modules/**'] }))
    found.push(path.join(named, file));
  return found;
}

async function findBeside(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((): string[] => []);
  return names.filter(isTestFileName).map((name) => path.join(folder, name));
}

/**
 * Policy files that a file of tests names, as files or folders relative to itself.
 *
 * @throws BailiwickError `CONFIGURATION` for a name of nothing.
 */
export async function readNamedPolicies(testFile: string, named: readonly string[]): Promise<PolicyText[]> {
  const files: string[] = [];
  for (const name of named) {
    const at = path.join(path.dirname(testFile), name);
    const names = await readdir(at).catch(() => undefined);
    if (names === undefined) files.push(at);
    else files.push(...names.filter(isPolicyFileName).map((one) => path.join(at, one)));
  }
  return Promise.all(
    [...new Set(files)].map(async (file) => ({ file, text: await readText(file, testFile) })),
  );
}

/**
 * @param namedBy The file that names it.
 * @throws BailiwickError `CONFIGURATION` where it cannot be read.
 */
export async function readText(file: string, namedBy?: string): Promise<string> {
  const where = namedBy === undefined ? file : `${namedBy}: ${file}`;
  const refuse = (reason: string): BailiwickError =>
    new BailiwickError('CONFIGURATION', `${where} ${reason}`);
  const read = await new InputReader().file(file, MAX_FILE_BYTES);
  if (!read.ok) throw refuse(read.reason);
  const text = toText(read.bytes);
  if (text === undefined) throw refuse('is not UTF-8 text');
  return text;
}
