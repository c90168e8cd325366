import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { ConfigurationError } from '../../src/config/configuration-error.ts';
import { type LoadedConfig, loadConfig } from '../../src/config/load.ts';

/** A folder of its own for one test, with these files in it; gone when the test is over. */
export async function makeFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'bailiwick-config-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return folder;
}

/** Loads `bailiwick.yaml` of a fresh folder that holds it, a document `api.yaml`, and further files. */
export async function loadText(
  text: string | Uint8Array,
  files: Readonly<Record<string, string | Uint8Array>> = {},
  environment: NodeJS.ProcessEnv = {},
): Promise<LoadedConfig & { readonly folder: string }> {
  const folder = await makeFolder({ 'api.yaml': 'openapi: 3.1.0\n', ...files, 'bailiwick.yaml': text });
  const loaded = await loadConfig(path.join(folder, 'bailiwick.yaml'), environment);
  return Object.assign(loaded, { folder });
}

/** Why a configuration is refused: its problems as `line:column  message` and the hint. */
export async function refusalOf(
  text: string | Uint8Array,
  files: Readonly<Record<string, string | Uint8Array>> = {},
  environment: NodeJS.ProcessEnv = {},
): Promise<string[]> {
  const error = await errorOf(text, files, environment);
  return error.problems.map(({ line, column, message, hint }) =>
    [`${line}:${column}  ${message}`, ...(hint === undefined ? [] : [hint])].join('\n'),
  );
}

/** The error of a configuration that must not load. */
export async function errorOf(
  text: string | Uint8Array,
  files: Readonly<Record<string, string | Uint8Array>> = {},
  environment: NodeJS.ProcessEnv = {},
): Promise<ConfigurationError> {
  const outcome = await loadText(text, files, environment).catch((error: unknown) => error);
  if (outcome instanceof ConfigurationError) return outcome;
  throw outcome instanceof Error ? outcome : new Error('the configuration was accepted');
}
