import { applyEdits, modify, parse, type ParseError, printParseErrorCode } from 'jsonc-parser';
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Json } from '../catalog/json.ts';
import { BailiwickError } from '../errors.ts';
import { valueAt } from '../text/pointer.ts';

/**
 * Sets one member of a JSON file and leaves everything else as it is, comments and layout included.
 *
 * The file is replaced in one step, and a copy of what was there stays beside it.
 *
 * @returns the copy's path; undefined where there was no file, or nothing to change.
 * @throws BailiwickError `CONFIGURATION` where the file is not JSON; then nothing is written.
 */
export async function mergeIntoJsonFile(
  file: string,
  at: readonly string[],
  value: Json,
  now: number,
): Promise<string | undefined> {
  const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new BailiwickError('CONFIGURATION', `${file} cannot be read (${error.code})`, { cause: error });
  });
  const text = before?.trim() ? before : '{}\n';
  requireJson(file, text);
  const formattingOptions = { insertSpaces: true, tabSize: 2, insertFinalNewline: true };
  const after = applyEdits(text, modify(text, [...at], value, { formattingOptions }));
  if (after === before) return undefined;
  await mkdir(path.dirname(file), { recursive: true });
  const copy =
    before === undefined ? undefined : `${file}.${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}.bak`;
  if (copy !== undefined) await copyFile(file, copy);
  const draft = `${file}.${randomUUID()}.tmp`;
  await writeFile(draft, after, { mode: 0o600 });
  await rename(draft, file);
  return copy;
}

/** The value at a place of a JSON file; `undefined` where there is none, or no file, or no JSON in it. */
export async function readJsonFileAt(file: string, at: readonly string[]): Promise<Json | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const value = parse(text, [], { allowTrailingComma: true }) as Json | undefined;
  return valueAt(value, at) as Json | undefined;
}

function requireJson(file: string, text: string): void {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const first = errors[0];
  if (first) {
    const lines = text.slice(0, first.offset).split('\n');
    const where = `${file}:${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
    throw new BailiwickError(
      'CONFIGURATION',
      `${where}  is not JSON (${printParseErrorCode(first.error)}); nothing was written`,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BailiwickError('CONFIGURATION', `${file}:1:1  must hold a JSON object; nothing was written`);
  }
}
