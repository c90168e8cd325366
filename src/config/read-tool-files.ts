import path from 'node:path';
import { digestOfBytes } from './inputs.ts';
import type { NamedPath } from './paths.ts';
import type { InputReader } from './read-inputs.ts';

/** The largest file of a local tool, in bytes. */
const MAX_TOOL_BYTES = 4_194_304;

/** Declarations, tests and hidden files, which a wildcard does not mean. */
const NO_TOOL = /^\.|\.(?:d|test|spec)\.[cm]?[jt]s$/;

/** A file of local tools. It is loaded elsewhere: here its digest says when it changed. */
export interface ToolFile {
  /** Absolute. */
  readonly file: string;
  readonly digest: string;
}

/** The files that a setting of local tools means, or why there are none. */
export async function readToolFiles(
  named: NamedPath,
  reader: InputReader,
): Promise<ToolFile[] | { message: string; hint: string }> {
  const hint = 'paths are relative to the configuration file';
  const folder = path.dirname(named.path);
  const pattern = path.basename(named.path);
  const names = pattern.includes('*') ? await reader.folder(folder, pattern) : [pattern];
  if (names === undefined) return { message: 'the folder of the tools does not exist', hint };
  const files: ToolFile[] = [];
  for (const name of names) {
    if (pattern.includes('*') && NO_TOOL.test(name)) continue;
    const file = path.join(folder, name);
    const read = await reader.file(file, MAX_TOOL_BYTES);
    if (!read.ok) return { message: `the tool file \`${name}\` ${read.reason}`, hint };
    files.push({ file, digest: digestOfBytes(read.bytes) });
  }
  return files;
}
