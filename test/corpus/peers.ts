import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const PEERS = fileURLToPath(new URL('../peers/', import.meta.url));

/** Installs `test/peers` where a package of it is missing or of another version. */
export async function installPeers(): Promise<void> {
  if (await isInstalled()) return;
  process.stderr.write('installing test/peers …\n');
  await promisify(execFile)('npm', ['ci', '--prefix', PEERS], { maxBuffer: 64 * 1024 * 1024 });
}

async function isInstalled(): Promise<boolean> {
  const { dependencies } = await readPackage(PEERS);
  const checks = Object.entries(dependencies ?? {}).map(async ([name, version]) => {
    const folder = path.join(PEERS, 'node_modules', name);
    return existsSync(path.join(folder, 'package.json')) && (await readPackage(folder)).version === version;
  });
  return (await Promise.all(checks)).every(Boolean);
}

async function readPackage(
  folder: string,
): Promise<{ dependencies?: Record<string, string>; version?: string }> {
  return JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
    version?: string;
  };
}

const requireFromPeers = createRequire(path.join(PEERS, 'package.json'));

/** A package of `test/peers`, as an import of it gives it. Its types are not ours, so the caller says what it expects. */
export async function importPeer<Module>(name: string): Promise<Module> {
  return (await import(pathToFileURL(requireFromPeers.resolve(name)).href)) as Module;
}
