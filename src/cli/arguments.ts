import { readFile } from 'node:fs/promises';
import { isJsonObject, type JsonObject } from '../catalog/json.ts';
import { BailiwickError } from '../errors.ts';

/**
 * Tool arguments as people type them: `--args '{"limit":2}'`, `--args @file.json`, `--args -` for standard input.
 *
 * @throws BailiwickError `USAGE` where that is not a JSON object.
 */
export async function readArguments(text: string | undefined): Promise<JsonObject> {
  if (text === undefined) return {};
  const json =
    text === '-'
      ? await readStandardInput()
      : text.startsWith('@')
        ? await readArgumentFile(text.slice(1))
        : text;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new BailiwickError('USAGE', `--args is not JSON: ${(error as Error).message}`);
  }
  if (isJsonObject(value)) return value;
  throw new BailiwickError('USAGE', `--args must be a JSON object, e.g. '{"limit":2}'`);
}

async function readArgumentFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new BailiwickError(
      'USAGE',
      `--args: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`,
    );
  }
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
